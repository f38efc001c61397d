#!/usr/bin/env node
import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import { findTemporalCli } from '../../../dist/dev-server';
import type { Dialect } from '../lab';
import { type Case, KINDS, nameOf, networkTroubleOf, pointsOf } from './cases';
import { isRight, measure, playInTurn } from './play';
import { type Tortured, tortured } from './procedures';
import { type Shared, startServer } from './scene';
import { type Played, rowsOf } from './table';

const DIALECTS = ['role', 'promote-to-master'] as const;
/** One scene plays so many cases. */
const AT_A_STRETCH = 12;

/** `npm run torture`: kills and cuts at every point of a switchback, or of another procedure, and says what came of it. */
async function main(argv: string[]): Promise<number> {
  const flags = readFlags(argv);
  const { path: cliPath } = await findTemporalCli({ log: say });
  const shared: Shared = { cliPath, server: await startServer(cliPath) };
  try {
    const cases = await casesFor(flags, shared);
    say(`${cases.length} cases, seed ${flags.seed}, ${flags.parallel} at a time`);
    const played = await playAll(cases, shared, flags.parallel);
    const rows = rowsOf(played);
    if (flags.json) process.stdout.write(`${JSON.stringify({ seed: flags.seed, rows, cases: played })}\n`);
    else console.table(rows);
    return played.every(({ procedure, verdict }) => isRight(procedure, verdict)) ? 0 : 1;
  } finally {
    await shared.server.stop();
  }
}

interface Flags {
  seed: number;
  points: string;
  dialect: Dialect | 'both';
  procedure: Tortured;
  kind?: string[];
  only?: string;
  parallel: number;
  json: boolean;
}

function readFlags(argv: string[]): Flags {
  return new Command('npm run torture --')
    .option('--seed <n>', 'chooses the points, where not all are played', Number, 1)
    .option('--points <n>', 'so many points of each kind and dialect, or all', '4')
    .addOption(new Option('--dialect <name>').choices([...DIALECTS, 'both']).default('both'))
    .addOption(
      new Option('--procedure <name>', 'what is struck at')
        .choices(Object.keys(tortured))
        .default('switchback'),
    )
    .addOption(new Option('--kind <names...>', 'these kinds alone').choices([...KINDS]))
    .option('--only <case>', 'one case, as it is printed: "worker-SIGKILL role event 12"')
    .option('--parallel <n>', 'cases at a time', Number, Math.max(2, cpus().length))
    .option('--json', 'for machines', false)
    .parse(argv)
    .opts<Flags>();
}

async function casesFor(
  { seed, points, dialect, procedure, kind = [...KINDS], only }: Flags,
  shared: Shared,
): Promise<Case[]> {
  const count = points === 'all' ? Number.POSITIVE_INFINITY : Number(points);
  const cases: Case[] = [];
  for (const one of DIALECTS.filter((name) => dialect === 'both' || dialect === name)) {
    const lengths = {
      alone: await measure(shared, one, 'api-reset', procedure),
      asking: await measure(shared, one, 'postgres-reset', procedure),
    };
    say(
      `${one}: a run without trouble has ${lengths.alone.events} events and ${lengths.alone.requests} requests,`,
    );
    say(`with database access ${lengths.asking.events} events and ${lengths.asking.requests} requests`);
    for (const [index, name] of KINDS.entries()) {
      const length = networkTroubleOf(name)?.to === 'postgres' ? lengths.asking : lengths.alone;
      const chosen = pointsOf(length, only === undefined ? count : Number.POSITIVE_INFINITY, seed + index);
      if (kind.includes(name))
        cases.push(...chosen.map((point) => ({ kind: name, dialect: one, procedure, ...point })));
    }
  }
  return only === undefined ? cases : cases.filter((one) => nameOf(one) === only);
}

async function playAll(cases: Case[], shared: Shared, parallel: number): Promise<Played[]> {
  const stretches = stretchesOf(cases);
  const played: Played[] = [];
  const next = async (): Promise<void> => {
    for (let stretch = stretches.shift(); stretch !== undefined; stretch = stretches.shift()) {
      await playInTurn(shared, stretch, (one, verdict) => {
        played.push({ ...one, verdict });
        const mark = isRight(one.procedure, verdict) ? '✓' : '✗ WRONG';
        const stood =
          verdict.standstillMs === undefined
            ? 'nothing followed'
            : `${verdict.standstillMs} ms until the next request`;
        say(`${mark} ${nameOf(one)}: ${verdict.outcome}, ${verdict.effective} effective, ${stood}`);
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, next));
  return played;
}

/** Cases of one kind and dialect, so many at most. */
function stretchesOf(cases: readonly Case[]): Case[][] {
  const stretches: Case[][] = [];
  for (const one of cases) {
    const last = stretches.at(-1);
    const isFull = last === undefined || last.length === AT_A_STRETCH;
    if (isFull || last[0]?.kind !== one.kind || last[0]?.dialect !== one.dialect) stretches.push([one]);
    else last.push(one);
  }
  return stretches;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

void main(process.argv).then((code) => {
  process.exitCode = code;
});
