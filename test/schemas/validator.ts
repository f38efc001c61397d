import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

const FOLDER = join(__dirname, '..', '..', 'schemas');

interface Shape {
  required?: string[];
  anyOf?: Shape[];
}

export const schemas: Record<string, Shape> = Object.fromEntries(
  readdirSync(FOLDER).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
  ]),
);

// Strict: a keyword that means nothing is a fault of ours.
const ajv = addFormats(
  new Ajv({ strict: true, allErrors: true, strictTuples: false, allowUnionTypes: true }),
);
const validators = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]): [string, ValidateFunction] => [name, ajv.compile(schema)]),
);

/** Everything that is wrong with a value, by the schema of that name; none when it is good. */
export function faultsBy(name: string, value: unknown): string[] {
  const validate = validators[name];
  if (validate === undefined) throw new Error(`there is no schema ${name}`);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/**
 * A real value is taken, and refused as soon as a field that must be there is gone, or one that nobody knows is added.
 */
export function expectSchema(name: string, value: unknown): void {
  expect(faultsBy(name, value)).toEqual([]);
  const real = value as Record<string, unknown>;
  expect(faultsBy(name, { ...real, unheardOf: 1 })).not.toEqual([]);
  for (const field of requiredBy(schemas[name] ?? {})) {
    const { [field]: _, ...rest } = real;
    expect([field, faultsBy(name, rest)]).not.toEqual([field, []]);
  }
}

/** Of alternatives, what all of them require. */
function requiredBy({ required = [], anyOf }: Shape): string[] {
  const [first, ...others] = anyOf ?? [{ required }];
  return (first?.required ?? []).filter((field) => others.every((other) => other.required?.includes(field)));
}
