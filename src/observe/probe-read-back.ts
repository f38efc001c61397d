import { setTimeout } from 'node:timers/promises';
import type { Range } from '../contract/probe';
import type { ConnectionName, PairDatabase } from '../postgres';
import { readProbeRows, toPostgresError } from '../postgres';
import { isSetUpWrongly } from '../rules/probe/pace';
import { union } from '../rules/probe/ranges';
import type { ReadBack } from '../rules/probe/report';
import { compact } from '../util/compact';

/** A worker that is told to stop has 20 s until it is killed. */
const LIMIT_MS = 15_000;
/** Tries through the Service URI alone; afterwards both servers are asked as well. */
const ALONE = 3;
const PAUSE_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 5_000;

/**
 * Reads which rows of a run are there: through the Service URI, or else from the one server of the pair that takes
 * writes. Takes 15 s at most and never fails.
 */
export async function readBack(database: PairDatabase, runId: string, resolver?: string): Promise<ReadBack> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const failures = new Map<ConnectionName, { code: string; message: string }>();
  const read = async (connection: ConnectionName): Promise<Range[] | undefined> => {
    try {
      return await database.use(connection, (session) => readProbeRows(session, runId), {
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
        signal,
        ...compact({ resolver }),
      });
    } catch (error) {
      const { code, message } = toPostgresError(error);
      // What was said before the time was over says more.
      if (!signal.aborted || !failures.has(connection)) failures.set(connection, { code, message });
      return undefined;
    }
  };

  for (let tries = 1; !signal.aborted; tries += 1) {
    const shared = await read('service');
    if (shared !== undefined) return { there: union(shared, []) };
    if (tries >= ALONE) {
      const [primary, recovery] = await Promise.all([read('primary'), read('recovery')]);
      const there = primary ?? recovery;
      if (primary !== undefined && recovery !== undefined)
        failures.set('primary', { code: 'ambiguous', message: 'both services take writes' });
      else if (there !== undefined) return { there: union(there, []) };
      if ([...failures.values()].every(({ code }) => isSetUpWrongly(code))) break;
    }
    await setTimeout(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  const told = [...failures].map(([connection, { code, message }]) => `${connection}: ${code} ${message}`);
  return { problem: told.join(', ') };
}
