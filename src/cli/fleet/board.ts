import type { FleetNeed, FleetStatus, FleetWaveStatus } from '../../client';
import { formatDuration } from '../../contract/duration';
import { cut, legible } from '../../util/text';
import type { Terminal } from '../terminal';

type Colour = Terminal['colour'];
/** Of a terminal as it comes; nothing on the board is wider. */
const COLUMNS = 79;
const NAME_WIDTH = 16;
const BAR_WIDTH = 24;

/** What stands on the screen while a fleet goes on: a line a wave, then the pairs that need somebody, then what to type. */
export function boardLines(status: FleetStatus, name: string, rows: number, now: Date, c: Colour): string[] {
  const head = headLines(status, name, now, c);
  const answers = answerLine(status, c);
  const room = rows - head.length - answers.length - 1;
  const needs = needLines(status, Math.max(2, Math.floor(room / 2)), c);
  return [...head, ...waveLines(status.waves, room - needs.length - 1, c), ...needs, ...answers];
}

function headLines(status: FleetStatus, name: string, now: Date, c: Colour): string[] {
  const { counts, fingerprint, pace, worstGapMs, lostRows, startedAt, phase } = status;
  const plan = fingerprint === undefined ? '' : ` · plan ${fingerprint}`;
  const figures = [
    ...(pace === undefined
      ? []
      : [`${pace.perMinute}/min`, `${formatDuration(Math.ceil(pace.remainingMs / 1_000) * 1_000)} to go`]),
    `${formatDuration(wholeSeconds(now.getTime() - Date.parse(startedAt)))} so far`,
    ...(worstGapMs === undefined ? [] : [`worst gap ${formatDuration(worstGapMs)}`]),
    ...(lostRows === undefined ? [] : [`${lostRows} rows lost`]),
  ];
  const title = titleOf(status);
  const percent = counts.total === 0 ? 0 : Math.floor((counts.done * 100) / counts.total);
  return [
    `${c.bold(title)}${c.dim(cut(` · fleet.${name}${plan}`, COLUMNS - title.length))}`,
    `${bar(counts, 60, c)} ${percent} %  ${c.bold(`${counts.done}/${counts.total}`)}`,
    within(figures.join(' · '), c.dim),
    ...(isHeld(phase) ? [within(`! ${legible(status.headline)}`, c.yellow)] : []),
    '',
  ];
}

function titleOf({ procedure, mode, counts }: FleetStatus): string {
  const what = `${procedure.charAt(0).toUpperCase()}${procedure.slice(1)}`;
  return `${what} of ${counts.total} pairs${mode === 'execute' ? '' : ` (${mode})`}`;
}

function isHeld(phase: FleetStatus['phase']): boolean {
  return !['resolve', 'running', 'report'].includes(phase);
}

/** Those around the present one, when there are more than there is room for. */
function waveLines(waves: readonly FleetWaveStatus[], room: number, c: Colour): string[] {
  const most = Math.max(3, room);
  if (waves.length <= most) return waves.map((wave) => waveLine(wave, c));
  const present = waves.findIndex(({ state }) => state !== 'over');
  const last = present < 0 ? waves.length : present;
  const from = Math.max(0, Math.min(last - 2, waves.length - (most - 2)));
  const shown = waves.slice(from, from + most - 2);
  const rest = waves.length - from - shown.length;
  return [
    ...(from > 0 ? [c.dim(`  … ${from} waves before are over`)] : []),
    ...shown.map((wave) => waveLine(wave, c)),
    ...(rest > 0 ? [c.dim(`  … and ${rest} waves more`)] : []),
  ];
}

function waveLine({ name, counts, state }: FleetWaveStatus, c: Colour): string {
  const mark =
    state === 'over'
      ? counts.failed > 0
        ? c.red('✗')
        : c.green('✓')
      : state === 'running'
        ? c.cyan('▸')
        : ' ';
  const parts = [
    ...(counts.running > 0 ? [`${counts.running} under way`] : []),
    ...(counts.failed > 0 ? [c.red(`${counts.failed} failed`)] : []),
    ...(counts.stopped > 0 ? [`${counts.stopped} stopped`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
  ];
  const done = `${counts.done}/${counts.total}`.padStart(8);
  const label = cut(legible(name), NAME_WIDTH).padEnd(NAME_WIDTH);
  const text = state === 'waiting' ? c.dim(label) : label;
  return `${mark} ${text} ${bar(counts, BAR_WIDTH, c)} ${done}  ${parts.join(' · ')}`.trimEnd();
}

/** Done, failed, under way, and the rest. */
function bar(counts: FleetStatus['counts'], width: number, c: Colour): string {
  const { total, done, failed, running, stopped, skipped } = counts;
  let cells = 0;
  let pairs = 0;
  const part = (count: number, sign: string, colour: (text: string) => string) => {
    pairs += count;
    const end = total === 0 ? 0 : Math.round((pairs * width) / total);
    // What failed is seen, however few there are.
    const size = Math.min(width - cells, Math.max(end - cells, count > 0 && sign === '▚' ? 1 : 0));
    cells += size;
    return size > 0 ? colour(sign.repeat(size)) : '';
  };
  return [
    part(done, '█', c.green),
    part(failed, '▚', c.red),
    part(running, '▓', c.cyan),
    part(stopped + skipped, '▒', c.yellow),
    c.dim('░'.repeat(width - cells)),
  ].join('');
}

function needLines({ needs, needsInAll }: FleetStatus, most: number, c: Colour): string[] {
  if (needs.length === 0) return [];
  const shown = needs.slice(0, Math.max(1, most - 2));
  const rest = needsInAll - shown.length;
  return [
    '',
    ...shown.map((need) => needLine(need, c)),
    ...(rest > 0 ? [c.dim(`  … and ${rest} more`)] : []),
  ];
}

const MARKS: Record<FleetNeed['urgency'], string> = { urgent: '‼', asks: '?', failed: '✗' };

function needLine({ pair, why, urgency }: FleetNeed, c: Colour): string {
  const colour = urgency === 'asks' ? c.yellow : c.red;
  const name = cut(pair, 32);
  return `${colour(MARKS[urgency])} ${c.bold(name)} ${cut(legible(why), COLUMNS - name.length - 3)}`;
}

/** What to type next; a person who has to do something finds it at the bottom. */
function answerLine({ answers, phase }: FleetStatus, c: Colour): string[] {
  const [first] = answers;
  if (first === undefined || !isHeld(phase) || phase === 'stopping' || phase === 'between-waves') return [];
  const { command } = first;
  if (command.length + 2 <= COLUMNS) return ['', c.cyan(`▸ ${command}`)];
  // Copied out of a terminal, it is still one command.
  const at = command.indexOf(' --by ');
  return ['', c.cyan(`▸ ${command.slice(0, at)} \\`), c.cyan(`   ${command.slice(at)}`)];
}

/** Cut to the width of the board, and then coloured. */
function within(text: string, colour: (text: string) => string = (same) => same): string {
  return colour(cut(text, COLUMNS));
}

/** Anything finer would only flicker. */
function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1_000)) * 1_000;
}
