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

/** What a schedule does: a rehearsal writes nothing, a drill is one. */
export type ScheduleMode = 'rehearse' | 'drill';

export const scheduleModes: readonly ScheduleMode[] = ['rehearse', 'drill'];

/** The canonical id of the Temporal Schedule of a pair and a mode, so that there is one of each. */
export function scheduleIdOf(project: string, service: string, mode: ScheduleMode): string {
  return `${mode}.${project}.${service}`;
}

/** What a canonical id of a schedule says; `undefined` for any other id. */
export function scheduleOf(
  scheduleId: string,
): { mode: ScheduleMode; project: string; service: string } | undefined {
  const [first, project, service, ...more] = scheduleId.split('.');
  const mode = scheduleModes.find((name) => name === first);
  if (mode === undefined || project === undefined || service === undefined || more.length > 0)
    return undefined;
  return { mode, project, service };
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
