import { status as grpcStatus } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { SwitchbackError } from '../contract/errors';
import { searchAttributes } from '../contract/search-attributes';

const NAMES = Object.values(searchAttributes).map((key) => key.name);
const { INDEXED_VALUE_TYPE_KEYWORD: KEYWORD } = temporal.api.enums.v1.IndexedValueType;
/** Of one namespace, where the visibility store is a SQL database. */
const KEYWORD_SLOTS = 10;
const NO_SLOT = /cannot have more than \d+ search attribute/;
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
  const { missing, keywords } = await lookUp(connection, namespace);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    const { code, message } = error as { code?: number; message?: string };
    if (code === grpcStatus.NOT_FOUND)
      throw new SwitchbackError('TEMPORAL_UNREACHABLE', `Temporal has no namespace ${namespace}`);
    const what = NO_SLOT.test(message ?? '')
      ? withoutRoom(namespace, missing, keywords)
      : `The namespace ${namespace} lacks search attributes and this worker may not add them (${message ?? String(error)}). Run:\n${indented(namespace, missing)}`;
    throw new SwitchbackError('SEARCH_ATTRIBUTES_MISSING', what);
  }
}

/** How an administrator registers them, with the tool of that server. */
export function commandsFor(namespace: string, names: readonly string[]): string[] {
  return names.map((name) =>
    CLOUD_NAMESPACE.test(namespace)
      ? `tcld namespace search-attributes add --namespace ${namespace} --search-attribute "${name}=Keyword"`
      : `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
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
    const query = `${name} = 'none'`;
    return workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1 }).then(
      () => [],
      () => [name],
    );
  });
  return (await Promise.all(asked)).flat();
}

/** Those that are missing, and the Keyword attributes of others where they can be listed. */
async function lookUp(
  connection: Services,
  namespace: string,
): Promise<{ missing: string[]; keywords: string[] | undefined }> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const keywords = Object.keys(customAttributes).filter((name) => customAttributes[name] === KEYWORD);
    return {
      missing: NAMES.filter((name) => !Object.hasOwn(customAttributes, name)),
      keywords: keywords.filter((name) => !NAMES.includes(name)).sort(),
    };
  } catch {
    // Not every server lets a worker list them.
    return { missing: await missingByQuery(connection, namespace), keywords: undefined };
  }
}

function withoutRoom(namespace: string, missing: string[], keywords: string[] | undefined): string {
  const needed = `switchback needs ${NAMES.length}, ${missing.length} of them are missing`;
  const lead = `The namespace ${namespace} has room for ${KEYWORD_SLOTS} search attributes of the type Keyword: ${needed}`;
  const others = keywords === undefined ? '' : `, and ${keywords.length} are others (${keywords.join(', ')})`;
  return `${lead}${others}. Remove some of the others, or use a namespace of its own for switchback.`;
}

function indented(namespace: string, names: readonly string[]): string {
  return commandsFor(namespace, names)
    .map((command) => `  ${command}`)
    .join('\n');
}
