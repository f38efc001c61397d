import type { Terminal } from '../../../dist/cli/terminal';
import {
  type Procedure,
  type ProcedureInput,
  SwitchbackClient,
  type SwitchbackReport,
} from '../../../dist/client';
import { formatDuration } from '../../../dist/contract/duration';
import { untilAborted } from '../../../dist/util/until-aborted';
import type { Dialect, Lab, LabPair, LoadCounts } from '../lab';
import { type Stage, setStage } from './stage';

export interface CycleFlags {
  dialect: Dialect;
  /** How often the cycle is gone through. */
  cycle: number;
  transition: number;
  json?: boolean;
}

/** One procedure as it went, with what two others counted: the application, and the lab, which knows what it lost. */
export interface Played {
  procedure: Procedure;
  report: SwitchbackReport;
  application: LoadCounts;
  /** Rows of the probe that the failover took with it. */
  lost: number;
}

const INTERRUPTED = 130;
/** Rows per second of the application. */
const RATE = 50;
/** Of the probe, at a failover: written on the primary, and not replicated when it is destroyed. */
const LOSES = 5;
const CYCLE = ['switchover', 'switchback', 'failover', 'failback'] as const satisfies readonly Procedure[];

/** `npm run demo -- --cycle`: away and home in good order, and once more by a disaster, under load and with the loss counted. */
export async function cycleDemo(
  flags: CycleFlags,
  terminal: Terminal,
  interrupt: AbortSignal,
): Promise<number> {
  const { bold, dim } = terminal.colour;
  const say = flags.json ? () => {} : (text: string) => terminal.line(text);
  say(bold('Setting the stage: Temporal with its UI, two streaming PostgreSQL servers, a worker'));
  const stage = await setStage(
    { dialect: flags.dialect, transitionMs: flags.transition, state: 'fresh', allowsFailover: true },
    (text) => terminal.error(text),
    interrupt,
  ).catch((error: unknown) => {
    if (interrupt.aborted) return undefined;
    throw error;
  });
  if (stage === undefined) return INTERRUPTED;
  try {
    say(dim(`  an application writes ${RATE} rows a second; Temporal UI ${stage.server.uiUrl}\n`));
    say(dim(`  ${HEAD}`));
    const played: Played[] = [];
    const all = await play(stage, flags, interrupt, (one) => {
      played.push(one);
      say(lineOf(one, terminal.colour));
    });
    if (!all) return INTERRUPTED;
    if (flags.json) terminal.line(JSON.stringify(played));
    else for (const line of summary(played, terminal.colour)) terminal.line(line);
    return played.every(isRight) ? 0 : 1;
  } finally {
    say(dim('\nCleaning up'));
    await stage.close();
  }
}

/** @returns false when it was interrupted. */
async function play(
  { lab, server }: Stage,
  { cycle, transition }: CycleFlags,
  stop: AbortSignal,
  over: (played: Played) => void,
): Promise<boolean> {
  const [pair] = lab.pairs;
  if (pair === undefined) throw new Error('the lab has no pair');
  const client = await SwitchbackClient.connect({ address: server.address });
  try {
    for (let turn = 0; turn < cycle; turn += 1) {
      for (const procedure of CYCLE) {
        if (stop.aborted) return false;
        const isFailover = procedure === 'failover';
        const load = await pair.startLoad({ rate: RATE });
        if (isFailover) pair.behave({ loseRows: LOSES });
        const { workflowId, runId } = await client.start(inputOf(lab, pair, procedure, transition), {
          procedure,
        });
        if (isFailover) await approve(client, workflowId, pair, stop);
        const report = await untilAborted(client.result(workflowId, runId), stop);
        if (report === undefined) return false;
        const application = await load.stop();
        over({ procedure, report, application, lost: isFailover ? (await pair.lostRows()).count : 0 });
      }
    }
    return true;
  } finally {
    await client.close();
  }
}

function inputOf(lab: Lab, { primary }: LabPair, procedure: Procedure, transition: number): ProcedureInput {
  const by = { by: 'demo', reason: 'the cycle changes the pair all the time' };
  const input = {
    project: lab.project,
    service: primary,
    settleWindow: `${Math.max(1_000, Math.ceil(transition / 10))}ms`,
    acknowledge: ['recent-change', 'alerts'].map((check) => ({ check, ...by })),
    requestedBy: 'demo',
    reason: 'to see the whole cycle',
  };
  return procedure === 'failover' ? { ...input, confirm: primary, drill: true } : input;
}

/** Somebody else reads what is destroyed, and types it out. */
async function approve(
  client: SwitchbackClient,
  workflowId: string,
  { primary }: LabPair,
  signal: AbortSignal,
): Promise<void> {
  for await (const { phase, plan } of client.watch(workflowId, { signal })) {
    if (phase !== 'approval' || plan === undefined) continue;
    const { fingerprint } = plan;
    const words = { by: 'second@example.com', reason: 'to see the whole cycle' };
    await client.approve(workflowId, { ...words, fingerprint, service: primary });
    return;
  }
}

/** No row is lost but those that a failover takes, and of those the run says how many. */
function isRight({ report, application, lost }: Played): boolean {
  const isProven = report.code === undefined && report.proof?.verdict === 'proven';
  return isProven && report.probe?.missing?.count === lost && (lost > 0 || application.missing === 0);
}

const WIDTHS = [11, 14, 13, 18, 20] as const;
const HEAD = row('procedure', 'outcome', 'write gap', 'lost, of the probe', 'lost, as applied');

function lineOf(played: Played, c: Terminal['colour']): string {
  const { procedure, report, application } = played;
  const { gap, missing, acknowledged } = report.probe ?? {};
  const text = row(
    procedure,
    report.outcome,
    gap === undefined ? 'not measured' : formatDuration(gap.ms),
    `${missing?.count ?? '?'} of ${acknowledged ?? '?'}`,
    `${application.missing} of ${application.acknowledged}`,
  );
  return `${isRight(played) ? c.green('✓') : c.red('✗')} ${text}`;
}

function row(...cells: string[]): string {
  return cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(' ');
}

function summary(played: readonly Played[], c: Terminal['colour']): string[] {
  const good = played.every(isRight);
  const destroyed = played.reduce((sum, { lost }) => sum + lost, 0);
  const wrong = played.filter((one) => !isRight(one)).length;
  return [
    '',
    good
      ? c.green(c.bold(`✔ ${played.length} procedures, each proven by PostgreSQL itself.`))
      : c.red(c.bold(`✘ ${wrong} of ${played.length} procedures did not do what they say.`)),
    `  Only the failovers lost rows: ${destroyed} of the probe, as the runs said, to the row.`,
  ];
}
