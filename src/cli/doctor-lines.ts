import type { DoctorCheck, DoctorGroup, DoctorReport, DoctorVerdict } from '../doctor';
import type { Terminal } from './terminal';

type Colour = Terminal['colour'];

const GROUPS: Record<DoctorGroup, string> = {
  machine: 'This machine',
  api: 'Aiven API',
  temporal: 'Temporal',
  databases: 'Databases',
  evidence: 'Evidence',
  notifications: 'Notifications',
};
/** As wide as the longest of them, and a gap. */
const GROUP_WIDTH = 15;
const INDENT = ' '.repeat(GROUP_WIDTH);

/**
 * What the doctor found: the verdict first, then group by group, with what to do below each problem. When all is well it
 * fits a terminal of 80 by 24; docs/running.md says what to do about what nobody looked at.
 */
export function doctorLines(report: DoctorReport, c: Colour): string[] {
  const groups = (Object.keys(GROUPS) as DoctorGroup[]).flatMap((group) => {
    const [first, ...more] = withAbouts(
      report.checks.filter((check) => check.group === group),
      c,
    );
    return first === undefined
      ? []
      : [`${c.bold(GROUPS[group].padEnd(GROUP_WIDTH))}${first}`, ...more.map((line) => INDENT + line)];
  });
  return [verdictLine(report, c), '', ...groups];
}

/** What the checks are about stands once above all that are about the same. */
function withAbouts(checks: readonly DoctorCheck[], c: Colour): string[] {
  const isNews = (index: number) => checks[index]?.about !== checks[index - 1]?.about;
  return checks.flatMap((check, index) => [
    ...(check.about !== undefined && isNews(index) ? [c.cyan(check.about)] : []),
    ...checkLines(check, c),
  ]);
}

function checkLines({ verdict, title, observed, remedy }: DoctorCheck, c: Colour): string[] {
  const marks: Record<DoctorVerdict, string> = {
    ok: c.green('✓'),
    warn: c.yellow('!'),
    fail: c.red('✗'),
    skipped: c.dim('–'),
  };
  if (verdict === 'skipped') return [`${marks[verdict]} ${c.dim(`${title}: not looked at: ${observed}`)}`];
  return [
    `${marks[verdict]} ${title}: ${observed}`,
    ...(remedy === '' ? [] : [`  ${c.dim('do')}  ${remedy}`]),
  ];
}

function verdictLine({ ok, code, checks }: DoctorReport, c: Colour): string {
  const count = (wanted: DoctorVerdict) => checks.filter(({ verdict }) => verdict === wanted).length;
  const warnings = count('warn');
  const more = [
    `${count('ok')} well`,
    ...(warnings === 0 ? [] : [`${warnings} to know of`]),
    `${count('skipped')} not looked at`,
  ].join(', ');
  if (ok) return `${c.green(c.bold('✔ ready'))}  ${more}`;
  return `${c.red(c.bold(`✘ ${code}`))}  ${count('fail')} to mend, ${more}`;
}
