import type { EndpointInput } from '../contract/activities';
import { describeEndpoint } from '../contract/describe-measured';
import type { EndpointReport } from '../contract/proof';
import { readEndpoint } from '../observe/read-endpoint';
import { type Databases, toPostgresError } from '../postgres';
import { judgeEndpoint, unseenEndpoint } from '../rules/endpoint';
import { now } from '../util/now';
import { pollUntil } from './poll-until';

const PAUSE_MS = 1_000;
/** Longer than a look takes when a resolver, and then a session, hang until their own limits. */
const LOOK_LIMIT_MS = 10_000;

/**
 * Looks where the Service URI leads, again and again, until every address of every resolver lands on the active side
 * and takes writes; or returns the latest look once it is time to report. Never fails for what it sees. A cancellation,
 * or a worker that is told to stop, ends it at once by throwing.
 */
export async function watchEndpoint(
  databases: Databases,
  input: EndpointInput,
  stopping: AbortSignal,
): Promise<EndpointReport> {
  const database = databases.of(input.pair);
  const look = async (signal: AbortSignal) => {
    // Not said at once: the run would ask again at once, and fill its history.
    if (database === undefined) return unseenEndpoint('no database access is configured', now());
    try {
      return judgeEndpoint(await readEndpoint(database, input, signal), now());
    } catch (error) {
      return unseenEndpoint(toPostgresError(error).message, now());
    }
  };
  return pollUntil(
    {
      look,
      isEnough: ({ agreed }) => agreed,
      describe: describeEndpoint,
      pauseMs: PAUSE_MS,
      lookLimitMs: LOOK_LIMIT_MS,
      reportAfterMs: input.reportAfterMs,
    },
    stopping,
  );
}
