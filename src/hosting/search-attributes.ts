import { status as grpcStatus } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { SwitchbackError } from '../contract/errors';
import { type AttributeType, attributeTypes } from '../contract/search-attributes';

const NAMES = Object.keys(attributeTypes);
const { IndexedValueType } = temporal.api.enums.v1;
/** As the operator API says the types. */
export const attributeValueTypes: Record<AttributeType, temporal.api.enums.v1.IndexedValueType> = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
};
/** What a SQL visibility store says that has no column left for a type, in one namespace. */
const NO_SLOT = /cannot have more than (\d+) search attributes? of type (\w+)/;
/** `my-namespace.a1b2c`: only Temporal Cloud puts an account behind the name. */
const CLOUD_NAMESPACE = /\.[a-z0-9]{5}$/;

/** The two services of a connection, a worker's or a client's. */
export type Services = Pick<NativeConnection, 'workflowService' | 'operatorService'>;

/**
 * Makes sure that the namespace has the search attributes, before anything polls: an upsert of one that is missing
 * fails every task of the workflow, and no code can catch that.
 *
 * @throws SwitchbackError TEMPORAL_UNREACHABLE when there is no such namespace, else SEARCH_ATTRIBUTES_MISSING with the commands that register them.
 */
export async function ensureSearchAttributes(connection: Services, namespace: string): Promise<void> {
  const { missing, known } = await lookUp(connection, namespace);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, attributeValueTypes[typeOf(name)]])),
    });
  } catch (error) {
    const { code, message } = error as { code?: number; message?: string };
    if (code === grpcStatus.NOT_FOUND)
      throw new SwitchbackError('TEMPORAL_UNREACHABLE', `Temporal has no namespace ${namespace}`);
    const [, room, type] = NO_SLOT.exec(message ?? '') ?? [];
    const what = room
      ? withoutRoom(namespace, missing, known, { room, type: type as AttributeType })
      : `The namespace ${namespace} lacks search attributes and this worker may not add them (${message ?? String(error)}). Run:\n${indented(namespace, missing)}`;
    throw new SwitchbackError('SEARCH_ATTRIBUTES_MISSING', what);
  }
}

/** How an administrator registers them, with the tool of that server. */
export function commandsFor(namespace: string, names: readonly string[]): string[] {
  return names.map((name) =>
    CLOUD_NAMESPACE.test(namespace)
      ? `tcld namespace search-attributes add --namespace ${namespace} --search-attribute "${name}=${typeOf(name)}"`
      : `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${typeOf(name)}`,
  );
}

/**
 * Which of our search attributes the namespace lacks, by one query for each: who may not list the attributes may list
 * workflows, as every worker of ours must. One that cannot be asked for counts as missing.
 */
export async function missingByQuery(
  { workflowService }: Pick<Services, 'workflowService'>,
  namespace: string,
): Promise<string[]> {
  const asked = NAMES.map(async (name) => {
    const query = `${name} = ${typeOf(name) === 'Keyword' ? "'none'" : 0}`;
    return workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1 }).then(
      () => [],
      () => [name],
    );
  });
  return (await Promise.all(asked)).flat();
}

/** Those that are missing, and those of others where they can be listed. */
async function lookUp(
  connection: Services,
  namespace: string,
): Promise<{ missing: string[]; known?: Listed }> {
  try {
    const { customAttributes: known } = await connection.operatorService.listSearchAttributes({ namespace });
    return { missing: NAMES.filter((name) => !Object.hasOwn(known, name)), known };
  } catch {
    // Not every server lets a worker list them.
    return { missing: await missingByQuery(connection, namespace) };
  }
}

type Listed = Record<string, temporal.api.enums.v1.IndexedValueType>;

function withoutRoom(
  namespace: string,
  missing: string[],
  known: Listed | undefined,
  { room, type }: { room: string; type: AttributeType },
): string {
  const ours = NAMES.filter((name) => typeOf(name) === type);
  const lacking = missing.filter((name) => ours.includes(name));
  const needed = `switchback needs ${ours.length}, ${lacking.length} of them are missing`;
  const lead = `The namespace ${namespace} has room for ${room} search attributes of the type ${type}: ${needed}`;
  const others = Object.keys(known ?? {})
    .filter((name) => known?.[name] === attributeValueTypes[type] && !ours.includes(name))
    .sort();
  const taken = known === undefined ? '' : `, and ${others.length} are others (${others.join(', ')})`;
  return `${lead}${taken}. Remove some of the others, or use a namespace of its own for switchback.`;
}

function typeOf(name: string): AttributeType {
  return attributeTypes[name] ?? 'Keyword';
}

function indented(namespace: string, names: readonly string[]): string {
  return commandsFor(namespace, names)
    .map((command) => `  ${command}`)
    .join('\n');
}
