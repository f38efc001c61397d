import { formatDuration } from '../../contract/duration';
import type { Latency, ProbeReport, RowSet, WriteGap } from '../../contract/probe';
import type { SwitchbackReport } from '../../contract/report';
import { draw, zeroOf } from './chart';
import { focusOf, type Span, wholeOf } from './chart-window';
import { type Content, type Html, html } from './html';
import { absent, clock, count, counted, moment, plainMoment, section, table } from './parts';
import { wordFor } from './words';

const WIDE = 960;
const NARROW = 340;
/** More rows than this help nobody; the bundle has them all. */
const MOST_ROWS = 400;

/** What writing through the switch was like: drawings, gaps, errors, latency. */
export async function writes({ probe, pointOfNoReturn }: SwitchbackReport): Promise<Html> {
  const title = 'Writes across the switch';
  if (probe === undefined) return section('writes', title, absent(why(pointOfNoReturn)));
  return section(
    'writes',
    title,
    probe.problem !== undefined &&
      html`<p class="lead"><b>The measurement is incomplete:</b> ${probe.problem}</p>`,
    html`<p class="lead">${counted(probe.acknowledged, 'row')} acknowledged between ${moment(probe.startedAt)} and ${moment(probe.endedAt)} UTC, ${counted(probe.rate, 'write')} a second tried through the Service URI. Times are the worker’s clock.</p>`,
    probe.series.acknowledged.length > 0 && (await figuresOf(probe, pointOfNoReturn)),
    gaps(probe),
    errors(probe),
    latency(probe),
    rows(probe),
  );
}

function why(pointOfNoReturn: string | undefined): string {
  return pointOfNoReturn === undefined
    ? 'Nothing was written, so no write was measured across a switch.'
    : 'Not measured: no row was written through the Service URI while the pair switched, so neither the time without writes nor lost rows are known.';
}

function figuresOf(probe: ProbeReport, promotion: string | undefined): Html {
  const focus = focusOf(probe, promotion);
  const whole = wholeOf(probe.series);
  if (focus === undefined) return figure(probe, promotion, whole, 'The whole measurement');
  return html`${figure(probe, promotion, focus, 'Around the switch')}<details class="whole"><summary>The whole measurement</summary>${figure(probe, promotion, whole, 'The whole measurement')}</details>`;
}

function figure(probe: ProbeReport, promotion: string | undefined, span: Span, title: string): Html {
  const drawn = { probe, promotion, span };
  const wide = draw({ ...drawn, width: WIDE });
  const narrow = draw({ ...drawn, width: NARROW });
  const zero = new Date(zeroOf(probe, promotion)).toISOString();
  const from = promotion === undefined ? 'the begin of the measurement' : 'the promotion';
  return html`<figure><div role="img" aria-label="${inWords(probe, span)}"><div class="wide">${wide}</div><div class="narrow">${narrow}</div></div>
<figcaption><b>${title}.</b> <span class="keys"><span><span class="key good"></span> acknowledged</span> <span><span class="key bad"></span> failed</span> <span><span class="key gap"></span> no acknowledged write</span>${
    probe.unwatched !== undefined &&
    probe.unwatched.length > 0 &&
    html` <span><span class="key quiet"></span> no worker was writing</span>`
  }</span>. Time counts from ${from}, ${plainMoment(zero)} UTC.</figcaption></figure>
${bucketTable(probe, span)}`;
}

/** The drawing for somebody who cannot see it. */
function inWords(probe: ProbeReport, span: Span): string {
  const { gap, acknowledged, series } = probe;
  const failed = series.failed.reduce((sum, value) => sum + value, 0);
  const time = (ms: number) => new Date(ms).toISOString().slice(11, 23);
  const gapText =
    gap === undefined
      ? 'No write failed, and none took a second.'
      : `No write was acknowledged for ${formatDuration(gap.ms)} from ${gap.lastBefore.at.slice(11, 23)}${gap.firstAfter === undefined ? ' until the end' : ` to ${gap.firstAfter.at.slice(11, 23)}`}.`;
  return `Writes per second and the slowest write, from ${time(span.from)} to ${time(span.to)} UTC. In the whole measurement ${acknowledged} writes were acknowledged and ${failed} failed. ${gapText}`;
}

function bucketTable({ series }: ProbeReport, span: Span): Html {
  const { from, bucketMs, acknowledged, failed, slowestMs } = series;
  const shown = acknowledged
    .map((value, index) => ({ at: Date.parse(from) + index * bucketMs, value, index }))
    .filter(({ at }) => at + bucketMs > span.from && at < span.to);
  if (shown.length > MOST_ROWS)
    return html`<p class="muted">The ${count(shown.length)} buckets of ${bucketMs} ms are in the bundle.</p>`;
  return html`<details class="numbers"><summary>The same in numbers</summary>${table(
    `Writes in each ${formatDuration(bucketMs)}`,
    ['From (UTC)', 'Acknowledged', 'Failed', 'Slowest'],
    shown.map(({ at, value, index }) => [
      clock(new Date(at).toISOString()),
      value,
      failed[index],
      slowestMs[index] == null ? '–' : millis(slowestMs[index]),
    ]),
  )}</details>`;
}

function gaps({ gap, otherGaps = [] }: ProbeReport): Html | undefined {
  if (gap === undefined) return undefined;
  const row = (name: string, { ms, lastBefore, firstAfter, unwatchedMs }: WriteGap): Content[] => [
    name,
    html`<b>${formatDuration(ms)}</b>${unwatchedMs !== undefined && html`<br><span class="muted">${formatDuration(unwatchedMs)} of it unwatched</span>`}`,
    html`${moment(lastBefore.at)}<br><span class="muted">row ${lastBefore.row}</span>`,
    firstAfter === undefined
      ? 'none came'
      : html`${moment(firstAfter.at)}<br><span class="muted">row ${firstAfter.row}</span>`,
  ];
  return table(
    'Time without an acknowledged write',
    ['Gap', 'Length', 'Last write before (UTC)', 'First write after (UTC)'],
    [row('longest, the measured RTO', gap), ...otherGaps.map((other) => row('another', other))],
  );
}

function errors({ errors: all }: ProbeReport): Html {
  const found = Object.entries(all).sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  if (found.length === 0) return html`<p>No write failed.</p>`;
  return table(
    'Failed writes',
    ['Code', 'Means', 'Writes'],
    found.map(([code, times]) => [html`<code>${code}</code>`, wordFor(code), count(times)]),
  );
}

function latency({ latency: { before, after }, gap }: ProbeReport): Html | undefined {
  if (before === undefined && after === undefined) return undefined;
  const row = (name: string, it: Latency | undefined): Content[] =>
    it === undefined ? [name, '–', '–', '0'] : [name, millis(it.p50), millis(it.p99), count(it.count)];
  return table(
    'How long an acknowledged write took',
    ['When', 'Half took at most', '99 of 100 took at most', 'Writes'],
    gap === undefined
      ? [row('all the time', before)]
      : [row('before the gap', before), row('after the gap', after)],
  );
}

function rows({ missing, unexpected, unrecorded }: ProbeReport): Html {
  const set = (name: string, it: RowSet | undefined): Content[] => [
    name,
    it === undefined ? 'not known' : count(it.count),
    it === undefined ? '' : ranges(it),
  ];
  return table(
    'The rows, read back after the switch',
    ['Rows', 'How many', 'Which'],
    [
      set('acknowledged and missing: the measured RPO', missing),
      set('there although the write failed', unexpected),
      ...(unrecorded === undefined
        ? []
        : [['there, and the answer was not received', count(unrecorded), '']]),
    ],
  );
}

function ranges({ count: all, ranges: listed }: RowSet): string {
  const named = listed.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const text = listed.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
  return named < all ? `${text}, …` : text;
}

function millis(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
