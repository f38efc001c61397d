import { describeOldSessions } from '../../contract/describe-measured';
import { otherSide, type Side } from '../../contract/observation';
import { rootMessage } from '../../util/root-cause';
import { endSessions } from './activity-proxies';
import type { Run } from './run';

/**
 * Ends, where the pair's configuration wants it, the client sessions that stay on the side that is passive now: pools keep
 * them and get 25006 for hours. Only once PostgreSQL has proven the switch and the Service URI leads everybody to the
 * active side. Never fails the run.
 */
export async function endOldSessions({ record, request }: Run, active: Side): Promise<void> {
  const { database, proof, endpoint } = record.measured;
  const isWanted = request.mode === 'execute' && record.mayHaveWritten && database?.endsOldSessions === true;
  const isSafe = proof?.verdict === 'proven' && endpoint?.agreed === true;
  if (!isWanted || !isSafe || endpoint.sessionsOnOldSide === 0) return;
  const pair = record.requirePair;
  const passive = otherSide(active);
  try {
    const result = await endSessions(`end the client sessions that stay on ${pair[passive]}`).endOldSessions({
      pair,
      passive,
    });
    record.measured.oldSessions = result;
    record.note(describeOldSessions(result, pair[passive]));
  } catch (error) {
    record.note(
      `the client sessions that stay on ${pair[passive]} could not be ended: ${rootMessage(error)}`,
    );
  }
}
