import { formatDuration } from '../../contract/duration';
import { outcomes } from '../../contract/outcome';
import { procedures } from '../../contract/procedure';
import type { TargetVerdict, Trend, TrendRun } from '../../contract/trend';
import { version } from '../../version';
import { digestOf, type Json } from '../canonical';
import { type Figure, figureRow } from './figures';
import { type Content, type Html, html } from './html';
import { absent, badge, counted, moment, plainMoment, section, type Tone, table } from './parts';
import { pageSeal } from './seal';
import { shell } from './shell';
import { drawTrend, isDrawable } from './trend-chart';

const WIDE = 960;
const PHONE = 340;

const NAMES: Record<TargetVerdict['target'], string> = {
  rto: 'RTO: the write gap',
  rpo: 'RPO: lost rows',
  'rehearsed-within': 'Practised',
};

/**
 * How well a pair is prepared, as one HTML page for people, with its trend as a chart. Its last line carries the hash of
 * every byte before it, as a page of evidence has.
 *
 * @param rtoMs the target of the gap, for the chart.
 */
export function renderTrend(trend: Trend, rtoMs?: number): Buffer {
  const { project, service, at } = trend;
  const title = `Practice of ${project}/${service}, ${plainMoment(at)} UTC`;
  const body = html`${header(trend)}
${chart(trend, rtoMs)}
${runs(trend)}
<footer><p>Rendered by switchback ${version} from what Temporal keeps of these runs: older ones are gone from it, and their evidence is kept apart. All times are UTC.</p></footer>`;
  const page = Buffer.from(shell({ title, head: digestOf(trend as unknown as Json), body }).text);
  return Buffer.concat([page, pageSeal(page)]);
}

function header({ project, service, at, targets }: Trend): Html {
  const missed = targets.filter(({ met }) => !met);
  const isGood = missed.length === 0;
  const headline = isGood
    ? `${service} is prepared: ${targets.length === 1 ? 'its target is' : 'all of its targets are'} met.`
    : `${service} misses ${missed.length === targets.length ? '' : `${missed.length} of `}${counted(targets.length, 'target')}.`;
  return html`<header>
<p class="eyebrow">Practice of a disaster recovery pair</p>
<p class="verdict">${badge(isGood ? 'Prepared' : 'Not prepared', isGood ? 'good' : 'bad')}</p>
<h1>${headline}</h1>
<p class="route"><b>${service}</b><span class="muted"> in project <b>${project}</b>, as of ${moment(at)}</span></p>
${figureRow(targets.map(figure))}
${missed.map(({ target, remedy }) => html`<div class="note warn"><h2>${NAMES[target]}</h2><p>${remedy}</p></div>\n`)}
</header>
`;
}

function figure({ target, met, value, observed, wanted }: TargetVerdict): Figure {
  const means = html`${met ? 'Met' : 'Missed'}: ${observed}. Wanted: ${wanted}.`;
  return { name: NAMES[target], value, tone: met ? 'good' : 'bad', means };
}

function chart(trend: Trend, rtoMs: number | undefined): Content {
  const lead = html`<p class="lead">Every ended run, by the day on which it ended. A drill measures the gap of both ways; the longer one counts.</p>`;
  if (!isDrawable(trend))
    return section('trend', 'Trend', absent('Temporal knows no run of this pair that has ended.'));
  return section(
    'trend',
    'Trend',
    lead,
    html`<figure><div class="wide">${drawTrend(trend, rtoMs, WIDE)}</div><div class="narrow">${drawTrend(trend, rtoMs, PHONE)}</div>
<figcaption class="keys"><span><span class="key good"></span>in the target, or rehearsed</span> <span><span class="key bad"></span>over the target, rows lost, or not rehearsed</span></figcaption></figure>
`,
  );
}

function runs({ runs }: Trend): Content {
  if (runs.length === 0) return '';
  const heads = ['Ended', 'Procedure', 'Outcome', 'Gap', 'Lost rows', 'Run'];
  return section('runs', 'Runs', table('The newest first', heads, runs.map(rowOf)));
}

function rowOf({
  closedAt,
  procedure,
  outcome,
  gapSeconds,
  lostRows,
  workflowId,
  runId,
}: TrendRun): Content[] {
  const known = outcome !== undefined && Object.hasOwn(outcomes, outcome);
  const { label, tone }: { label: string; tone: Tone } = known
    ? outcomes[outcome as keyof typeof outcomes]
    : { label: outcome ?? 'No report', tone: 'bad' };
  return [
    moment(closedAt),
    procedure === undefined ? '–' : procedures[procedure].title,
    badge(label, tone),
    gapSeconds === undefined ? '–' : gapSeconds === 0 ? 'below 1 s' : formatDuration(gapSeconds * 1_000),
    lostRows === undefined ? '–' : String(lostRows),
    html`<code>${workflowId}</code><br><code class="muted">${runId}</code>`,
  ];
}
