import type { SwitchbackReport } from '../contract/report';
import { failPrimary } from './engine/failing';
import { perform } from './engine/perform';

/**
 * Makes the recovery service active at the price of the primary, for a region that has died: the primary fails for good, and what
 * was not replicated is lost. It runs only where a worker allows it, and writes only when a second person has typed out what is
 * destroyed. Nothing undoes it; the way home is a failback.
 *
 * @param input a {@link FailoverInput}; of unknown shape.
 * @returns the report of a run that ended well; `plan.loss` says what was known to be at stake, `probe` what was lost.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function failoverWorkflow(input: unknown, ...more: unknown[]): Promise<SwitchbackReport> {
  return perform('failover', input, more, failPrimary);
}
