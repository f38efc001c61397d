import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { endLines } from '../../lab/src/demo/end-lines';
import { createTerminal } from '../../src/cli/terminal';
import type { SwitchbackReport } from '../../src/client';
import { useBuild } from '../doors/build';
import { useStage } from '../doors/stage';
import { useCommands } from './commands';

/** A terminal as it comes; one row is the prompt's. */
const [COLUMNS, ROWS] = [80, 23];
/** What a terminal does before the live line is written anew. */
const CLEAR_LINE = '\u001b[2K';

useBuild();
const stage = useStage({ pairs: 3 });
const command = useCommands();

/** The rows of a terminal after all that was written to it. */
function rowsOf(written: string): string[] {
  const lines = written
    .trimEnd()
    .split('\n')
    .map((line) => stripVTControlCharacters(line.split(CLEAR_LINE).at(-1) ?? ''));
  return lines.flatMap((line) => line.match(new RegExp(`.{1,${COLUMNS}}`, 'gu')) ?? ['']);
}

async function rowsOfCommand(...args: string[]): Promise<string[]> {
  const { stdout } = await command(args, stage().env, COLUMNS).ended;
  return rowsOf(stdout);
}

/** The screen that remains: how it ended is on it, and all that belongs to that. */
function expectEnd(rows: string[], outcome: RegExp): void {
  const last = rows.slice(-ROWS);
  expect(last).toContainEqual(expect.stringMatching(outcome));
  expect(last[last.findIndex((row) => outcome.test(row)) + 1]).toMatch(/^ {2}now {10}\S/);
}

const nameOf = (service: string | undefined) => `${stage().project}/${service}`;

test('run: the first screen goes as far as the checks, the last one begins with the outcome', async () => {
  const rows = await rowsOfCommand('run', nameOf(stage().freshPair().primary), '--settle-window', '0s');
  expect(rows.slice(0, ROWS)).toContainEqual(expect.stringMatching(/✓ \d+ of \d+ checks pass/));
  expectEnd(rows, /^✔ switched-back/);
});

test('plan, and a run that is blocked: the outcome, and what to do, on the last screen', async () => {
  const { primary, recovery } = stage().freshPair();
  expectEnd(await rowsOfCommand('plan', nameOf(primary)), /^✔ planned/);
  const blocked = await rowsOfCommand('run', nameOf(recovery));
  expectEnd(blocked, /^✘ blocked \(BLOCKED\)/);
  expect(blocked.slice(-ROWS)).toContainEqual(expect.stringMatching(/^ {2}next {9}Start again with/));
});

test('doctor: the verdict first, and when all is well everything on one screen', async () => {
  const rows = await rowsOfCommand('doctor', nameOf(stage().freshPair().primary));
  expect(rows[0]).toMatch(/^✔ ready {2}\d+ well, \d+ not looked at$/);
  expect(rows.length).toBeLessThanOrEqual(ROWS);
});

test('demo: the outcome on the last screen, below the proof', () => {
  let written = '';
  const stdout = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      written += text;
      done();
    },
  });
  const { colour, line } = createTerminal({
    stdout: Object.assign(stdout, { isTTY: true, columns: COLUMNS }),
    stderr: stdout,
  });
  const counts = { attempted: 9, acknowledged: 9, missing: 0, unexpected: 0 } as Parameters<
    typeof endLines
  >[1];
  const link = `http://127.0.0.1:40000/namespaces/default/workflows/switchback.crdr-lab.pg-demo/${'0'.repeat(36)}/timeline`;
  for (const text of endLines(provenReport(), counts, link, colour)) line(text);
  // It ends with an empty row and "Cleaning up".
  expectEnd([...rowsOf(written), '', 'Cleaning up'], /^✔ switched-back/);
});

/** The report of a run with database access, as its history has it. */
function provenReport(): SwitchbackReport {
  const file = join(__dirname, '..', 'histories', 'proven.json');
  const { events } = JSON.parse(readFileSync(file, 'utf8'));
  const [payload] = events.at(-1).workflowExecutionCompletedEventAttributes.result.payloads;
  return JSON.parse(Buffer.from(payload.data, 'base64').toString());
}
