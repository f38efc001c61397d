import { showBoard } from '../../../dist/cli/fleet/follow';
import { fleetReportLines } from '../../../dist/cli/fleet/report';
import type { Terminal } from '../../../dist/cli/terminal';
import { FleetFailedError, type FleetInput, type FleetReport, SwitchbackClient } from '../../../dist/client';
import { untilAborted } from '../../../dist/util/until-aborted';
import type { Dialect, LabPair } from '../lab';
import { type Stage, setStage } from './stage';

export interface FleetFlags {
  dialect: Dialect;
  /** How many pairs. */
  fleet: number;
  transition: number;
  json?: boolean;
  keep?: boolean;
}

/** As shells have it. */
const INTERRUPTED = 130;
const NAME = 'switchback';
/** How long somebody looks at the board before they act. */
const READING_MS = 3_000;

/** `npm run demo -- --fleet 50`: a region comes home. Two pairs are broken; the fleet parks, somebody mends them, it goes on. */
export async function fleetDemo(
  flags: FleetFlags,
  terminal: Terminal,
  interrupt: AbortSignal,
): Promise<number> {
  const { bold, dim } = terminal.colour;
  const say = flags.json ? () => {} : (text: string) => terminal.line(text);
  say(bold(`Setting the stage: Temporal with its UI, ${flags.fleet} pairs without servers, a worker`));
  const stage = await setStage(
    { dialect: flags.dialect, transitionMs: flags.transition, pairs: flags.fleet, backing: 'memory' },
    (text) => terminal.error(text),
    interrupt,
  ).catch((error: unknown) => {
    if (interrupt.aborted) return undefined;
    throw error;
  });
  if (stage === undefined) return INTERRUPTED;
  try {
    say(dim(`  Temporal UI ${stage.server.uiUrl}   Aiven-compatible API ${stage.lab.baseUrl}`));
    const report = await play(stage, flags, terminal, interrupt);
    if (report === undefined) return INTERRUPTED;
    if (flags.json) terminal.line(JSON.stringify(report));
    else for (const line of fleetReportLines(report, terminal.colour)) terminal.line(line);
    if (flags.keep) await keep(stage, terminal, interrupt);
    return report.outcome === 'completed' ? 0 : 1;
  } finally {
    say(dim('\nCleaning up'));
    await stage.close();
  }
}

async function play(
  stage: Stage,
  flags: FleetFlags,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<FleetReport | undefined> {
  const { lab } = stage;
  const broken = lab.pairs.filter((_, index) => index === 4 || index === Math.floor(lab.pairs.length / 3));
  for (const pair of broken) pair.set('recovery', { role: 'failed' });
  const client = await SwitchbackClient.connect({ address: stage.server.address });
  try {
    await client.fleets.start(inputOf(stage, flags), { name: NAME });
    const mending = mendWhenParked(client, broken, stop);
    if (!flags.json) await showBoard(client, NAME, terminal, stop);
    const ended = client.fleets.result(NAME).catch((error: unknown) => {
      if (error instanceof FleetFailedError && error.report !== undefined) return error.report;
      throw error;
    });
    const report = await untilAborted(ended, stop);
    await mending;
    return report;
  } finally {
    await client.close();
  }
}

function inputOf({ lab }: Stage, { fleet }: FleetFlags): FleetInput {
  const by = { by: 'demo', reason: 'the pairs of the lab share one event log' };
  return {
    select: { project: lab.project, name: 'pg-*', cloud: 'google-*' },
    waves: { canary: 1, sizes: [Math.ceil(fleet / 8), Math.ceil(fleet / 3)] },
    concurrency: 20,
    budget: { total: 1 },
    run: { settleWindow: '1s', acknowledge: [{ check: 'recent-change', ...by }] },
    requestedBy: 'demo',
    reason: 'the region is back',
  };
}

/** Somebody reads the board, mends what is broken, and tells the fleet to try again. */
async function mendWhenParked(
  client: SwitchbackClient,
  broken: readonly LabPair[],
  stop: AbortSignal,
): Promise<void> {
  for await (const status of client.fleets.watch(NAME, { pollMs: READING_MS, signal: stop })) {
    if (status.phase !== 'needs-operator' || status.counts.running > 0) continue;
    for (const pair of broken) pair.set('recovery', { role: 'active' });
    await client.fleets.retry(NAME, {
      by: 'sre@example.com',
      reason: 'both recovery services are well again',
    });
    return;
  }
}

async function keep(stage: Stage, terminal: Terminal, stop: AbortSignal): Promise<void> {
  const exports = Object.entries(stage.env).map(([name, value]) => `${name}=${value}`);
  terminal.error(
    [
      '\nAll of it keeps running until Ctrl-C. Look around in another terminal:',
      `  export ${exports.join(' ')}`,
      `  npm run -s switchback -- fleet result --page fleet.html`,
      `  worker log: ${stage.workerLog}`,
    ].join('\n'),
  );
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
}
