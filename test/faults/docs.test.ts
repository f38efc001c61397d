import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, faults } from './faults';

const PAGE = join(__dirname, '..', '..', 'docs', 'reliability.md');
const MOMENTS = ['before the checks', 'between check and write', 'at the write', 'after the write'] as const;

function section(moment: Fault['hits']): string {
  const rows = faults.filter(({ hits }) => hits === moment).map(row);
  const head =
    '| fault | what the run does | ends as | situation told | promotions · returns | writes sent |';
  return [
    `### ${moment[0]?.toUpperCase()}${moment.slice(1)}`,
    '',
    head,
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function row({ name, does, ends }: Fault): string {
  const { outcome, code, situation, promotions, returns, writes } = ends;
  const end = code === undefined ? `\`${outcome}\`` : `\`${outcome}\`, \`${code}\``;
  return `| ${name} | ${does} | ${end} | ${told(situation)} | ${promotions} · ${returns} | ${writes} |`;
}

function told(situation: Fault['ends']['situation']): string {
  if (situation === undefined) return 'not looked at';
  if (typeof situation === 'string') return `\`${situation}\``;
  return Object.entries(situation)
    .map(([dialect, one]) => `\`${one}\` (${dialect})`)
    .join(', ');
}

test('docs/reliability.md says what the table of faults says', () => {
  const page = readFileSync(PAGE, 'utf8');
  const tables = page.slice(page.indexOf(`### ${MOMENTS[0][0]?.toUpperCase()}`));
  expect(tables.trimEnd()).toBe(MOMENTS.map(section).join('\n\n'));
});
