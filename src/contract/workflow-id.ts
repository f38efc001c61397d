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
