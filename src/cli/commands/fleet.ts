import { type Command, Option } from 'commander';
import { type FleetInput, fleetProcedures } from '../../contract/fleet-input';
import { parseFleetInput } from '../../contract/parse-fleet';
import { compact } from '../../util/compact';
import { type CommandContext, offering } from '../command-context';
import { assertFaultless } from '../pair';

interface StartOptions {
  procedure?: string;
  pair?: string[];
  project?: string;
  cloud?: string;
  tag?: string[];
  match?: string;
  canary?: string;
  sizes?: string;
  byTag?: string;
  concurrency?: string;
  budget?: string;
  waveBudget?: string;
  pauseBetweenWaves?: string;
  approval?: string;
  fingerprint?: string;
  mode?: string;
  requestedBy?: string;
  reason?: string;
  name?: string;
  detach?: boolean;
  json?: boolean;
  page?: string;
}

const START_EXAMPLES = `
Examples:
  switchback fleet plan --project my-project --cloud google-europe-west1
  switchback fleet run --project my-project --match 'pg-*' --canary 1 --sizes 5,25 --budget 2
  switchback fleet run fleet.json --approval once --requested-by ops@example.com --reason INC-123
  switchback fleet run --pair my-project/pg-1 my-project/pg-2 --json`;

const WHO = '--by ops@example.com --reason INC-123';
const MORE: Partial<Record<string, string>> = {
  approve: '--fingerprint 0f3a1c9b77d2 ',
  skip: '--pair my-project/pg-7 ',
};

const examples = (...lines: string[]) => ['\nExamples:', ...lines].join('\n  ');

/** `fleet` and what is below it: many pairs at once. */
export function registerFleet(program: Command, context: CommandContext): void {
  const fleet = program
    .command('fleet')
    .description('move many pairs at once: in waves, with a failure budget, one board for all')
    .addHelpText('after', START_EXAMPLES);
  start(fleet, 'run', context).description('start a fleet and follow it to its end');
  start(fleet, 'plan', context).description(
    'have every pair checked, and show the waves; nothing is written',
  );
  registerLooks(fleet, context);
  registerTells(fleet, context);
}

function start(fleet: Command, command: 'run' | 'plan', { environment, act }: CommandContext): Command {
  return fleet
    .command(command)
    .argument('[file]', 'a JSON file with the input of the fleet, or - for standard input')
    .option('--pair <name...>', 'a pair, as PROJECT/PRIMARY')
    .option('--project <name>', 'all pairs of this project that the next three fit')
    .option('--cloud <pattern>', 'the cloud or region of the primary, as google-europe-west1 or google-*')
    .option('--tag <tag=value...>', 'a tag of the primary with its value')
    .option('--match <pattern>', "the name of the primary, as 'pg-orders-*'")
    .addOption(offering(new Option('--procedure <name>', 'what every run does'), fleetProcedures))
    .option('--canary <n>', 'a first wave of so many pairs')
    .option('--sizes <n,n,...>', 'sizes of the waves after it; the last one repeats')
    .option('--by-tag <tag>', 'a wave for each value of this tag, in natural order')
    .option('--concurrency <n>', 'runs at the same time (default 10)')
    .option('--budget <n>', 'so many pairs may fail, or a share such as 5% (default 0)')
    .option('--wave-budget <n>', 'the same, of each wave')
    .option('--pause-between-waves <duration>', 'how long to wait between two waves (default 0s)')
    .addOption(
      offering(new Option('--approval <which>', 'whether a person approves'), ['none', 'once', 'per-wave']),
    )
    .option(
      '--fingerprint <hash>',
      'of the plan that you have read: nothing starts when it is another one now',
    )
    .addOption(
      offering(new Option('--mode <mode>', 'rehearse goes to the end without the writes'), [
        'execute',
        'plan',
        'rehearse',
      ]),
    )
    .option('--requested-by <name>', 'who asks, for the record')
    .option('--reason <text>', 'why, for the record')
    .option('--name <fleet>', 'what it is called (default: its procedure)')
    .option('--detach', 'print the workflow id and do not follow')
    .option('--page <file>', 'write the report as an HTML page, too')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', START_EXAMPLES)
    .action((file: string | undefined, options: StartOptions) => {
      const { json = false, detach = false, page, name } = options;
      return act(
        json,
        async () => {
          const { readInput, startFleet } = require('../fleet/start') as typeof import('../fleet/start');
          const given = file === undefined ? {} : readInput(file);
          const input = { ...given, ...inputOf(options), ...(command === 'plan' ? { mode: 'plan' } : {}) };
          const parsed = parseFleetInput(input);
          assertFaultless(parsed.ok ? [] : parsed.faults);
          return startFleet(input as FleetInput, { name, detach, json, page }, environment);
        },
        name,
      );
    });
}

/** What the options say; what is wrong with it is said with everything else. */
function inputOf(options: StartOptions): Record<string, unknown> {
  const { pair, project, cloud, tag, match, canary, sizes, byTag, concurrency, budget, waveBudget } = options;
  const tags = tag?.map((one) => one.split('=') as [string, string | undefined]);
  const isSelected = [project, cloud, tag, match].some((one) => one !== undefined);
  const inWaves = [canary, sizes, byTag].some((one) => one !== undefined);
  const inBudget = [budget, waveBudget].some((one) => one !== undefined);
  return compact({
    procedure: options.procedure,
    pairs: pair,
    select: isSelected
      ? compact({ project, cloud, name: match, tags: tags && Object.fromEntries(tags) })
      : undefined,
    waves: inWaves
      ? compact({ canary: numeric(canary), sizes: sizes?.split(',').map(numeric), byTag })
      : undefined,
    budget: inBudget ? compact({ total: numeric(budget), wave: numeric(waveBudget) }) : undefined,
    concurrency: numeric(concurrency),
    pauseBetweenWaves: options.pauseBetweenWaves,
    approval: options.approval,
    fingerprint: options.fingerprint,
    mode: options.mode,
    requestedBy: options.requestedBy,
    reason: options.reason,
  });
}

/** Anything else stays as it is, and is a fault of the input. */
function numeric(text: string | undefined): string | number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

const DEFAULT_NAME = 'switchback';

function named(fleet: Command, name: string): Command {
  return fleet
    .command(name)
    .argument('[fleet]', 'its name', DEFAULT_NAME)
    .option('--json', 'print one line of JSON');
}

function registerLooks(fleet: Command, { environment, act }: CommandContext): void {
  named(fleet, 'status')
    .description('the board, once')
    .option('--pairs', 'every pair, too')
    .addHelpText('after', examples('switchback fleet status', 'switchback fleet status --pairs --json'))
    .action((name: string, { json = false, pairs = false }: { json?: boolean; pairs?: boolean }) =>
      act(
        json,
        async () => {
          const { fleetStatus } = require('../fleet/look') as typeof import('../fleet/look');
          return fleetStatus(name, { json, pairs }, environment);
        },
        name,
      ),
    );
  for (const [command, does] of [
    ['watch', 'the board, until the fleet has ended'],
    ['result', 'the report of the fleet, when it has ended; needs no worker'],
  ] as const)
    named(fleet, command)
      .description(does)
      .option('--page <file>', 'write the report as an HTML page, too')
      .addHelpText(
        'after',
        examples(`switchback fleet ${command}`, `switchback fleet ${command} --page fleet.html`),
      )
      .action((name: string, { json = false, page }: { json?: boolean; page?: string }) =>
        act(
          json,
          async () => {
            const { fleetResult, fleetWatch } = require('../fleet/look') as typeof import('../fleet/look');
            const look = command === 'watch' ? fleetWatch : fleetResult;
            return look(name, { json, page }, environment);
          },
          name,
        ),
      );
}

interface TellOptions {
  by?: string;
  reason?: string;
  pair?: string[];
  fingerprint?: string;
  wave?: string;
  json?: boolean;
}

function registerTells(fleet: Command, { environment, act }: CommandContext): void {
  const acts = [
    ['approve', 'let the plan, or the wave that waits, begin'],
    ['pause', 'start no new run; those under way go on'],
    ['resume', 'go on after a pause, or in spite of the failures so far'],
    ['retry', 'start what failed or was stopped again, and go on'],
    ['skip', 'leave pairs out'],
    ['abort', 'end the fleet: runs that have written nothing are stopped, the others finish'],
  ] as const;
  for (const [name, does] of acts) {
    const command = named(fleet, name)
      .description(does)
      .option('--by <name>', 'who you are')
      .option('--reason <text>', 'why, for the record')
      .addHelpText('after', examples(`switchback fleet ${name} ${MORE[name] ?? ''}${WHO}`));
    if (name === 'approve')
      command
        .option('--fingerprint <hash>', 'of the plan that you have read')
        .option('--wave <n>', 'the number of the wave, from 1 (default: the one that waits)');
    if (name === 'retry' || name === 'skip')
      command.option(
        '--pair <name...>',
        `which, as PROJECT/PRIMARY${name === 'retry' ? ' (default: all)' : ''}`,
      );
    command.action((of: string, { by, reason, pair, fingerprint, wave, json = false }: TellOptions) =>
      act(
        json,
        async () => {
          const payload = compact({ by, reason, pairs: pair, fingerprint, wave: numeric(wave) });
          const { tellFleet } = require('../fleet/send') as typeof import('../fleet/send');
          return tellFleet(of, name, payload, json, environment);
        },
        of,
      ),
    );
  }
}
