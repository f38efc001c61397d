import { patched, workflowInfo } from '@temporalio/workflow';
import type { WorkerPolicy } from '../../contract/activities';
import { parseInput, type SwitchbackRequest } from '../../contract/input';
import type { Procedure } from '../../contract/procedure';
import type { SwitchbackReport } from '../../contract/report';
import { ended, finished } from './ending';
import { refuseInput } from './invalid-input';
import { handleMessages } from './message-handlers';
import type { Run } from './run';
import { RunRecord } from './run-record';
import type { Ending } from './run-state';
import { faultsOfStart } from './start-options';
import { WriteProbe } from './write-probe';

/**
 * What every workflow function does: refuses what cannot be a run, follows the runbook, and ends with the report.
 *
 * @param input of unknown shape, since anybody can start a workflow with any JSON.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 * @param runbook the procedure; it throws what ends the run badly.
 */
export async function perform(
  procedure: Procedure,
  input: unknown,
  more: unknown[],
  runbook: (run: Run) => Promise<Ending>,
): Promise<SwitchbackReport> {
  // Runs that are under way were let in.
  if (more.length > 0 && patched('one-argument'))
    throw await refuseInput(input, [`there must be one argument, and ${more.length + 1} were given`]);
  const parsed = parseInput(input, procedure);
  if (!parsed.ok) throw await refuseInput(input, parsed.faults);
  const faults = faultsOfStart(workflowInfo());
  // Runs that are under way were let in.
  if (faults.length > 0 && patched('start-options-refused')) throw await refuseInput(input, faults);
  const run = new Performance(parsed.request);
  try {
    return await finished(run, run.record.complete(await runbook(run)));
  } catch (error) {
    throw await ended(run, error);
  }
}

class Performance implements Run {
  readonly record: RunRecord;
  readonly writeProbe: WriteProbe;
  policy: WorkerPolicy = { approvalRequired: true, fourEyes: true, confirmTarget: true };
  policyKnown: Promise<void> = Promise.resolve();
  notifier: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(readonly request: SwitchbackRequest) {
    this.record = new RunRecord(request);
    this.writeProbe = new WriteProbe(this.record);
    handleMessages(this.record);
  }
}
