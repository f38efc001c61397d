import { outcomes } from '../contract/outcome';
import type { SwitchbackReport } from '../contract/report';
import { hold } from './engine/hold';
import { move } from './engine/move';
import { perform } from './engine/perform';
import type { Run } from './engine/run';
import type { Ending } from './engine/run-state';

/**
 * Practises the cycle on a healthy pair: switches it over, keeps it there for a while, and brings it home again, with both
 * gaps and losses measured.
 *
 * @param input a {@link DrillInput}, whose `service` is the primary; of unknown shape.
 * @returns the report of a run that ended well; `legs` has what the way there cost.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function drillWorkflow(input: unknown, ...more: unknown[]): Promise<SwitchbackReport> {
  return perform('drill', input, more, drill);
}

async function drill(run: Run): Promise<Ending> {
  const over = await move(run);
  // A plan, a rehearsal, or a state that a person accepted: there is nothing to come back from.
  if (!outcomes[over.outcome].isAtGoal) return over;
  run.record.beginMove('switchback', over.outcome);
  await hold(run, run.request.soakMs ?? 0);
  const back = await move(run);
  if (!outcomes[back.outcome].isAtGoal) return back;
  return { ...back, outcome: 'drilled', headline: `The drill is over: ${back.headline}` };
}
