import { scaleLinear, scaleTime } from 'd3-scale';
import { line } from 'd3-shape';
import { formatDuration } from '../../contract/duration';
import { isPractised, type Trend, type TrendRun } from '../../contract/trend';
import { type Content, type Html, html } from './html';

const HEIGHT = 300;
const LEFT = 84;
const RIGHT = 16;
const TOP = 34;
/** Of the gaps; the rehearsals have a strip of their own below. */
const BOTTOM = 214;
const STRIP = 246;
const NARROW = 600;
const DAY_MS = 24 * 3_600_000;

type Measured = TrendRun & { gapSeconds: number };

/** Whether there is anything to draw. */
export function isDrawable({ runs }: Trend): boolean {
  return runs.length > 0;
}

/**
 * Draws the gap of every run that measured one, with the target as a line, and below it the rehearsals, as an SVG without
 * script. Its colours are variables of the page.
 *
 * @param rtoMs the target; none draws no line.
 */
export function drawTrend({ runs, at }: Trend, rtoMs: number | undefined, width: number): Html {
  const oldestFirst = runs.toSorted((a, b) => Date.parse(a.closedAt) - Date.parse(b.closedAt));
  const measured = oldestFirst.filter((run): run is Measured => run.gapSeconds !== undefined);
  const others = oldestFirst.filter(({ gapSeconds }) => gapSeconds === undefined);
  const from = Date.parse(oldestFirst[0]?.closedAt ?? at);
  const to = Math.max(Date.parse(at), from + DAY_MS);
  const x = scaleTime()
    .domain([new Date(from), new Date(to)])
    .range([LEFT + 8, width - RIGHT - 8]);
  const most = Math.max(1, (rtoMs ?? 0) / 1_000, ...measured.map(({ gapSeconds }) => gapSeconds));
  const y = scaleLinear()
    .domain([0, most * 1.05])
    .nice(4)
    .range([BOTTOM, TOP]);
  const across = (run: TrendRun) => tenth(x(new Date(run.closedAt)));
  const path = line<Measured>()
    .x(across)
    .y(({ gapSeconds }) => tenth(y(gapSeconds)));
  const times = ticksOf(from, to, width < NARROW ? 3 : 7);
  return html`<svg aria-hidden="true" focusable="false" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" font-size="12" fill="var(--muted)">
<text x="0" y="13" font-size="13" font-weight="600">Longest write gap of a run</text>
<g stroke="var(--line)">${y.ticks(4).map((tick) => html`<path d="M${LEFT} ${tenth(y(tick))}H${width - RIGHT}"/>`)}<path d="M${LEFT} ${STRIP}H${width - RIGHT}"/></g>
<g text-anchor="end">${y.ticks(4).map((tick) => html`<text x="${LEFT - 8}" y="${tenth(y(tick) + 4)}">${tick === 0 ? '0' : formatDuration(tick * 1_000)}</text>`)}<text x="${LEFT - 8}" y="${STRIP + 4}">others</text></g>
<g text-anchor="middle">${times.map((time) => html`<text x="${tenth(x(new Date(time)))}" y="${STRIP + 28}">${new Date(time).toISOString().slice(5, 10)}</text>`)}</g>
${target(rtoMs, y, width)}
<path d="${path(measured) ?? ''}" fill="none" stroke="var(--muted)" stroke-opacity="0.5"/>
${measured.map((run) => html`<circle cx="${across(run)}" cy="${tenth(y(run.gapSeconds))}" r="5" fill="${colourOf(run, rtoMs)}"/>`)}
${others.map((run) => html`<rect x="${tenth(x(new Date(run.closedAt)) - 2)}" y="${STRIP - 8}" width="4" height="16" rx="1.5" fill="${isPractised(run) ? 'var(--good)' : 'var(--bad)'}"/>`)}
</svg>`;
}

function target(rtoMs: number | undefined, y: (value: number) => number, width: number): Content {
  if (rtoMs === undefined) return '';
  const at = tenth(y(rtoMs / 1_000));
  return html`<path d="M${LEFT} ${at}H${width - RIGHT}" stroke="var(--ink)" stroke-width="1.2" stroke-dasharray="4 3"/>
<text x="${width - RIGHT}" y="${at - 6}" text-anchor="end" fill="var(--ink)">target ${formatDuration(rtoMs)}</text>`;
}

function colourOf({ gapSeconds, lostRows = 0 }: Measured, rtoMs: number | undefined): string {
  const isOver = rtoMs !== undefined && gapSeconds * 1_000 > rtoMs;
  return isOver || lostRows > 0 ? 'var(--bad)' : 'var(--good)';
}

/** Midnights in UTC, whatever the time zone of the machine that draws. */
function ticksOf(from: number, to: number, most: number): number[] {
  const step = Math.max(1, Math.ceil((to - from) / DAY_MS / most)) * DAY_MS;
  const first = Math.ceil(from / DAY_MS) * DAY_MS;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, n) => first + n * step);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
