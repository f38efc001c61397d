import type { Command } from 'commander';
import { parseDuration } from '../../contract/duration';
import type { Targets } from '../../contract/trend';
import { compact } from '../../util/compact';
import { type CommandContext, type PairOptions, withPair } from '../command-context';
import { faultsOfInput, pairOf } from '../pair';

interface DrillsOptions extends PairOptions {
  rto?: string;
  rpo?: string;
  rehearsedWithin: string;
  page?: string;
}

const HOUR_MS = 3_600_000;

const EXAMPLES = `
Examples:
  switchback drills my-project/pg-main --rto 60s --rpo 0 --rehearsed-within 7d
  switchback drills my-project/pg-main --rto 60s --page drills.html
  switchback drills my-project/pg-main --json | jq .targets`;

/** `drills`: the trend of what the runs of a pair have measured, against targets. */
export function registerDrills(program: Command, { environment, act }: CommandContext): void {
  withPair(program.command('drills'), 'the primary service, or PROJECT/SERVICE')
    .description(
      'show what the runs of a pair have measured, and whether it meets its targets; needs no worker',
    )
    .option('--rto <duration>', 'the longest gap that meets the target, such as 60s')
    .option('--rpo <rows>', 'how many acknowledged rows may be lost, such as 0')
    .option(
      '--rehearsed-within <duration>',
      'how old the last good rehearsal or drill may be, in days or hours',
      '7d',
    )
    .option('--page <file>', 'write one HTML page with the trend as a chart')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, json = false, ...options }: DrillsOptions) =>
      act(
        json,
        async () => {
          const { targets, faults } = targetsOf(options);
          const pair = pairOf(service, project, (named) => [...faultsOfInput(named), ...faults]);
          const { drills } = require('../drills') as typeof import('../drills');
          return drills(pair, targets, { json, ...compact({ page: options.page }) }, environment);
        },
        service,
      ),
    );
}

function targetsOf({ rto, rpo, rehearsedWithin }: DrillsOptions): { targets: Targets; faults: string[] } {
  const rtoMs = rto === undefined ? undefined : parseDuration(rto);
  const rpoRows = rpo === undefined || !/^\d{1,9}$/.test(rpo) ? undefined : Number(rpo);
  const days = /^(\d{1,4})d$/.exec(rehearsedWithin)?.[1];
  const rehearsedWithinMs = days === undefined ? parseDuration(rehearsedWithin) : Number(days) * 24 * HOUR_MS;
  const faults = [
    ...(rto !== undefined && rtoMs === undefined
      ? [`--rto must be a duration such as "60s", not "${rto}"`]
      : []),
    ...(rpo !== undefined && rpoRows === undefined
      ? [`--rpo must be a number of rows such as 0, not "${rpo}"`]
      : []),
    ...(rehearsedWithinMs === undefined
      ? [`--rehearsed-within must be "7d" or a duration such as "36h", not "${rehearsedWithin}"`]
      : []),
  ];
  return {
    targets: { ...compact({ rtoMs, rpoRows }), rehearsedWithinMs: rehearsedWithinMs ?? 0 },
    faults,
  };
}
