import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger, NativeConnection } from '@temporalio/worker';
import type { Read } from '../config/environment';
import type { TemporalConfig } from '../config/temporal';

const LOOK_EVERY_MS = 30_000;

/** Where the credentials come from, and how a connection is made with them. */
export interface Renewal {
  /** Reads the settings again: the profile file, and the certificates that are files. */
  read: () => Read<TemporalConfig>;
  /** Default 30 s. */
  everyMs?: number;
}

/**
 * Gives the worker another connection when its API key or its certificates have changed on disk, once the server has
 * accepted them; until then it keeps the one that it has. Never throws.
 *
 * @param worker whose `connection` is replaced.
 * @returns the connections that are out of use, to be closed when the worker has ended: a call may still be under way.
 */
export async function renewCredentials(
  worker: { connection: NativeConnection | undefined },
  began: TemporalConfig,
  { read, everyMs = LOOK_EVERY_MS }: Renewal,
  connect: (temporal: TemporalConfig) => Promise<NativeConnection>,
  log: Logger,
  stop: AbortSignal,
): Promise<NativeConnection[]> {
  const retired: NativeConnection[] = [];
  let [used, refused]: [TemporalConfig, TemporalConfig | undefined] = [began, undefined];
  const isKnown = (found: TemporalConfig) => [used, refused].some((known) => isDeepStrictEqual(found, known));
  for (;;) {
    await delay(everyMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return retired;
    const found = read();
    // A file that is being written just then is read again.
    if (!('value' in found) || isKnown(found.value)) continue;
    try {
      const renewed = await accepted(await connect(found.value), found.value.namespace);
      if (worker.connection !== undefined) retired.push(worker.connection);
      worker.connection = renewed;
      used = found.value;
      log.info('the credentials for Temporal were renewed: connected with the new ones');
    } catch (error) {
      refused = found.value;
      const why = error instanceof Error ? error.message : String(error);
      log.warn(
        `the renewed credentials for Temporal are not accepted; the worker keeps the old ones: ${why}`,
      );
    }
  }
}

async function accepted(connection: NativeConnection, namespace: string): Promise<NativeConnection> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
