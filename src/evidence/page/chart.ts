import { formatDuration } from '../../contract/duration';
import type { ProbeReport } from '../../contract/probe';
import { gapSpan, type Span, wholeOf } from './chart-window';

export interface Drawing {
  probe: ProbeReport;
  /** When the promotion was sent, ISO 8601: the zero of the time axis, and a line. */
  promotion: string | undefined;
  /** What to draw of it. */
  span: Span;
  width: number;
  /** Begins every id in the drawing, so that several fit on one page. */
  id: string;
}

type Point = [seconds: number, value: number | null];

/** Colours are the page's own variables, so that the drawing follows the reader's light or dark. */
const INK = 'var(--muted)';
const LINE = 'var(--line)';
const HEIGHT = 430;
const NARROW = 600;
/** Above this many seconds an axis speaks of minutes. */
const MINUTES_FROM = 300;
/** Writes that differ by more than this need an axis by powers of ten. */
const LOG_FROM = 30;
const FONT = { color: INK, fontFamily: 'inherit', fontSize: 12 };

/**
 * Draws writes per second, and the slowest write below, as an SVG without script. Loads the plotting library when it is
 * first called: a worker that renders nothing does not pay for it.
 */
export async function draw(drawing: Drawing): Promise<string> {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: drawing.width, height: HEIGHT });
  try {
    chart.setOption(optionOf(drawing));
    return tidy(chart.renderToSVGString(), drawing.id);
  } finally {
    chart.dispose(); // what it holds would keep the process alive
  }
}

function optionOf({ probe, promotion, span, width }: Drawing) {
  const { bucketMs, acknowledged, failed, slowestMs } = probe.series;
  const zero = zeroOf(probe, promotion);
  const seconds = (ms: number) => (ms - zero) / 1_000;
  const perSecond = (values: (number | null)[]) => steps(values, (value) => (value * 1_000) / bucketMs);
  const from = Date.parse(probe.series.from);
  function steps(values: (number | null)[], scale = (value: number) => value): Point[] {
    return values.flatMap((value, index) => {
      const begin = from + index * bucketMs;
      if (begin + bucketMs <= span.from || begin >= span.to) return [];
      const y = value === null ? null : scale(value);
      const edges = [Math.max(begin, span.from), Math.min(begin + bucketMs, span.to)];
      return edges.map((edge): Point => [seconds(edge), y]);
    });
  }
  const isNarrow = width < NARROW;
  const grid = { left: 52, right: 14 };
  const slow = slowestMs.filter((value) => value !== null);
  const isWide = slow.length > 0 && Math.max(...slow) > LOG_FROM * Math.max(1, Math.min(...slow));
  const xAxis = (gridIndex: number) => ({
    type: 'value',
    gridIndex,
    min: seconds(span.from),
    max: seconds(span.to),
    splitNumber: isNarrow ? 4 : 9,
    axisLabel: { ...FONT, formatter: labelOf, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: LINE } },
    axisTick: { show: true, lineStyle: { color: LINE } },
    splitLine: { show: false },
  });
  const yAxis = (gridIndex: number) => ({
    gridIndex,
    axisLabel: FONT,
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 3,
    splitLine: { lineStyle: { color: LINE } },
  });
  const title = (text: string, top: number) => ({
    text,
    left: 0,
    top,
    textStyle: { ...FONT, fontWeight: 600, fontSize: 13 },
  });
  const area = (name: string, colour: string, data: Point[]) => ({
    name,
    type: 'line',
    data,
    symbol: 'none',
    silent: true,
    lineStyle: { color: colour, width: 1.5 },
    areaStyle: { color: colour, opacity: 0.28 },
  });
  return {
    animation: false,
    title: [title('Writes per second', 0), title('Slowest acknowledged write, milliseconds', 256)],
    grid: [
      { ...grid, top: 64, height: 150 },
      { ...grid, top: 284, height: 110 },
    ],
    xAxis: [xAxis(0), xAxis(1)],
    yAxis: [
      { ...yAxis(0), type: 'value', min: 0 },
      isWide ? { ...yAxis(1), type: 'log', min: 1 } : { ...yAxis(1), type: 'value', min: 0 },
    ],
    series: [
      {
        ...area('acknowledged', 'var(--good)', perSecond(acknowledged)),
        ...marks(probe, promotion, span, seconds, true),
      },
      area('failed', 'var(--bad)', perSecond(failed.map((value) => (value === 0 ? null : value)))),
      {
        name: 'slowest',
        type: 'line',
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: steps(slowestMs, (value) => (isWide ? Math.max(1, value) : value)),
        symbol: 'none',
        silent: true,
        lineStyle: { color: 'var(--accent)', width: 1.5 },
        ...marks(probe, promotion, span, seconds, false),
      },
    ],
  };
}

/** The gaps as shades, the promotion as a line; the words stand above the upper panel only. */
function marks(
  probe: ProbeReport,
  promotion: string | undefined,
  span: Span,
  seconds: (ms: number) => number,
  isLabelled: boolean,
) {
  const { gap, otherGaps = [], unwatched = [] } = probe;
  const end = wholeOf(probe.series).to;
  const shade = ({ from, to }: Span, colour: string, opacity: number, name = '') => {
    if (to <= span.from || from >= span.to) return [];
    const middle = (Math.max(from, span.from) + Math.min(to, span.to)) / 2 - span.from;
    const place = middle / (span.to - span.from);
    const align = place < 0.2 ? 'insideTopLeft' : place > 0.8 ? 'insideTopRight' : 'insideTop';
    const label = {
      show: isLabelled && name !== '',
      ...FONT,
      color: 'var(--bad)',
      fontWeight: 600,
      position: align,
      offset: [0, -20],
    };
    const begin = {
      xAxis: Math.max(seconds(from), seconds(span.from)),
      name,
      label,
      itemStyle: { color: colour, opacity },
    };
    return [[begin, { xAxis: Math.min(seconds(to), seconds(span.to)) }]];
  };
  const at = promotion === undefined ? undefined : Date.parse(promotion);
  const isSeen = at !== undefined && at >= span.from && at <= span.to;
  const isLeft = at !== undefined && at - span.from < (span.to - span.from) * 0.35;
  return {
    markArea: {
      silent: true,
      data: [
        ...unwatched.flatMap(({ from, to }) =>
          shade({ from: Date.parse(from), to: Date.parse(to) }, INK, 0.16),
        ),
        ...otherGaps.flatMap((other) => shade(gapSpan(other, end), 'var(--bad)', 0.08)),
        ...(gap === undefined ? [] : shade(gapSpan(gap, end), 'var(--bad)', 0.14, gapLabel(gap))),
      ],
    },
    ...(isSeen && {
      markLine: {
        silent: true,
        symbol: 'none',
        lineStyle: { color: 'var(--ink)', type: 'dashed', width: 1.2 },
        label: {
          show: isLabelled,
          ...FONT,
          color: 'var(--ink)',
          formatter: 'promotion',
          position: 'end',
          distance: 20,
          align: isLeft ? 'left' : 'right',
        },
        data: [{ xAxis: seconds(at) }],
      },
    }),
  };
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

/** Without what changes from drawing to drawing in one process, and what only a script or a mouse would use. */
function tidy(svg: string, id: string): string {
  return svg
    .replaceAll(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`)
    .replace(/ xmlns:xlink="[^"]*"| version="1.1"| baseProfile="full"/g, '')
    .replace('<svg ', '<svg aria-hidden="true" focusable="false" ')
    .replaceAll(/\n+/g, '\n');
}
