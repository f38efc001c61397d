import type { CheckResult } from '../contract/checks';
import { digest, stops } from '../contract/checks';
import { measuredRows } from '../contract/describe-measured';
import { examples } from '../contract/messages';
import type { SwitchbackStatus } from '../contract/status';

const TIMELINE_SHOWN = 12;

/**
 * The workflow's Current Details in Temporal's UI: Markdown in bullets, since the UI draws tables without borders.
 */
export function currentDetails(status: SwitchbackStatus): string {
  return [
    `## ${status.headline}`,
    ...waiting(status),
    ...alarms(status),
    '',
    `**Phase** ${status.phase} · ${sides(status)} · **project** ${status.project}`,
    ...measured(status),
    ...checks(status.checks ?? []),
    '',
    '### Timeline',
    ...status.timeline.slice(-TIMELINE_SHOWN).map((entry) => `- \`${clock(entry.at)}\` ${entry.event}`),
  ].join('\n');
}

/** Until the pair is found, nothing is known but the service that the input names. */
function sides({ primary, recovery, dialect }: SwitchbackStatus): string {
  if (dialect === undefined) return `**named service** ${primary}`;
  return `**primary** ${primary} · **recovery** ${recovery}`;
}

function waiting({ phase, waiting }: SwitchbackStatus): string[] {
  if (waiting === undefined) return [];
  const until = waiting.until === undefined ? '' : `, until ${clock(waiting.until)}`;
  const lines = [
    '',
    `> **Waiting for ${waiting.for}** since ${clock(waiting.since)}${until}`,
    '',
    `- observed: ${waiting.observed}`,
    `- wanted: ${waiting.wanted}`,
  ];
  const updates = { 'needs-operator': ['decide'], approval: ['approve', 'reject', 'acknowledge'] } as const;
  const useful = phase === 'needs-operator' || phase === 'approval' ? updates[phase] : [];
  const hints = useful.map(
    (update) => `- what you can do: send the update \`${update}\` with \`${examples[update]}\``,
  );
  return [...lines, ...hints];
}

function alarms({ alarms = [], headline }: SwitchbackStatus): string[] {
  const standing = alarms.filter((alarm) => alarm.until === undefined && !headline.includes(alarm.message));
  return standing.map((alarm) => `\n> **ALARM since ${clock(alarm.since)}:** ${alarm.message}`);
}

function checks(results: CheckResult[]): string[] {
  if (results.length === 0) return [];
  const { passed, notChecked, findings } = digest(results);
  const lines = findings.map((check) => {
    const line = `- **${check.verdict}** ${check.title}: ${check.observed}`;
    if (check.acknowledged !== undefined) return `${line}. Acknowledged by ${check.acknowledged.by}.`;
    return stops(check) ? `${line}. Wanted: ${check.wanted}. ${withCode(check.remedy)}` : line;
  });
  const unasked =
    notChecked.length > 0 ? [`- not checked: ${notChecked.map(({ id }) => id).join(', ')}`] : [];
  return ['', '### Checks', `- ${passed} of ${results.length} pass`, ...lines, ...unasked];
}

function measured(status: SwitchbackStatus): string[] {
  const rows = measuredRows(status);
  if (rows.length === 0) return [];
  return ['', '### Measured', ...rows.map(([label, text]) => `- ${label}: ${text}`)];
}

/** The UI turns straight quotes into typographic ones outside of code, and nobody could paste that JSON. */
function withCode(text: string): string {
  return text.replace(/\{"[^}]*\}/g, '`$&`');
}

/** `03:12:45 UTC` out of an ISO time. */
function clock(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}
