import type { ProveInput } from '../contract/activities';
import { describeProof } from '../contract/describe-measured';
import type { Proof } from '../contract/proof';
import { attemptProof } from '../observe/attempt-proof';
import type { Databases } from '../postgres';
import { judgeProof, unaskedProof } from '../rules/proof';
import { now } from '../util/now';
import { pollUntil } from './poll-until';

const PAUSE_MS = 1_000;
/** Longer than a try takes when one of its sessions hangs until its own limit. */
const TRY_LIMIT_MS = 10_000;

/**
 * Asks PostgreSQL itself, again and again, until every step holds; or returns the latest try once it is time to report.
 * Never fails for what it sees. A cancellation, or a worker that is told to stop, ends it at once by throwing.
 */
export async function prove(databases: Databases, input: ProveInput, stopping: AbortSignal): Promise<Proof> {
  const { pair, active, runId, reportAfterMs, alone = false } = input;
  const database = databases.of(pair);
  return pollUntil(
    {
      look: async (signal) =>
        // Not said at once: the run would ask again at once, and fill its history.
        database === undefined
          ? unaskedProof(input, 'no database access is configured', now())
          : judgeProof(input, await attemptProof(database, { active, runId, alone }, signal), now()),
      isEnough: ({ verdict }) => verdict === 'proven',
      describe: describeProof,
      pauseMs: PAUSE_MS,
      lookLimitMs: TRY_LIMIT_MS,
      reportAfterMs,
    },
    stopping,
  );
}
