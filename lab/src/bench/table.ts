import type { Goal, Measurement } from './figure';
import { spreadOf } from './statistics';
import { verdictOf } from './verdict';

/** As Markdown, a row for each measurement. */
export function tableOf(measurements: readonly Measurement[]): string {
  const head = ['| measured | against | median | half of the values | goal | |', '|---|---|---|---|---|---|'];
  return [...head, ...measurements.map(rowOf)].join('\n');
}

function rowOf(measurement: Measurement): string {
  const { measured, against = '', values, unit, goal, detail } = measurement;
  const { median, quartiles, samples } = spreadOf(values);
  const spread = samples === 1 ? 'one value' : `${quartiles.map(short).join('–')} of ${samples}`;
  const verdict = verdictOf(measurement);
  return `| ${[
    detail === undefined ? measured : `${measured} (${detail})`,
    against,
    `**${withUnit(short(median), unit)}**`,
    spread,
    goal === undefined ? '' : goalText(goal, unit),
    verdict === 'no goal' ? '' : verdict === 'met' ? '✓' : 'not met',
  ].join(' | ')} |`;
}

function goalText({ is, limit }: Goal, unit: Measurement['unit']): string {
  return `${is === 'at most' ? '≤' : '≥'} ${withUnit(short(limit), unit)}`;
}

function withUnit(value: string, unit: Measurement['unit']): string {
  return unit === 'exponent' ? value : `${value} ${unit}`;
}

/** Three digits: more of them are never the same twice. */
function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
