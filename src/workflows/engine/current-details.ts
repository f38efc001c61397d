import type { CheckResult } from '../../contract/checks';
import { digest, stops } from '../../contract/checks';
import { measuredRows } from '../../contract/describe-measured';
import type { SwitchbackStatus } from '../../contract/status';
import { cut, legible } from '../../util/text';

const TIMELINE_SHOWN = 12;
/** More than any run needs. */
const DETAILS_LIMIT = 100_000;

/**
 * The workflow's Current Details in Temporal's UI: Markdown. Its text is what the UI of Temporal 2.53 and later
 * draws; older ones show a table as text.
 */
export function currentDetails(status: SwitchbackStatus): string {
  return cut(
    [
      `## ${plain(status.headline)}`,
      ...next(status),
      ...waiting(status),
      ...alarms(status),
      ...answers(status),
      '',
      `**Phase** ${status.phase} · ${sides(status)} · **project** ${status.project}`,
      ...asked(status),
      ...measured(status),
      ...checks(status.checks ?? []),
      '',
      '### Timeline',
      ...status.timeline
        .slice(-TIMELINE_SHOWN)
        .map((entry) => `- \`${clock(entry.at)}\` ${plain(entry.event)}`),
    ].join('\n'),
    DETAILS_LIMIT,
  );
}

/** Until the pair is found, nothing is known but the service that the input names. */
function sides({ primary, recovery, dialect }: SwitchbackStatus): string {
  if (dialect === undefined) return `**named service** ${primary}`;
  return `**primary** ${primary} · **recovery** ${recovery}`;
}

function next({ next }: SwitchbackStatus): string[] {
  return next === undefined ? [] : ['', `> **Next:** ${withCode(next)}`];
}

function waiting({ waiting }: SwitchbackStatus): string[] {
  if (waiting === undefined) return [];
  const until = waiting.until === undefined ? '' : `, until ${clock(waiting.until)}`;
  return [
    '',
    `> **Waiting for ${plain(waiting.for)}** since ${clock(waiting.since)}${until}`,
    '',
    `- **observed** ${plain(waiting.observed)}`,
    `- **wanted** ${plain(waiting.wanted)}`,
  ];
}

/** Who wants it, and why. */
function asked({ requestedBy, reason }: SwitchbackStatus): string[] {
  const parts = [
    ...(requestedBy === undefined ? [] : [`**asked for by** ${plain(requestedBy)}`]),
    ...(reason === undefined ? [] : [`**reason** ${plain(reason)}`]),
  ];
  return parts.length > 0 ? ['', parts.join(' · ')] : [];
}

/** What the reader can tell the run now, ready to be pasted into Send an Update. */
function answers({ answers = [] }: SwitchbackStatus): string[] {
  if (answers.length === 0) return [];
  const lines = answers.map(
    ({ update, does, payload }) =>
      `- **${[update, payload.action].join(' ').trim()}** ${does}: \`${JSON.stringify(payload)}\``,
  );
  return [
    '',
    '### What you can do now',
    'More actions → Send an Update, with your own name and reason:',
    '',
    ...lines,
  ];
}

function alarms({ alarms = [], headline }: SwitchbackStatus): string[] {
  const standing = alarms.filter((alarm) => alarm.until === undefined && !headline.includes(alarm.message));
  return standing.map((alarm) => `\n> **ALARM since ${clock(alarm.since)}:** ${plain(alarm.message)}`);
}

function checks(results: CheckResult[]): string[] {
  if (results.length === 0) return [];
  const { passed, notChecked, findings } = digest(results);
  const table =
    findings.length === 0
      ? []
      : ['', row('check', 'says', 'seen, and what to do'), '|---|---|---|', ...findings.map(finding)];
  const unasked =
    notChecked.length > 0 ? [`- not checked: ${notChecked.map(({ id }) => id).join(', ')}`] : [];
  return ['', '### Checks', `- ${passed} of ${results.length} pass`, ...unasked, ...table];
}

function finding(check: CheckResult): string {
  const { id, verdict, observed, wanted, remedy, acknowledged } = check;
  if (acknowledged !== undefined)
    return row(id, verdict, plain(`${observed}. Acknowledged by ${acknowledged.by}.`));
  if (!stops(check)) return row(id, verdict, plain(observed));
  return row(
    `**${id}**`,
    `**${verdict}**`,
    `${plain(observed)}. **Wanted:** ${wanted}. **Do:** ${withCode(remedy)}`,
  );
}

/** The UI draws tables without any space between the columns. */
const GAP = '\u00a0\u00a0';

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => `${cell.replaceAll('|', '\\|')}${GAP}`).join(' | ')} |`;
}

function measured(status: SwitchbackStatus): string[] {
  const rows = measuredRows(status);
  if (rows.length === 0) return [];
  return ['', '### Measured', ...rows.map(([label, text]) => `- ${label}: ${plain(text)}`)];
}

/** The UI turns straight quotes into typographic ones outside of code, and nobody could paste that JSON. */
function withCode(text: string): string {
  const parts = text.split(/(\{"[^{}`]*\})/);
  return parts.map((part, index) => (index % 2 === 1 ? `\`${legible(part)}\`` : plain(part))).join('');
}

/** Text that may be somebody else's: one line, and neither a link, nor HTML, nor code of his. */
function plain(text: string): string {
  return legible(text).replace(/[\\`[\]<>]/g, '\\$&');
}

/** `03:12:45 UTC` out of an ISO time. */
function clock(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}
