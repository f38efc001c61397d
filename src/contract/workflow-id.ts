/** The name under which the workflow function is exported, which is its workflow type. */
export const WORKFLOW_TYPE = 'switchbackWorkflow';

/** Where workers listen unless they are told otherwise. */
export const TASK_QUEUE = 'switchback';

/**
 * The canonical workflow id of a pair, so that Temporal itself refuses a second start.
 * It holds no slash: Temporal's HTTP API cannot address an id with one.
 */
export function workflowIdOf(project: string, service: string): string {
  return `switchback.${project}.${service}`;
}

/** What a schedule appends to the ids of its runs. */
const SCHEDULED = /^-\d{4}-\d\d-\d\dT[\dT:.Z-]+$/;

/** Whether a workflow id names this target, as the canonical one does, perhaps with something after it. */
export function namesTarget(workflowId: string, project: string, service: string): boolean {
  const canonical = workflowIdOf(project, service);
  const rest = workflowId.slice(canonical.length);
  return workflowId.startsWith(canonical) && (rest === '' || rest.startsWith('.') || SCHEDULED.test(rest));
}
