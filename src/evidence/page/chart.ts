import { scaleLinear, scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { formatDuration } from '../../contract/duration';
import type { ProbeReport } from '../../contract/probe';
import { gapSpan, type Span, wholeOf } from './chart-window';
import { type Content, type Html, html } from './html';

export interface Drawing {
  probe: ProbeReport;
  /** When the promotion was sent, ISO 8601: the zero of the time axis, and a line. */
  promotion: string | undefined;
  /** What to draw of it. */
  span: Span;
  width: number;
}

interface Point {
  seconds: number;
  value: number | null;
}

/** Where a panel is, in pixels of the drawing. */
interface Panel {
  title: string;
  titleAt: number;
  top: number;
  bottom: number;
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

const HEIGHT = 430;
const LEFT = 52;
const RIGHT = 14;
const RATE: Panel = { title: 'Writes per second', titleAt: 13, top: 64, bottom: 214 };
const LATENCY: Panel = {
  title: 'Slowest acknowledged write, milliseconds',
  titleAt: 269,
  top: 284,
  bottom: 394,
};
const NARROW = 600;
/** Above this many seconds an axis speaks of minutes. */
const MINUTES_FROM = 300;
/** Writes that differ by more than this need an axis by powers of ten. */
const LOG_FROM = 30;
/** A label of the time axis is no nearer to its ends than this, in pixels. */
const LABEL_MARGIN = 18;

/**
 * Draws writes per second, and the slowest write below, as an SVG without script. Its colours are variables of the
 * page, so that it follows the reader's light or dark.
 */
export function draw({ probe, promotion, span, width }: Drawing): Html {
  const { bucketMs, acknowledged, failed, slowestMs } = probe.series;
  const zero = zeroOf(probe, promotion);
  const seconds = (ms: number) => (ms - zero) / 1_000;
  const from = Date.parse(probe.series.from);
  const steps = (values: readonly (number | null)[], scale = 1): Point[] =>
    values.flatMap((value, index) => {
      const begin = from + index * bucketMs;
      if (begin + bucketMs <= span.from || begin >= span.to) return [];
      const edges = [Math.max(begin, span.from), Math.min(begin + bucketMs, span.to)];
      return edges.map((edge) => ({
        seconds: seconds(edge),
        value: value === null ? null : value * scale,
      }));
    });
  const x = scaleLinear()
    .domain([seconds(span.from), seconds(span.to)])
    .range([LEFT, width - RIGHT]);
  const perSecond = 1_000 / bucketMs;
  const good = steps(acknowledged, perSecond);
  const bad = steps(
    failed.map((value) => (value === 0 ? null : value)),
    perSecond,
  );
  const slow = steps(slowestMs);
  const rate = scaleLinear()
    .domain([0, greatest([...good, ...bad])])
    .nice(3)
    .range([RATE.bottom, RATE.top]);
  const latency = latencyScale(slow);
  const marks = marksOf(probe, promotion, span);
  return html`<svg aria-hidden="true" focusable="false" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" font-size="12" fill="var(--muted)">
${panel(RATE, x, rate.ticks(3), rate)}
${shades(marks, RATE, x, seconds)}
${filled(good, 'var(--good)', x, rate)}
${filled(bad, 'var(--bad)', x, rate)}
${panel(LATENCY, x, latency.ticks, latency.scale)}
${shades(marks, LATENCY, x, seconds)}
${stroke(slow, 'var(--accent)', x, latency.scale)}
${promotionLine(marks, x, seconds)}
${gapText(marks, x, seconds)}
</svg>`;
}

/** By powers of ten where the writes differ that much. */
function latencyScale(slow: readonly Point[]): { scale: (value: number) => number; ticks: number[] } {
  const values = slow.flatMap(({ value }) => value ?? []);
  const [least, most] = [Math.max(1, Math.min(...values)), Math.max(0, ...values)];
  const range = [LATENCY.bottom, LATENCY.top];
  if (values.length > 0 && most > LOG_FROM * least) {
    const log = scaleLog().domain([1, most]).nice().range(range);
    const powers = log.ticks().filter((tick) => Number.isInteger(Math.log10(tick)));
    return { scale: (value) => log(Math.max(1, value)), ticks: powers };
  }
  const linear = scaleLinear()
    .domain([0, most || 1])
    .nice(3)
    .range(range);
  return { scale: linear, ticks: linear.ticks(3) };
}

function greatest(points: readonly Point[]): number {
  return Math.max(0, ...points.map(({ value }) => value ?? 0)) || 1;
}

/** The frame of a panel: its title, the lines of its values, and the time below. */
function panel(
  { title, titleAt, bottom }: Panel,
  x: Scale,
  values: readonly number[],
  y: (value: number) => number,
): Content {
  const [begin = 0, end = 0] = x.range();
  const isNarrow = end < NARROW;
  const times = x
    .ticks(isNarrow ? 4 : 9)
    .filter((time) => x(time) - begin > LABEL_MARGIN && end - x(time) > LABEL_MARGIN);
  return html`<text x="0" y="${titleAt}" font-size="13" font-weight="600">${title}</text>
<g stroke="var(--line)">${values.map((value) => html`<path d="M${tenth(begin)} ${tenth(y(value))}H${tenth(end)}"/>`)}<path d="M${tenth(begin)} ${tenth(bottom)}H${tenth(end)}"/>${times.map((time) => html`<path d="M${tenth(x(time))} ${tenth(bottom)}v5"/>`)}</g>
<g text-anchor="end">${values.map((value) => html`<text x="${tenth(begin - 8)}" y="${tenth(y(value) + 4)}">${value.toLocaleString('en')}</text>`)}</g>
<g text-anchor="middle">${times.map((time) => html`<text x="${tenth(x(time))}" y="${tenth(bottom + 19)}">${labelOf(time)}</text>`)}</g>`;
}

function filled(points: readonly Point[], colour: string, x: Scale, y: Scale): Content {
  const shape = area<Point>()
    .defined(({ value }) => value !== null)
    .x((point) => tenth(x(point.seconds)))
    .y0(tenth(y(0)))
    .y1(({ value }) => tenth(y(value ?? 0)));
  return html`<path d="${shape([...points]) ?? ''}" fill="${colour}" fill-opacity="0.28"/>
${stroke(points, colour, x, y)}`;
}

function stroke(points: readonly Point[], colour: string, x: Scale, y: (value: number) => number): Content {
  const shape = line<Point>()
    .defined(({ value }) => value !== null)
    .x((point) => tenth(x(point.seconds)))
    .y(({ value }) => tenth(y(value ?? 0)));
  return html`<path d="${shape([...points]) ?? ''}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

interface Marks {
  shades: { span: Span; colour: string; opacity: number }[];
  /** The longest gap, with its length in words. */
  gap: { span: Span; label: string } | undefined;
  /** When the promotion was sent, where that is in the drawing. */
  promotion: number | undefined;
  /** Whether a moment is in the left part of the drawing, where words stand to its right. */
  isLeft: (ms: number) => boolean;
}

function marksOf(
  { gap, otherGaps = [], unwatched = [], series }: ProbeReport,
  promotion: string | undefined,
  span: Span,
): Marks {
  const end = wholeOf(series).to;
  const seen = ({ from, to }: Span): Span[] =>
    to <= span.from || from >= span.to
      ? []
      : [{ from: Math.max(from, span.from), to: Math.min(to, span.to) }];
  const shade = (whole: Span, colour: string, opacity: number) =>
    seen(whole).map((part) => ({ span: part, colour, opacity }));
  const [ofGap] = gap === undefined ? [] : seen(gapSpan(gap, end));
  const at = promotion === undefined ? undefined : Date.parse(promotion);
  return {
    shades: [
      ...unwatched.flatMap(({ from, to }) =>
        shade({ from: Date.parse(from), to: Date.parse(to) }, 'var(--muted)', 0.16),
      ),
      ...otherGaps.flatMap((other) => shade(gapSpan(other, end), 'var(--bad)', 0.08)),
      ...(gap === undefined ? [] : shade(gapSpan(gap, end), 'var(--bad)', 0.14)),
    ],
    gap: gap === undefined || ofGap === undefined ? undefined : { span: ofGap, label: gapLabel(gap) },
    promotion: at !== undefined && at >= span.from && at <= span.to ? at : undefined,
    isLeft: (ms) => ms - span.from < (span.to - span.from) * 0.35,
  };
}

function shades(
  { shades }: Marks,
  { top, bottom }: Panel,
  x: Scale,
  seconds: (ms: number) => number,
): Content {
  return shades.map(({ span, colour, opacity }) => {
    const [from, to] = [x(seconds(span.from)), x(seconds(span.to))];
    return html`<rect x="${tenth(from)}" y="${top}" width="${tenth(Math.max(1, to - from))}" height="${bottom - top}" fill="${colour}" fill-opacity="${opacity}"/>`;
  });
}

/** Through both panels; its word stands above the upper one. */
function promotionLine({ promotion, isLeft }: Marks, x: Scale, seconds: (ms: number) => number): Content {
  if (promotion === undefined) return '';
  const at = tenth(x(seconds(promotion)));
  const lines = [RATE, LATENCY].map(({ top, bottom }) => `M${at} ${top}V${bottom}`).join('');
  return html`<path d="${lines}" stroke="var(--ink)" stroke-width="1.2" stroke-dasharray="4 3"/>
<text x="${at}" y="${RATE.top - 24}" text-anchor="${isLeft(promotion) ? 'start' : 'end'}" fill="var(--ink)">promotion</text>`;
}

/** Above its shade, and inside the drawing. */
function gapText({ gap }: Marks, x: Scale, seconds: (ms: number) => number): Content {
  if (gap === undefined) return '';
  const [begin = 0, end = 0] = x.range();
  const [from, to] = [x(seconds(gap.span.from)), x(seconds(gap.span.to))];
  const middle = (from + to) / 2;
  const place = (middle - begin) / (end - begin);
  const [anchor, at] = place < 0.2 ? ['start', from] : place > 0.8 ? ['end', to] : ['middle', middle];
  return html`<text x="${tenth(Number(at))}" y="${RATE.top - 7}" text-anchor="${anchor}" fill="var(--bad)" font-weight="600">${gap.label}</text>`;
}

/** Nobody sees less than a tenth of a pixel. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function gapLabel({ ms, firstAfter }: NonNullable<ProbeReport['gap']>): string {
  return firstAfter === undefined ? `gap of over ${formatDuration(ms)}` : `gap ${formatDuration(ms)}`;
}

/** The moment that the time axis counts from, in milliseconds since 1970. */
export function zeroOf({ series }: ProbeReport, promotion: string | undefined): number {
  return Date.parse(promotion ?? series.from);
}

function labelOf(seconds: number): string {
  const sign = seconds < 0 ? '−' : seconds > 0 ? '+' : '';
  const size = Math.abs(seconds);
  if (size < MINUTES_FROM) return `${sign}${Number(size.toFixed(1))} s`;
  return `${sign}${Number((size / 60).toFixed(1))} min`;
}
