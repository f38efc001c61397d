import type { ProbeReport, ProbeSeries } from '../../contract/probe';

/** A stretch of the measurement, in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** Of a span that shows less than this much of the whole, the whole is drawn as well. */
const WORTH_A_WHOLE = 0.6;
const SHORTEST_MARGIN_MS = 10_000;

/** When the probe was measuring. */
export function wholeOf({ from, bucketMs, acknowledged }: ProbeSeries): Span {
  const begin = Date.parse(from);
  return { from: begin, to: begin + bucketMs * acknowledged.length };
}

/**
 * The part around the switch that is worth a drawing of its own: a gap of seconds cannot be seen in half an hour.
 *
 * @returns `undefined` when the whole shows it well enough.
 */
export function focusOf(probe: ProbeReport, promotion: string | undefined): Span | undefined {
  const whole = wholeOf(probe.series);
  const moments = [
    promotion,
    probe.gap?.lastBefore.at,
    probe.gap === undefined ? undefined : gapSpan(probe.gap, whole.to).to,
  ]
    .flatMap((time) => (time === undefined ? [] : [typeof time === 'number' ? time : Date.parse(time)]))
    .filter((time) => time >= whole.from && time <= whole.to);
  if (moments.length === 0) return undefined;
  const [first, last] = [Math.min(...moments), Math.max(...moments)];
  const margin = Math.max(SHORTEST_MARGIN_MS, (last - first) * 1.5);
  const span = { from: Math.max(whole.from, first - margin), to: Math.min(whole.to, last + margin) };
  return span.to - span.from > WORTH_A_WHOLE * (whole.to - whole.from) ? undefined : span;
}

/** A gap that never ended reaches to the end of the measurement. */
export function gapSpan(gap: NonNullable<ProbeReport['gap']>, end: number): Span {
  return {
    from: Date.parse(gap.lastBefore.at),
    to: gap.firstAfter === undefined ? end : Date.parse(gap.firstAfter.at),
  };
}
