import type { SwitchbackReport } from '../contract/report';
import { move } from './engine/move';
import { perform } from './engine/perform';

/**
 * Brings a CRDR pair home: makes the primary service active and the recovery service passive again.
 *
 * @param input a {@link SwitchbackInput}; of unknown shape, since anybody can start a workflow with any JSON.
 * @returns the report of a run that ended well.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 * @throws ApplicationFailure whose `type` is an {@link ErrorCode} and whose first detail is the report.
 */
export async function switchbackWorkflow(input: unknown, ...more: unknown[]): Promise<SwitchbackReport> {
  return perform('switchback', input, more, move);
}
