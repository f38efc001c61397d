import type { SwitchbackReport } from '../contract/report';
import { move } from './engine/move';
import { perform } from './engine/perform';

/**
 * Switches a CRDR pair over: makes the recovery service active and the primary service passive. It loses nothing, and
 * needs both services in good order; a region that has died needs a failover.
 *
 * @param input a {@link SwitchoverInput}, whose `service` is the primary here, too; of unknown shape.
 * @returns the report of a run that ended well.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function switchoverWorkflow(input: unknown, ...more: unknown[]): Promise<SwitchbackReport> {
  return perform('switchover', input, more, move);
}
