import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { drawGoals, drawGrowth } from './chart';
import type { Growth, Measurement } from './figure';
import { ROOT } from './stage';
import { tableOf } from './table';

const PAGE = join(ROOT, 'docs', 'performance.md');
const CHARTS = join(ROOT, 'docs', 'charts');
const PART = /(<!-- measured: [^>]*-->\n)[\s\S]*(\n<!-- \/measured -->)/;

/** A whole run of the program. */
export interface Results {
  /** ISO 8601. */
  at: string;
  on: string;
  quick: boolean;
  tookSeconds: number;
  measurements: Measurement[];
  growth: Growth[];
  /** Figures that need what is not there, and what that is. */
  missing: { figure: string; why: string }[];
  /** Figures that could not be measured, and why. */
  failed: { figure: string; why: string }[];
}

/** What the numbers depend on, in one line. */
export function surroundings(): string {
  return `${cpus().length} cores, Node.js ${process.version}; Temporal's dev server with history.transferProcessorMaxPollRPS=2000; the lab without PostgreSQL`;
}

/** Fills the page between its markers, and draws its charts. */
export function writePage(results: Results): void {
  const page = readFileSync(PAGE, 'utf8');
  if (!PART.test(page)) throw new Error(`${PAGE} lacks the markers of its measured part`);
  mkdirSync(CHARTS, { recursive: true });
  const charts: [string, string, string][] = [
    ['goals.svg', 'each figure as a multiple of its goal', drawGoals(results.measurements)],
  ];
  if (results.growth.length > 1)
    charts.push(['growth.svg', 'growth with the number of pairs', drawGrowth(results.growth)]);
  for (const [file, , drawing] of charts) writeFileSync(join(CHARTS, file), drawing);
  const text = [
    `Measured on ${results.at.slice(0, 10)} in ${Math.round(results.tookSeconds)} s, in one run: ${results.on}.`,
    '',
    tableOf(results.measurements),
    ...[...results.missing, ...results.failed].map(
      ({ figure, why }) => `\nNot measured: \`${figure}\` (${why}).`,
    ),
    ...charts.map(([file, alternative]) => `\n![${alternative}](charts/${file})`),
  ].join('\n');
  writeFileSync(
    PAGE,
    page.replace(PART, (_, begin, end) => `${begin}${text}${end}`),
  );
}
