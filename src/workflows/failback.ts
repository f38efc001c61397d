import { outcomes } from '../contract/outcome';
import type { SwitchbackReport } from '../contract/report';
import { waitForTakeOver } from './engine/hold';
import { move } from './engine/move';
import { perform } from './engine/perform';
import { rebuildPrimary } from './engine/rebuilding';
import type { Run } from './engine/run';
import type { Ending } from './engine/run-state';

/**
 * Brings a pair home after a failover: has the failed primary rebuilt from the recovery service, which takes minutes to a
 * day, and then makes it active again, at once, at a given time, or when a person approves. Started again, it goes on where
 * the pair stands.
 *
 * @param input a {@link FailbackInput}; of unknown shape.
 * @returns the report of a run that ended well; `legs` has the rebuild.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function failbackWorkflow(input: unknown, ...more: unknown[]): Promise<SwitchbackReport> {
  return perform('failback', input, more, failback);
}

async function failback(run: Run): Promise<Ending> {
  const rebuilt = await rebuildPrimary(run);
  if (!outcomes[rebuilt.outcome].isAtGoal) return rebuilt;
  run.record.beginMove('switchback', rebuilt.outcome);
  await waitForTakeOver(run);
  const home = await move(run);
  if (!outcomes[home.outcome].isAtGoal) return home;
  return { ...home, outcome: 'failed-back', headline: `The failback is over: ${home.headline}` };
}
