import { condition } from '@temporalio/workflow';
import type { CatchUpResult } from '../../contract/activities';
import { describeLag, describeLimit } from '../../contract/lag';
import { watch } from './activity-proxies';
import { Background, reportAfterMs } from './background';
import { Deadline } from './deadline';
import { isAcknowledged } from './findings';
import type { Run } from './run';

/** Two sessions are opened before the first look, maybe far away, and the settle window is noticed a look late. */
const FIRST_LOOKS_MS = 10_000;

/**
 * Holds the run until the passive side has replayed all but a tolerable rest, for the settle window. It gives up at its
 * deadline, when nothing was written yet. Without database access there is nothing to look at.
 */
export async function catchUp({ request, record, writeProbe }: Run): Promise<void> {
  if (record.measured.database === undefined || isAcknowledged(record, 'database-access')) return;
  const pair = record.requirePair;
  const wanted = `${describeLimit(request.maxLag)} behind, for the settle window`;
  record.enter(
    'catch-up',
    `Waiting for ${pair[record.target]} to have replayed what ${pair[record.origin]} wrote.`,
  );
  // A lag that is within the limit in time must still stay there for the settle window.
  const deadline = new Deadline(
    request.catchUpTimeoutMs + request.settleWindowMs + FIRST_LOOKS_MS,
    'deadline for the replication to catch up',
  );
  try {
    for (let reports = 0; ; reports += 1) {
      record.waitFor({
        for: 'the replication to catch up',
        wanted,
        until: deadline.at,
        observed: describeLag(record.measured.lag),
      });
      const looking: Background<CatchUpResult> = new Background(() =>
        watch(`measure how far ${pair[record.target]} is behind`).catchUp({
          pair,
          active: record.origin,
          limit: request.maxLag,
          settleWindowMs: request.settleWindowMs,
          reportAfterMs: reportAfterMs(reports),
          ...(writeProbe.isRunning ? { probing: true } : {}),
        }),
      );
      await condition(() => looking.ended || deadline.passed);
      looking.stop();
      if (looking.failure !== undefined) throw looking.failure;
      if (looking.result !== undefined) record.measured.lag = looking.result.lag;
      if (looking.result?.within === true) {
        record.note(`the replication has caught up: ${describeLag(record.measured.lag)}`);
        return;
      }
      if (deadline.passed) {
        const { lag } = record.measured;
        const what =
          lag !== undefined && lag.problem === undefined
            ? `${pair[record.target]} is too far behind`
            : `how far ${pair[record.target]} is behind could not be measured`;
        const headline = `${record.nothingWritten}: ${what} (${describeLag(lag)}; wanted: ${wanted}).`;
        throw record.failure('LAG_TOO_HIGH', 'blocked', headline);
      }
    }
  } finally {
    deadline.cancel();
  }
}
