import { CancellationScope } from '@temporalio/workflow';
import type { Preflight, PreflightVerdict } from '../../contract/activities';
import { watch } from './activity-proxies';
import { accepted, planned, rehearsed, succeed } from './conclusion';
import { converge, isStillActive } from './convergence';
import { prepare } from './move';
import { followEndpoint } from './proof';
import type { Run } from './run';
import type { Ending } from './run-state';
import { stoppable } from './stopping';
import { fail } from './write';

/**
 * Has the primary fail for good, by one write, so that the recovery service becomes active. The write is the point of no return,
 * and nothing undoes it. Throws what ends the run badly.
 */
export async function failPrimary(run: Run): Promise<Ending> {
  const { verdict } = await stoppable(run, () => beforeTheWrite(run));
  if (run.request.mode === 'plan') return planned(run, verdict);
  return CancellationScope.nonCancellable(() => fromTheWriteOn(run, verdict));
}

/** Nothing is written here but the rows of the probe. */
async function beforeTheWrite(run: Run): Promise<Preflight> {
  const checked = await prepare(run);
  if (run.request.mode === 'execute' && checked.verdict === 'go') await lookAtWhatIsLost(run);
  return checked;
}

/** The last look before the write, and the first row of the probe, where a database answers; it waits for neither. */
async function lookAtWhatIsLost({ record, writeProbe }: Run): Promise<void> {
  const { measured, plan, requirePair: pair, origin } = record;
  if (measured.database === undefined) return;
  writeProbe.start();
  const { lag } = await watch(`measure what ${pair.recovery} lacks`).catchUp({
    pair,
    active: origin,
    limit: { bytes: Number.MAX_SAFE_INTEGER },
    settleWindowMs: 0,
    reportAfterMs: 0,
    probing: true,
  });
  measured.recordLag(lag);
  if (plan !== undefined) plan.loss = measured.loss;
  record.note(`lost with ${pair.primary}: ${measured.loss}`);
}

async function fromTheWriteOn(run: Run, verdict: PreflightVerdict): Promise<Ending> {
  const { record, request, writeProbe } = run;
  if (verdict === 'at-rest' && (await isStillActive(run, record.target))) return succeed(run);
  if (verdict === 'go') {
    await fail(run);
    if (request.mode === 'rehearse') return rehearsed(run);
  }
  const end = await converge(run, record.target);
  if (end !== 'accepted') await followEndpoint(run, end);
  await writeProbe.stop();
  return end === 'accepted' ? accepted(run) : succeed(run);
}
