import { SwitchbackError } from '../contract/errors';
import { parseInput } from '../contract/input';
import { OF_A_PROCEDURE, type Procedure, procedures } from '../contract/procedure';
import { workflowIdOf } from '../contract/workflow-id';
import { isUnknownAttribute } from './failures';
import { type ListFilter, queryOf, type RunSummary, summaryOf } from './runs';
import type { TemporalSession } from './session';

const LIST_LIMIT = 20;
const LIST_PAGE = 1_000;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** See {@link SwitchbackClient.latestRun}. */
export async function latestRun(
  session: TemporalSession,
  project: string,
  service: string,
): Promise<string | undefined> {
  const parsed = parseInput({ project, service });
  if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
  const query = `${OF_A_PROCEDURE} AND SwitchbackProject = '${project}' AND SwitchbackService = '${service}'`;
  const ids = canonicalIds(project, service);
  const [canonical = ''] = ids;
  try {
    for (const id of ids) if (await session.isRunning(id).catch(() => false)) return id;
    return await session.ask(async () => {
      for await (const { workflowId } of session.temporal.workflow.list({ query })) return workflowId;
      return undefined;
    });
  } catch (error) {
    if (isUnknownAttribute(error)) return undefined;
    throw session.translate(error, canonical);
  }
}

/** Of every procedure of the pair, the switchback first. */
function canonicalIds(project: string, service: string): string[] {
  const all = Object.keys(procedures) as Procedure[];
  return all.map((procedure) => workflowIdOf(project, service, procedure));
}

/** See {@link SwitchbackClient.find}. */
export async function find(
  session: TemporalSession,
  project: string,
  service: string,
  runId: string | undefined,
): Promise<RunSummary> {
  if (runId !== undefined && !RUN_ID.test(runId))
    throw new SwitchbackError('INVALID_INPUT', `"${runId}" is not the id of a run.`);
  const workflowId =
    runId === undefined
      ? await latestRun(session, project, service)
      : await workflowOf(session, project, service, runId);
  if (workflowId === undefined) {
    const message = `Temporal knows no run that was started for ${project}/${service}.`;
    throw new SwitchbackError('RUN_NOT_FOUND', message);
  }
  return summaryOf(await session.describe(workflowId, runId));
}

/** See {@link SwitchbackClient.list}. */
export async function list(session: TemporalSession, filter: ListFilter): Promise<RunSummary[]> {
  const { project, service, limit = LIST_LIMIT } = filter;
  const parsed = parseInput({ project: project ?? 'any', service: service ?? 'any' });
  if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
  const query = queryOf(filter);
  const pageSize = Math.min(limit, LIST_PAGE);
  try {
    return await session.ask(async () => {
      const runs: RunSummary[] = [];
      if (limit < 1) return runs;
      for await (const info of session.temporal.workflow.list({ query, pageSize })) {
        runs.push(summaryOf(info));
        if (runs.length >= limit) break;
      }
      return runs;
    });
  } catch (error) {
    if (isUnknownAttribute(error)) return [];
    throw session.translate(error, 'of the list');
  }
}

async function workflowOf(
  session: TemporalSession,
  project: string,
  service: string,
  runId: string,
): Promise<string> {
  const canonical = workflowIdOf(project, service);
  const query = `${OF_A_PROCEDURE} AND RunId = '${runId}'`;
  try {
    return await session.ask(async () => {
      for await (const info of session.temporal.workflow.list({ query })) {
        const { workflowId, project: ofProject, service: ofService } = summaryOf(info);
        // A run that no worker has ever taken up carries no names yet.
        const isNamed = ofProject !== undefined && ofService !== undefined;
        if (
          canonicalIds(project, service).includes(workflowId) ||
          (ofProject === project && ofService === service)
        )
          return workflowId;
        const whose = isNamed ? `${ofProject}/${ofService}` : workflowId;
        const message = `The run ${runId} is one of ${whose}, not of ${project}/${service}.`;
        throw new SwitchbackError('RUN_NOT_FOUND', message);
      }
      // One that was started a moment ago may not be listed yet.
      return canonical;
    });
  } catch (error) {
    throw session.translate(error, canonical);
  }
}
