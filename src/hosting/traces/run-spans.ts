import type { SwitchbackReport, TimelineEntry } from '../../contract/report';
import { rootSpanIdOf, spanIdOf } from './ids';
import type { Span } from './span';

/** A run that is about to end, as its report tells it: the root of its trace, and its phases. */
export function runSpans(report: SwitchbackReport): Span[] {
  const { runId, workflowId, outcome, code, headline, project, primary, recovery } = report;
  const root: Span = {
    name: 'switchback',
    runId,
    id: rootSpanIdOf(runId),
    from: Date.parse(report.startedAt),
    to: Date.parse(report.endedAt),
    attributes: {
      'temporal.workflow.id': workflowId,
      'temporal.run.id': runId,
      'switchback.outcome': outcome,
      ...(code === undefined ? {} : { 'switchback.code': code }),
      'switchback.project': project,
      'switchback.primary': primary,
      ...(recovery === undefined ? {} : { 'switchback.recovery': recovery }),
      'switchback.headline': headline,
    },
    error: code === undefined ? undefined : `${code}: ${headline}`,
  };
  return [root, ...phaseSpans(report, root)];
}

function phaseSpans({ timeline, runId }: SwitchbackReport, root: Span): Span[] {
  const phases = stretches(timeline);
  return phases.map((entries, index) => {
    const [first] = entries;
    const next = phases[index + 1]?.[0];
    return {
      name: `phase ${first.phase}`,
      runId,
      id: spanIdOf(runId, 'phase', index),
      parent: root.id,
      from: Date.parse(first.at),
      to: next === undefined ? root.to : Date.parse(next.at),
      attributes: { 'switchback.phase': first.phase },
      events: entries.map(({ at, event }) => ({ at: Date.parse(at), name: event })),
    };
  });
}

type Stretch = [TimelineEntry, ...TimelineEntry[]];

/** The entries in a row that are of one phase; a phase can come more than once. */
function stretches(timeline: readonly TimelineEntry[]): Stretch[] {
  const found: Stretch[] = [];
  for (const entry of timeline) {
    const last = found.at(-1);
    if (last?.[0].phase === entry.phase) last.push(entry);
    else found.push([entry]);
  }
  return found;
}
