import { type Procedure, procedures } from './procedure';

/** The workflow type of a switchback. */
export const WORKFLOW_TYPE = procedures.switchback.workflowType;

/** Where workers listen unless they are told otherwise. */
export const TASK_QUEUE = 'switchback';

/**
 * The canonical workflow id of a procedure of a pair, so that Temporal itself refuses a second start.
 * It holds no slash: Temporal's HTTP API cannot address an id with one.
 */
export function workflowIdOf(project: string, service: string, procedure: Procedure = 'switchback'): string {
  return `${procedure}.${project}.${service}`;
}

/** What a schedule appends to the ids of its runs. */
const SCHEDULED = /^-\d{4}-\d\d-\d\dT[\dT:.Z-]+$/;

/** Whether a workflow id names this target, as the canonical one does, perhaps with something after it. */
export function namesTarget(
  workflowId: string,
  project: string,
  service: string,
  procedure: Procedure = 'switchback',
): boolean {
  const canonical = workflowIdOf(project, service, procedure);
  const rest = workflowId.slice(canonical.length);
  return workflowId.startsWith(canonical) && (rest === '' || rest.startsWith('.') || SCHEDULED.test(rest));
}
