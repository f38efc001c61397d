import { CancellationScope } from '@temporalio/workflow';
import type { PreflightVerdict } from '../../contract/activities';
import { accepted, planned, rehearsed, succeed } from './conclusion';
import { converge, isStillActive } from './convergence';
import { prepare } from './move';
import type { Run } from './run';
import type { Ending } from './run-state';
import { stoppable } from './stopping';
import { rebuild } from './write';

/** Has a failed primary rebuilt as a standby of the recovery service, by one write. Throws what ends the run badly. */
export async function rebuildPrimary(run: Run): Promise<Ending> {
  const { verdict } = await stoppable(run, () => prepare(run));
  if (run.request.mode === 'plan') return planned(run, verdict);
  return CancellationScope.nonCancellable(() => fromTheWriteOn(run, verdict));
}

async function fromTheWriteOn(run: Run, verdict: PreflightVerdict): Promise<Ending> {
  const { record, request } = run;
  if (verdict === 'at-rest' && (await isStillActive(run, record.target))) return succeed(run);
  if (verdict === 'go') {
    await rebuild(run);
    if (request.mode === 'rehearse') return rehearsed(run);
  }
  const end = await converge(run, record.target);
  return end === 'accepted' ? accepted(run) : succeed(run);
}
