#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { follow } from '../../../dist/cli/follow';
import { createTerminal, type Terminal } from '../../../dist/cli/terminal';
import { SwitchbackClient, type SwitchbackReport } from '../../../dist/client';
import { parseDuration } from '../../../dist/contract/duration';
import { untilAborted } from '../../../dist/util/until-aborted';
import type { Dialect, Lab, LabPair, LoadCounts } from '../lab';
import { cycleDemo } from './cycle';
import { endLines } from './end-lines';
import { fleetDemo } from './fleet';
import { type Stage, setStage } from './stage';

/** Rows per second that the application of the demo writes, all the time. */
const RATE = 50;
/** As shells have it. */
const INTERRUPTED = 130;

interface DemoFlags {
  dialect: Dialect;
  transition: number;
  fleet?: number;
  cycle?: number | true;
  keep?: boolean;
  json?: boolean;
}

/** `npm run demo`: one switchback of two real, streaming PostgreSQL servers in use, from nothing to the proof. */
async function main(argv: string[]): Promise<number> {
  const flags = readFlags(argv);
  const terminal = createTerminal();
  const say = flags.json ? () => {} : (text: string) => terminal.line(text);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupt.abort());
  // The terminal may be closed before everything is cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  if (flags.fleet !== undefined)
    return fleetDemo({ ...flags, fleet: flags.fleet }, terminal, interrupt.signal);
  if (flags.cycle !== undefined)
    return cycleDemo({ ...flags, cycle: flags.cycle === true ? 1 : flags.cycle }, terminal, interrupt.signal);
  const { bold, dim } = terminal.colour;
  say(bold('Setting the stage: Temporal with its UI, two streaming PostgreSQL servers, a worker'));
  const stage = await setStage(
    { dialect: flags.dialect, transitionMs: flags.transition },
    (text) => terminal.error(text),
    interrupt.signal,
  ).catch((error: unknown) => {
    if (interrupt.signal.aborted) return undefined;
    throw error;
  });
  if (stage === undefined) return INTERRUPTED;
  try {
    const pair = firstPair(stage.lab);
    const { project } = stage.lab;
    const { primary, recovery } = pair;
    say(dim(`  ${primary} (primary) is passive, ${recovery} (recovery) is active`));
    const load = await pair.startLoad({ rate: RATE });
    say(dim(`  an application writes ${RATE} rows a second through the Service URI`));
    say(
      dim(
        `  Temporal UI ${stage.server.uiUrl}   Aiven-compatible API ${stage.lab.baseUrl} (${flags.dialect})`,
      ),
    );
    if (interrupt.signal.aborted) return INTERRUPTED;

    say(bold(`\nSwitchback of ${project}/${primary}`));
    const report = await switchBack(
      stage,
      project,
      primary,
      flags.transition,
      flags.json ? undefined : terminal,
      interrupt.signal,
    );
    if (report === undefined) return INTERRUPTED;
    const application = await load.stop();
    const proven = isProven(report, application);
    const link = `${stage.server.uiUrl}/namespaces/default/workflows/${report.workflowId}/${report.runId}/timeline`;
    if (flags.json) terminal.line(JSON.stringify({ proven, application, report, link }));
    else {
      const note = flags.keep ? '' : ` ${dim('(ends with the demo; --keep leaves it running)')}`;
      for (const line of endLines(report, application, `${link}${note}`, terminal.colour))
        terminal.line(line);
    }
    if (flags.keep) await keep(stage, primary, terminal, interrupt.signal);
    return proven ? 0 : 1;
  } finally {
    say(dim('\nCleaning up'));
    await stage.close();
  }
}

function readFlags(argv: string[]): DemoFlags {
  const { transition, ...flags } = new Command('demo')
    .description('A switchback from nothing to the proof, on this machine.')
    .addOption(
      new Option('--dialect <dialect>', 'form of the disaster recovery API')
        .choices(['role', 'promote-to-master'] satisfies Dialect[])
        .default('role'),
    )
    .addOption(
      new Option(
        '--transition <duration>',
        'how long the role change takes (default 4s, in a fleet 2s)',
      ).argParser(milliseconds),
    )
    .option('--fleet <pairs>', 'a whole fleet of so many pairs instead, without database servers', pairs)
    .option('--cycle [times]', 'switchover, switchback, failover, failback instead, so many times', times)
    .option('--keep', 'leave everything running until Ctrl-C')
    .option('--json', 'print one line of JSON')
    .parse(argv, { from: 'user' })
    .opts<Partial<Pick<DemoFlags, 'transition'>> & Omit<DemoFlags, 'transition'>>();
  return {
    ...flags,
    transition: transition ?? (flags.fleet === undefined && flags.cycle === undefined ? 4_000 : 2_000),
  };
}

function pairs(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 6 || count > 1_000)
    throw new InvalidArgumentError('A whole number from 6 to 1000.');
  return count;
}

function times(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new InvalidArgumentError('A whole number from 1 to 100.');
  return count;
}

function milliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Write it as 500ms, 4s or 1m.');
  return ms;
}

function firstPair(lab: Lab): LabPair {
  const [pair] = lab.pairs;
  if (pair === undefined) throw new Error('the lab has no pair');
  return pair;
}

/** The run says so by what PostgreSQL said, and the application by its own count. */
function isProven({ outcome, proof, probe }: SwitchbackReport, { missing }: LoadCounts): boolean {
  const saysSo = outcome === 'switched-back' && proof?.verdict === 'proven';
  return saysSo && probe?.missing?.count === 0 && missing === 0;
}

/** The lab shows the first tenth of a role change as if nothing had happened; a window must be longer than that. */
function settleWindowMs(transitionMs: number): number {
  return Math.max(2_000, Math.ceil(transitionMs / 10));
}

/** Starts and follows the run, as the `switchback` command does; `undefined` when interrupted. */
async function switchBack(
  stage: Stage,
  project: string,
  service: string,
  transitionMs: number,
  terminal: Terminal | undefined,
  stop: AbortSignal,
): Promise<SwitchbackReport | undefined> {
  const client = await SwitchbackClient.connect({ address: stage.server.address });
  try {
    const run = await client.start({
      project,
      service,
      settleWindow: `${settleWindowMs(transitionMs)}ms`,
      requestedBy: 'demo',
    });
    if (terminal !== undefined) await follow(client, run, terminal, stop);
    return await untilAborted(client.result(run.workflowId, run.runId), stop);
  } finally {
    await client.close();
  }
}

async function keep(stage: Stage, service: string, terminal: Terminal, stop: AbortSignal): Promise<void> {
  const exports = Object.entries(stage.env).map(([name, value]) => `${name}=${value}`);
  terminal.error(
    [
      '\nAll of it keeps running until Ctrl-C. Look around in another terminal:',
      `  export ${exports.join(' ')}`,
      `  npm run -s switchback -- get --project ${stage.lab.project} ${service}`,
      `  curl -s -X POST ${stage.lab.baseUrl}/_lab/pairs/${service}/switchover      # ready for another switchback`,
      `  npm run -s switchback -- run --project ${stage.lab.project} ${service} --settle-window 2s`,
      `  worker log: ${stage.workerLog}`,
    ].join('\n'),
  );
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
}

main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
