import { condition } from '@temporalio/workflow';
import type { CatchUpResult } from '../contract/activities';
import { describeLag, describeLimit } from '../contract/lag';
import { Background, reportAfterMs } from './background';
import { Deadline } from './deadline';
import type { Run } from './run';
import { watch } from './steps';

/**
 * Holds the run until the passive side has replayed all but a tolerable rest, for the settle window. It gives up at its
 * deadline, when nothing was written yet. Without database access there is nothing to look at.
 */
export async function catchUp({ request, record }: Run): Promise<void> {
  if (record.measured.database === undefined || record.isAcknowledged('database-access')) return;
  const pair = record.thePair;
  const wanted = `${describeLimit(request.maxLag)} behind, for the settle window`;
  record.enter('catch-up', `Waiting for ${pair.primary} to have replayed what ${pair.recovery} wrote.`);
  const deadline = new Deadline(request.catchUpTimeoutMs, 'deadline for the replication to catch up');
  try {
    for (let reports = 0; ; reports += 1) {
      record.waitFor({
        for: 'the replication to catch up',
        wanted,
        until: deadline.at,
        observed: describeLag(record.measured.lag ?? { at: '' }),
      });
      const looking: Background<CatchUpResult> = new Background(() =>
        watch(`measure how far ${pair.primary} is behind`).catchUp({
          pair,
          active: 'recovery',
          limit: request.maxLag,
          settleWindowMs: request.settleWindowMs,
          reportAfterMs: reportAfterMs(reports),
        }),
      );
      await condition(() => looking.ended || deadline.passed);
      looking.stop();
      if (looking.failure !== undefined) throw looking.failure;
      if (looking.result !== undefined) record.measured.lag = looking.result.lag;
      if (looking.result?.within === true) {
        record.note(`the replication has caught up: ${describeLag(record.measured.lag ?? { at: '' })}`);
        return;
      }
      if (deadline.passed) {
        const headline = `Nothing was written: ${pair.primary} is too far behind (${describeLag(record.measured.lag ?? { at: '' })}; wanted: ${wanted}).`;
        throw record.failure('LAG_TOO_HIGH', 'blocked', headline);
      }
    }
  } finally {
    deadline.cancel();
  }
}
