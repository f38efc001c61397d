#!/usr/bin/env node
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { installRuntime } from '../../../dist/hosting/runtime';
import type { Measured, Scale } from './figure';
import { figures } from './figures';
import { type Results, surroundings, writePage } from './page';
import { ROOT, Stage } from './stage';
import { tableOf } from './table';
import { isFarBeyond } from './verdict';

/** The program ends by itself before this. */
const WHOLE_MS = 14 * 60_000;
const FIGURE_MS = 8 * 60_000;

interface Flags {
  quick: boolean;
  only?: string[];
  mostPairs: number;
  json: boolean;
}

/** `npm run bench`: how fast it is, as ratios of things that are measured side by side. */
async function main(argv: string[]): Promise<number> {
  const flags = readFlags(argv);
  say(
    `${surroundings()}${flags.quick ? '; quick: few values, which tell no more than what is far off' : ''}`,
  );
  await installRuntime({ logLevel: 'error', metricsAddress: undefined });
  const results = await measure(flags);
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(join(ROOT, '.cache', 'bench.json'), `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${flags.json ? JSON.stringify(results) : tableOf(results.measurements)}\n`);
  if (!flags.quick && flags.only === undefined) writePage(results);
  const beyond = flags.quick ? results.measurements.filter(isFarBeyond) : [];
  for (const { measured } of beyond) say(`FAR BEYOND ITS GOAL: ${measured}`);
  return results.failed.length + beyond.length > 0 ? 1 : 0;
}

function readFlags(argv: string[]): Flags {
  return new Command('npm run bench --')
    .option(
      '--quick',
      'few values of each figure; fails on a ratio far beyond its goal, never on a time',
      false,
    )
    .addOption(new Option('--only <names...>', 'these figures alone').choices(Object.keys(figures)))
    .option('--most-pairs <n>', 'the largest fleet whose growth is measured', Number, 1_000)
    .option('--json', 'for machines', false)
    .addHelpText(
      'after',
      '\nOnly a whole run, without --quick and --only, writes docs/performance.md. All write .cache/bench.json.',
    )
    .parse(argv)
    .opts<Flags>();
}

async function measure({ quick, only, mostPairs }: Flags): Promise<Results> {
  const begun = performance.now();
  const results: Results = {
    at: new Date().toISOString(),
    on: surroundings(),
    quick,
    tookSeconds: 0,
    measurements: [],
    growth: [],
    missing: [],
    failed: [],
  };
  const stage = await Stage.open(say);
  try {
    for (const name of only ?? Object.keys(figures)) {
      const since = performance.now();
      const limitMs = Math.min(FIGURE_MS, WHOLE_MS - (since - begun));
      try {
        const {
          measurements,
          growth = [],
          missing,
        } = await within(limitMs, name, stage, { quick, mostPairs });
        results.measurements.push(...measurements);
        results.growth.push(...growth);
        if (missing !== undefined) results.missing.push({ figure: name, why: missing });
        say(`${name}: ${missing ?? 'measured'} in ${Math.round((performance.now() - since) / 1_000)} s`);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        results.failed.push({ figure: name, why });
        say(`${name}: NOT MEASURED: ${why}`);
      } finally {
        await stage.clear();
      }
    }
  } finally {
    await stage.close();
  }
  results.tookSeconds = (performance.now() - begun) / 1_000;
  return results;
}

async function within(ms: number, name: string, stage: Stage, scale: Scale): Promise<Measured> {
  const figure = figures[name];
  if (figure === undefined) throw new Error('there is no such figure');
  const over = new AbortController();
  const late = delay(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not over within ${Math.round(ms / 1_000)} s`);
  });
  try {
    return await Promise.race([figure(stage, scale), late]);
  } finally {
    late.catch(() => {});
    over.abort();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

void main(process.argv).then(
  // What a figure that was given up has left must not keep the program.
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
