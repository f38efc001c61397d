import type { Alarm } from '../../contract/alarm';
import type { SwitchbackReport } from '../../contract/report';
import type { EvidenceBundle } from '../bundle';
import { type Html, html } from './html';
import { absent, between, clock, moment, section, table } from './parts';

/** What happened, in the run's own words; of a run without a report, what the history says of its phases. */
export function timeline({ report, entries, run }: EvidenceBundle): Html {
  if (report === undefined) {
    const phases = entries.filter(({ kind }) => kind === 'phase');
    const shown = phases.map(({ at, data }) => line(run.startedAt, at, String(data.phase), 'entered', ''));
    const list =
      phases.length === 0
        ? absent('The run left no phase in the history.')
        : html`<ol class="timeline">${shown}</ol>`;
    return section(
      'timeline',
      'Timeline',
      absent('There is no report; these are the phases that the history knows.'),
      list,
    );
  }
  const lines = report.timeline.map((entry, index) => {
    const phase = entry.phase === report.timeline[index - 1]?.phase ? '' : entry.phase;
    return line(report.startedAt, entry.at, phase, entry.event, toneOf(entry, report));
  });
  return section(
    'timeline',
    'Timeline',
    html`<p class="lead">Times in UTC, by the clock of the workflow, and since the start of the run.</p><ol class="timeline">${lines}</ol>`,
    alarms(report.alarms, report.endedAt),
  );
}

function line(start: string, at: string, phase: string, event: string, tone: string): Html {
  return html`<li class="${tone}"><span class="when">${clock(at)} <span class="muted">+${between(start, at)}</span></span><span class="phase">${phase}</span><span class="event">${event}</span></li>
`;
}

function toneOf(
  { at, phase, event }: SwitchbackReport['timeline'][number],
  report: SwitchbackReport,
): string {
  if (event.startsWith('ALARM')) return 'alarm';
  if (phase === 'promote' && at === report.pointOfNoReturn) return 'turn';
  return phase === 'report' ? 'end' : '';
}

function alarms(all: Alarm[] | undefined, end: string): Html | undefined {
  if (all === undefined) return undefined;
  return table(
    'Alarms',
    ['Cause', 'What was wrong', 'Since', 'For'],
    all.map(({ cause, message, since, until }) => [
      cause,
      message,
      moment(since),
      until === undefined ? `${between(since, end)}, and still at the end` : between(since, until),
    ]),
  );
}
