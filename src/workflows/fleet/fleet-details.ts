import { formatDuration } from '../../contract/duration';
import type { FleetCounts, FleetStatus } from '../../contract/fleet';
import { legible } from '../../util/text';

/** Waves around the present one; a fleet of a thousand pairs still fits a screen. */
const WAVES_SHOWN = 12;

/** The Current Details of a fleet in Temporal's UI: Markdown, readable however many pairs there are. */
export function fleetDetails(status: FleetStatus): string {
  const { headline, next, needs, needsInAll, acts, counts, fingerprint } = status;
  return [
    `## ${plain(headline)}`,
    ...(next === undefined ? [] : ['', `> **Next:** ${plain(next)}`]),
    '',
    `**${countsLine(counts)}**${paceOf(status)}`,
    ...(needs.length === 0 ? [] : ['', '### Who needs a person first']),
    ...needs.map(({ pair, why, command }) => `- **${pair}** ${plain(why)} \`${command}\``),
    ...(needsInAll > needs.length ? [`- and ${needsInAll - needs.length} more`] : []),
    ...answers(status),
    '',
    '### Waves',
    ...waves(status),
    ...(fingerprint === undefined ? [] : ['', `**Plan** ${fingerprint}`]),
    ...(acts.length === 0 ? [] : ['', '### What people said']),
    ...acts
      .slice(-10)
      .map(
        ({ at, act, by, reason, effect }) =>
          `- \`${clock(at)}\` ${plain(`${by}: ${act} (${reason}); ${effect}`)}`,
      ),
  ].join('\n');
}

function answers({ answers: list }: FleetStatus): string[] {
  if (list.length === 0) return [];
  return [
    '',
    '### What you can do now',
    'More actions → Send an Update, with your own name and reason:',
    '',
    ...list.map(({ update, does, payload }) => `- **${update}** ${does}: \`${JSON.stringify(payload)}\``),
  ];
}

function waves({ waves: all }: FleetStatus): string[] {
  const present = Math.max(
    0,
    all.findIndex(({ state }) => state !== 'over'),
  );
  const from = Math.max(0, Math.min(present - 2, all.length - WAVES_SHOWN));
  const shown = all.slice(from, from + WAVES_SHOWN);
  const rest = all.length - from - shown.length;
  return [
    ...(from > 0 ? [`- ${from} before, all over`] : []),
    ...shown.map(
      ({ name, counts, state }) =>
        `- ${plain(name)}: ${state === 'over' ? 'over, ' : ''}${countsLine(counts)}`,
    ),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

/** `34 of 50 done · 10 under way · 1 failed` */
export function countsLine(counts: FleetCounts): string {
  const { done, total, running, failed, stopped, skipped, waiting } = counts;
  const parts: [number, string][] = [
    [running, 'under way'],
    [waiting, 'waiting'],
    [failed, 'failed'],
    [stopped, 'stopped'],
    [skipped, 'skipped'],
  ];
  return [
    `${done} of ${total} done`,
    ...parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`),
  ].join(' · ');
}

function paceOf({ pace }: FleetStatus): string {
  return pace === undefined
    ? ''
    : ` · ${pace.perMinute} a minute · about ${formatDuration(pace.remainingMs)} to go`;
}

/** Text that may be somebody else's: one line, and neither a link, nor HTML, nor code of his. */
function plain(text: string): string {
  return legible(text).replace(/[\\`[\]<>]/g, '\\$&');
}

/** `03:12:45 UTC` out of an ISO time. */
function clock(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}
