import { reportLines } from '../../../dist/cli/render';
import type { Terminal } from '../../../dist/cli/terminal';
import type { SwitchbackReport } from '../../../dist/client';
import type { LoadCounts } from '../lab';

/** The proof, step by step, and then how it ended: last, so that a terminal of 80 by 24 shows all of that. */
export function endLines(
  report: SwitchbackReport,
  { acknowledged, missing }: LoadCounts,
  link: string,
  c: Terminal['colour'],
): string[] {
  const row = (good: boolean, text: string) => `  ${good ? c.green('✓') : c.red('✗')} ${text}`;
  return [
    '',
    c.bold('Proof, asked of PostgreSQL itself'),
    ...(report.proof?.steps ?? []).map(({ title, verdict, observed }) =>
      row(verdict === 'pass', `${title} ${c.dim(`· ${observed}`)}`),
    ),
    row(missing === 0, `the application's own count: ${missing} of ${acknowledged} rows are missing`),
    ...reportLines(report, c),
    `${c.dim('Temporal UI')} ${link}`,
  ];
}
