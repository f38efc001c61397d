import { join } from 'node:path';
import tsj from 'ts-json-schema-generator';
import { ROOT } from './project.mjs';
import { CONSTRAINTS, inputFields, SCHEMAS, SOURCES } from './schema-list.mjs';

const { createFormatter, createParser, createProgram, EnumType, SchemaGenerator, ts } = tsj;

/** Every JSON Schema, by its name. Each stands for itself: no reference leads out of the file. */
export function makeSchemas() {
  const config = {
    path: join(ROOT, SOURCES),
    tsconfig: join(ROOT, 'tsconfig.json'),
    skipTypeCheck: true, // by the compiler of the build, which is a newer one
    expose: 'export',
    topRef: false,
    encodeRefs: false,
    sortProps: false, // in the order of the types, which is made for readers
    jsDoc: 'extended',
    additionalProperties: false,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (chain) =>
    chain.addNodeParser(new KeysOfParser(program.getTypeChecker())),
  );
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  return Object.fromEntries(SCHEMAS.map((entry) => [entry.name, schemaOf(entry, generator)]));
}

function schemaOf({ name, type, title }, generator) {
  const { $schema, definitions = {}, ...root } = generator.createSchema(type);
  constrain(type, root);
  for (const [defined, definition] of Object.entries(definitions)) constrain(defined, definition);
  const rest = Object.keys(definitions).length === 0 ? {} : { definitions };
  return { $schema, $id: `urn:switchback:${name}`, title, ...root, ...rest };
}

/** What the comment of a field says its default is, must be what the parser takes. */
function checkDefaults(properties) {
  for (const [name, { default: fallback }] of Object.entries(inputFields)) {
    const { description } = properties[name];
    if (fallback !== undefined && !description.includes(fallback))
      throw new Error(`src/contract/input.ts does not say that the default of ${name} is ${fallback}`);
  }
}

function constrain(type, { properties }) {
  if (type === 'SwitchbackInput') checkDefaults(properties);
  for (const [field, constraint] of Object.entries(CONSTRAINTS[type] ?? {})) {
    if (properties[field] === undefined) throw new Error(`${type} has no field ${field}`);
    Object.assign(properties[field], constraint);
  }
}

/** `keyof typeof table`: the generator would want to read the table itself, whatever it is made of. */
class KeysOfParser {
  constructor(checker) {
    this.checker = checker;
  }

  supportsNode(node) {
    return (
      ts.isTypeOperatorNode(node) &&
      node.operator === ts.SyntaxKind.KeyOfKeyword &&
      ts.isTypeQueryNode(node.type)
    );
  }

  createType(node) {
    const keys = this.checker.getTypeFromTypeNode(node);
    return new EnumType(
      node.getText(),
      (keys.types ?? [keys]).map(({ value }) => value),
    );
  }
}
