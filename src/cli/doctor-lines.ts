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
const TITLE_WIDTH = 25;

/** What the doctor found: group by group, what to do below each problem, and the verdict last. */
export function doctorLines(report: DoctorReport, c: Colour): string[] {
  const groups = (Object.keys(GROUPS) as DoctorGroup[]).flatMap((group) => {
    const checks = report.checks.filter((check) => check.group === group);
    return checks.length === 0 ? [] : [c.bold(GROUPS[group]), ...withAbouts(checks, c), ''];
  });
  return [...groups, verdictLine(report, c)];
}

/** What the checks are about stands once above all that are about the same. */
function withAbouts(checks: readonly DoctorCheck[], c: Colour): string[] {
  const isNews = (index: number) => checks[index]?.about !== checks[index - 1]?.about;
  return checks.flatMap((check, index) => [
    ...(check.about !== undefined && isNews(index) ? [`  ${c.cyan(check.about)}`] : []),
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
  const indent = ' '.repeat(TITLE_WIDTH + 4);
  const said = verdict === 'skipped' ? c.dim(`not looked at: ${observed}`) : observed;
  return [
    `  ${marks[verdict]} ${title.padEnd(TITLE_WIDTH)}${said}`,
    ...(remedy === '' ? [] : [`${indent}${c.dim('do')}  ${remedy}`]),
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
