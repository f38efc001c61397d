import type { ApproveInput } from '../../../src/client';
import { Call } from '../../cli/commands';
import type { Answer, Faulty, Target, Way } from './way';

/** The `switchback` command. `run` starts a run and follows it, so the one that has started a run sees its end. */
export class ByCommand implements Way {
  readonly twice = /is going on already: following that one/;
  readonly faulty: readonly Faulty[] = [
    {
      input: ({ service }) => ({ service, convergeTimeout: '5' }),
      says: [
        '✘ INVALID_INPUT --project is missing, and so is PROJECT/ before the service',
        '; "convergeTimeout" must be a duration such as "30s" or "10m", not "5".',
      ],
    },
    {
      input: ({ project, service }) => ({ project, service, colour: 'red' }),
      says: ["unknown option '--colour'"],
    },
  ];
  readonly #following = new Map<string, Call>();
  readonly #all: Call[] = [];

  constructor(private readonly address: string) {}

  async start(target: Target, input: object): Promise<Answer> {
    const { service = '', ...options } = input as Record<string, string>;
    const run = this.#call(target, 'run', service, ...optionsOf(options));
    const isRunning = await run.prints(/^Started |going on already/m).then(
      () => true,
      () => false,
    );
    const ok = isRunning && run.stdout.startsWith('Started ');
    if (ok) this.#following.set(target.workflowId, run);
    return { ok, text: run.output };
  }

  async asked(target: Target): Promise<string> {
    const watch = this.#call(target, 'watch', `${target.project}/${target.service}`);
    const [, fingerprint = ''] = await watch.prints(/the update approve for the plan ([0-9a-f]{12})/);
    await watch.interrupt();
    return fingerprint;
  }

  approve(target: Target, payload: ApproveInput): Promise<Answer> {
    const pair = `${target.project}/${target.service}`;
    return this.#answer(this.#call(target, 'approve', pair, ...optionsOf({ ...payload })));
  }

  end({ workflowId }: Target): Promise<Answer> {
    const run = this.#following.get(workflowId);
    if (run === undefined) throw new Error(`${workflowId} was not started here`);
    return this.#answer(run);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((call) => call.hasEnded || call.interrupt()));
  }

  #call({ taskQueue }: Target, ...args: string[]): Call {
    const env = { TEMPORAL_ADDRESS: this.address, SWITCHBACK_TASK_QUEUE: taskQueue };
    const call = new Call(args, env);
    this.#all.push(call);
    return call;
  }

  async #answer(call: Call): Promise<Answer> {
    const { code, stdout, stderr } = await call.ended;
    return { ok: code === 0, text: stdout + stderr };
  }
}

/** `{ settleWindow: '0s' }` as `--settle-window 0s`. */
function optionsOf(fields: Record<string, string>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
  ]);
}
