import type { WorkflowExecutionInfo } from '@temporalio/client';
import { SwitchbackError } from '../contract/errors';
import { parseInput } from '../contract/input';
import { searchAttributes } from '../contract/search-attributes';
import { PRACTISED, type TrendRun } from '../contract/trend';
import { compact } from '../util/compact';
import { isUnknownAttribute } from './failures';
import { queryOf, summaryOf } from './runs';
import type { TemporalSession } from './session';

const TREND_LIMIT = 50;
const { outcome, gapSeconds } = searchAttributes;

/** See {@link SwitchbackClient.trend}. */
export async function trend(
  session: TemporalSession,
  project: string,
  service: string,
  limit: number = TREND_LIMIT,
): Promise<TrendRun[]> {
  const parsed = parseInput({ project, service });
  if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
  const ended = `${queryOf({ project, service })} AND ExecutionStatus != 'Running'`;
  // A drill in three months has a rehearsal of every night after it, and none may be hidden by the others.
  const queries: [query: string, limit: number][] = [
    [ended, limit],
    [`${ended} AND ${gapSeconds.name} IS NOT NULL`, limit],
    [`${ended} AND ${outcome.name} IN (${PRACTISED.map((name) => `'${name}'`).join(', ')})`, 1],
  ];
  try {
    const lists = await Promise.all(queries.map(([query, most]) => take(session, query, most)));
    const found = new Map(lists.flat().map((run) => [run.runId, run]));
    return [...found.values()].sort((a, b) => Date.parse(b.closedAt) - Date.parse(a.closedAt));
  } catch (error) {
    if (isUnknownAttribute(error)) return [];
    throw session.translate(error, 'of the list');
  }
}

function take(session: TemporalSession, query: string, most: number): Promise<TrendRun[]> {
  return session.ask(async () => {
    const runs: TrendRun[] = [];
    for await (const info of session.temporal.workflow.list({ query, pageSize: most })) {
      const run = runOf(info);
      if (run !== undefined) runs.push(run);
      if (runs.length >= most) break;
    }
    return runs;
  });
}

/** A plan says nothing of how well anybody is prepared. */
function runOf(info: WorkflowExecutionInfo): TrendRun | undefined {
  const { workflowId, runId, startedAt, closedAt, procedure, outcome, gapSeconds, lostRows } =
    summaryOf(info);
  if (closedAt === undefined || outcome === 'planned') return undefined;
  return { workflowId, runId, startedAt, closedAt, ...compact({ procedure, outcome, gapSeconds, lostRows }) };
}
