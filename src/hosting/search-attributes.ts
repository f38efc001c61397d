import { status as grpcStatus } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { SwitchbackError } from '../contract/errors';
import { searchAttributes } from '../contract/search-attributes';

const NAMES = Object.values(searchAttributes).map((key) => key.name);

/**
 * Makes sure that the namespace has the search attributes, before anything polls: an upsert of one that is missing
 * fails every task of the workflow, and no code can catch that.
 *
 * @throws SwitchbackError TEMPORAL_UNREACHABLE when there is no such namespace, else SEARCH_ATTRIBUTES_MISSING with the commands that register them.
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const missing = await missingIn(connection, namespace);
  if (missing.length === 0) return;
  const keyword = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (error) {
    if ((error as { code?: number }).code === grpcStatus.NOT_FOUND)
      throw new SwitchbackError('TEMPORAL_UNREACHABLE', `Temporal has no namespace ${namespace}`);
    const commands = commandsFor(namespace, missing).map((command) => `  ${command}`);
    throw new SwitchbackError(
      'SEARCH_ATTRIBUTES_MISSING',
      `The namespace ${namespace} lacks search attributes and this worker may not add them ` +
        `(${error instanceof Error ? error.message : String(error)}). Run:\n${commands.join('\n')}`,
    );
  }
}

/** How an administrator registers them. */
export function commandsFor(namespace: string, names: readonly string[]): string[] {
  return names.map(
    (name) =>
      `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
  );
}

async function missingIn(connection: NativeConnection, namespace: string): Promise<string[]> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return NAMES.filter((name) => !Object.hasOwn(customAttributes, name));
  } catch {
    // Not every server lets a worker list them; adding one that exists is harmless.
    return NAMES;
  }
}
