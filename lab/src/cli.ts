import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { describe } from './control';
import { type Lab, type LabOptions, type LabPair, startLab } from './lab';

const SUM_UP_MS = 5000;

/** What the command needs from around it. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Resolves when the lab is to end. */
  stop: Promise<void>;
}

/** `npm run lab`: brings a lab up, says where it is, and closes it when told to. Resolves to the exit code. */
export async function run(argv: string[], io: Io): Promise<number> {
  const command = new Command('lab')
    .description(
      'An Aiven-compatible API on loopback over disaster recovery pairs of real PostgreSQL servers.',
    )
    .addOption(
      choice('--dialect <dialect>', 'form of the disaster recovery API', ['role', 'promote-to-master']),
    )
    .option('--pairs <count>', 'how many pairs', count, 1)
    .addOption(choice('--backing <backing>', 'what stands behind the services', ['postgres', 'memory']))
    .addOption(
      new Option('--transition <duration>', 'from a role change to both services RUNNING: 200ms, 3s, 1m')
        .argParser(milliseconds)
        .default(3000, '3s'),
    )
    .option('--port <port>', 'TCP port on loopback; 0 takes a free one', port, 0)
    .addOption(
      choice('--state <state>', 'ready for the switchback, fresh: primary active, or failed-over', [
        'ready',
        'fresh',
        'failed-over',
      ]),
    )
    .option('--resolvers <count>', 'DNS servers that know the shared name (Linux only)', count)
    .option('--load <rate>', 'write so many rows per second to each pair', count)
    .option('--json', 'print one line of JSON instead of the text')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    return (error as { exitCode?: number }).exitCode ?? 1;
  }
  const { transition, json, load: rate, ...rest } = command.opts<Flags>();
  let lab: Lab;
  try {
    lab = await startLab({ ...rest, transitionMs: transition });
  } catch (error) {
    io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  try {
    if (rate !== undefined) await Promise.all(lab.pairs.map((pair) => pair.startLoad({ rate })));
    io.out(json ? `${JSON.stringify(describe(lab))}\n` : banner(lab));
    await io.stop;
    if (!json) await Promise.all(lab.pairs.map(async (pair) => io.out(await sumUp(pair))));
    return 0;
  } catch (error) {
    io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await lab.close();
  }
}

/** What became of a pair's load; not at any price, for a role change may never end. */
async function sumUp({ load, primary }: LabPair): Promise<string> {
  if (!load) return '';
  const unknown = delay(SUM_UP_MS, undefined, { ref: false });
  const counts = await Promise.race([load.stop().catch(() => undefined), unknown]);
  if (!counts) return `${primary}: ${load.acknowledged} rows acknowledged, and they could not be read back\n`;
  const { acknowledged, missing, unexpected } = counts;
  return `${primary}: ${acknowledged} rows acknowledged, ${missing} missing, ${unexpected} unexpected\n`;
}

interface Flags extends Required<Pick<LabOptions, 'dialect' | 'pairs' | 'backing' | 'port' | 'state'>> {
  transition: number;
  resolvers?: number;
  load?: number;
  json?: true;
}

function banner({ baseUrl, token, project, dialect, pairs }: Lab): string {
  const first = pairs[0]?.primary ?? '';
  const look = `avn --url ${baseUrl} --auth-token ${token} service get ${first} --project ${project} --json`;
  return `
${pc.bold('The lab is up')}: ${baseUrl}  (project ${project}, ${dialect} dialect, Ctrl-C ends it)

  export AIVEN_WEB_URL=${baseUrl} AIVEN_TOKEN=${token}

${pairs
  .map(({ primary, recovery, serviceUri, status }) => {
    const { primary: p, recovery: r } = status();
    return `  ${pc.bold(primary)} ${p.role} ${p.state}   ${pc.bold(recovery)} ${r.role} ${r.state}\n${serviceUri ? `    ${serviceUri}\n` : ''}`;
  })
  .join('')}
  ${pc.dim('look')}     ${look}
  ${pc.dim('requests')} curl -s ${baseUrl}/_lab/requests

`;
}

/** The first of the values is the default. */
function choice(flags: string, description: string, values: string[]): Option {
  return new Option(flags, description).choices(values).default(values[0]);
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('a whole number above 0.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 65_536) return value;
  throw new InvalidArgumentError('a TCP port.');
}

function milliseconds(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000 }[unit ?? ''];
  if (amount !== undefined && factor !== undefined) return Number(amount) * factor;
  throw new InvalidArgumentError('a duration such as 200ms, 3s or 1m.');
}
