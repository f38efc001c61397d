import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Client, Connection, type WorkflowHandle, type WorkflowStartOptions } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import {
  type Change,
  type FaultInput,
  type Lab,
  type LabOptions,
  type LabPair,
  type RequestEntry,
  startLab,
} from '../../lab/src/lab';
import { type LiveStatus, SwitchbackClient, SwitchbackFailedError, workflowIdOf } from '../../src/client';
import type { ApiRate } from '../../src/config/api-rate';
import type { EvidenceSettings } from '../../src/config/evidence';
import type { WorkerConfig } from '../../src/config/worker';
import type { WorkerPolicy } from '../../src/contract/activities';
import type { Answer } from '../../src/contract/answers';
import { checkSeverities } from '../../src/contract/checks';
import type { ErrorCode } from '../../src/contract/errors';
import type { FreezeReading } from '../../src/contract/freeze';
import type { DecideInput } from '../../src/contract/messages';
import { moves, type Procedure, procedures } from '../../src/contract/procedure';
import type { Decision, SwitchbackReport } from '../../src/contract/report';
import { createWorker, type HostedWorker } from '../../src/hosting/worker';
import type { NotifySettings } from '../../src/notify/settings';
import { Databases } from '../../src/postgres';
import { compact } from '../../src/util/compact';
import { testEnvironment } from '../support/environment';

export const DIALECTS = ['role', 'promote-to-master'] as const;

/** What a switchback is judged by: of the roles it asks for its own. */
export const SWITCHBACK_CHECKS = Object.keys(checkSeverities).filter(
  (id) =>
    !['primary-active', 'primary-failed', 'failover-allowed', 'failover-needed', 'recovery-ready'].includes(
      id,
    ),
);

/** Short waits, so that a run takes a second or two; deadlines that even a very busy machine does not meet. */
export const QUICK = {
  settleWindow: '0s',
  quietWindow: '1s',
  convergeTimeout: '2m',
  decisionWindow: '2m',
};

/** On a busy machine everything takes its time; a test that fails must say so before jest cuts it off. */
const PATIENCE_MS = 90_000;
const TEST_TIMEOUT_MS = 120_000;
const POLL_MS = 400;

/** Whether the run asks a person, and would take the return to the recovery service for an answer. */
export function offersReturn({ phase, answers = [] }: LiveStatus): boolean {
  const isReturn = ({ payload }: Answer) => payload.action === 'return-to-recovery';
  return phase === 'needs-operator' && answers.some(isReturn);
}

/** A lab, and a worker that performs switchbacks against it, on a task queue of their own. */
export class Harness {
  #pairsTaken = 0;
  /** What the worker's configuration says of freeze windows (default: nothing). */
  readFreezes: WorkerConfig['readFreezes'];
  isClosing = false;
  readonly scenarios: Promise<unknown>[] = [];
  /** Those that were started, oldest first. */
  readonly workers: RunningWorker[] = [];
  readonly #started: WorkflowHandle[] = [];

  private constructor(
    readonly lab: Lab,
    readonly taskQueue: string,
    readonly temporal: Client,
    readonly client: SwitchbackClient,
    readonly databases: Databases,
    readonly evidence: EvidenceSettings,
    readonly notify: NotifySettings,
  ) {}

  static async open(
    options: LabOptions,
    accessTo = (_: Lab) => new Databases(),
    evidence?: EvidenceSettings,
    notify: NotifySettings = { sinks: [], uiUrl: undefined },
  ): Promise<Harness> {
    const project = `stage-${randomBytes(4).toString('hex')}`;
    const lab = await startLab({
      project,
      backing: 'memory',
      transitionMs: 600,
      // Many scenes share a worker, and each has its faults by its own services.
      serviceList: false,
      ...options,
    });
    const connection = await Connection.connect({ address: testEnvironment.temporalAddress() });
    const temporal = new Client({ connection });
    return new Harness(
      lab,
      project,
      temporal,
      new SwitchbackClient(temporal, project),
      accessTo(lab),
      evidence,
      notify,
    );
  }

  /** A worker as the product hosts it; `token`: another than the lab's. */
  async startWorker(
    token = this.lab.token,
    policy: WorkerPolicy = { approvalRequired: false, fourEyes: true, confirmTarget: false },
    allowsFailover = true,
    apiRate?: ApiRate,
  ): Promise<RunningWorker> {
    const address = testEnvironment.temporalAddress();
    const hosted = await createWorker(
      {
        aiven: { baseUrl: this.lab.baseUrl, token: async () => token },
        apiRate,
        taskQueue: this.taskQueue,
        policy,
        allowsFailover,
        logLevel: 'error',
        databases: this.databases,
        evidence: this.evidence,
        notify: this.notify,
        metricsAddress: undefined,
        healthAddress: undefined,
        traces: false,
        readyFile: undefined,
        ...compact({ readFreezes: this.readFreezes }),
      },
      { address, namespace: 'default', connectionOptions: { address }, summary: address },
      testEnvironment.workflowBundle(),
    );
    const worker = new RunningWorker(hosted);
    this.workers.push(worker);
    return worker;
  }

  /** A pair of the lab that no other scene uses. */
  takePair(): LabPair {
    const pair = this.lab.pairs[this.#pairsTaken];
    if (pair === undefined) throw new Error(`this stage has only ${this.#pairsTaken} pairs`);
    this.#pairsTaken += 1;
    return pair;
  }

  /** Starts a switchback through Temporal's own client, with whatever JSON. */
  async startWith(
    input: unknown,
    workflowId = `${this.taskQueue}.${randomBytes(4).toString('hex')}`,
    more: Partial<WorkflowStartOptions> = {},
    procedure: Procedure = 'switchback',
  ) {
    const options = { ...more, taskQueue: this.taskQueue, workflowId, args: [input] };
    const handle = await this.temporal.workflow.start(procedures[procedure].workflowType, options);
    this.#started.push(handle);
    return handle;
  }

  /** Ends with the harness, should a test that failed leave it behind. */
  adopt(handle: WorkflowHandle): void {
    this.#started.push(handle);
  }

  async close(): Promise<void> {
    // Only a test that failed leaves a run, or a scene, behind.
    this.isClosing = true;
    await Promise.all(this.#started.map((handle) => handle.terminate().catch(() => undefined)));
    await Promise.all(this.scenarios);
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.client.close();
    await this.lab.close();
  }
}

export class RunningWorker {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(hosted: HostedWorker) {
    this.#done = hosted.run(this.#stop.signal);
  }

  /** As SIGTERM does: resolves when all that was under way is over or handed back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

/** One pair with one run (or several) of it. */
export class Scenario {
  readonly pair: LabPair;

  constructor(
    readonly harness: Harness,
    /** What its runs do. */
    readonly procedure: Procedure = 'switchback',
  ) {
    this.pair = harness.takePair();
  }

  get lab(): Lab {
    return this.harness.lab;
  }

  get workflowId(): string {
    return workflowIdOf(this.lab.project, this.pair.primary, this.procedure);
  }

  get handle(): WorkflowHandle {
    return this.harness.temporal.workflow.getHandle(this.workflowId);
  }

  /** The name of the service that the run writes to first. */
  get target(): string {
    const [first] = procedures[this.procedure].moves;
    // A failover and a rebuild are asked of the primary.
    return this.pair[moves[first].write === 'promote' ? moves[first].target : 'primary'];
  }

  /** A fault that meets the write that promotes it. */
  faultOnWrite(action: FaultInput['do'], times = 1): void {
    this.lab.addFault({ match: { method: 'PUT', service: this.target }, times, do: action });
  }

  /** Starts the run under the canonical id. */
  async start(input: Record<string, unknown> = {}): Promise<this> {
    const { project } = this.lab;
    await this.harness.startWith(
      { project, service: this.pair.primary, ...QUICK, ...input },
      this.workflowId,
      {},
      this.procedure,
    );
    return this;
  }

  status(): Promise<LiveStatus> {
    return this.harness.client.status(this.workflowId);
  }

  /**
   * Something happens between the checks and the write: with the first read of the look right before it, whichever of its
   * reads comes first, so that all of them see it.
   *
   * @param rechecks how often the checks are made again: once for an approval.
   */
  changeBeforeWrite(change: Change, rechecks = 0): void {
    const { primary, recovery } = this.pair;
    const path = `/service\\/(${primary}|${recovery}|${primary}\\/disaster-recovery)$/`;
    // One each to find the pair, and all to check it.
    const [toFind, toCheck] = this.lab.dialect === 'role' ? [1, 2] : [2, 3];
    const after = toFind + toCheck * (1 + rechecks);
    this.lab.addFault({ match: { method: 'GET', path, after }, do: { type: 'change', change } });
  }

  /** As after a switchover, or a failover, that lies in the past; of a lab without servers. */
  isAway(how: 'switched-over' | 'failed-over'): void {
    const failed = { role: 'failed', state: 'POWEROFF' } as const;
    this.pair.set('primary', how === 'failed-over' ? failed : { role: 'passive' });
    this.pair.set('recovery', { role: 'active' });
  }

  /** Lets a primary that is stuck in its role change get to the end of it; before that, it would be stuck again. */
  async unstick(): Promise<void> {
    await this.pair.settled();
    this.pair.set('primary', { state: 'RUNNING' });
  }

  /** Asks for the status until it is as wanted. */
  async until(what: string, wanted: (status: LiveStatus) => boolean): Promise<LiveStatus> {
    return poll(
      `status: ${what}`,
      () => this.status(),
      wanted,
      () => this.harness.isClosing,
    );
  }

  /** Decides as a person would; sends it again when the server lost it to a task that it interrupted itself. */
  async decide(action: string, by = 'ops@example.com', reason = 'INC-123'): Promise<Decision> {
    const decision = { action, by, reason } as DecideInput;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.harness.client.decide(this.workflowId, decision);
      } catch (error) {
        if (attempt === 5 || !/unexpected workflow task failure/.test(rootMessage(error))) throw error;
      }
    }
  }

  /** Waits for the end and gathers what there is to assert on. */
  async end(workflowId = this.workflowId): Promise<Ended> {
    const result = await this.harness.client.result(workflowId).then(
      (report) => ({ code: undefined, message: '', report }),
      (error: unknown) => {
        if (!(error instanceof SwitchbackFailedError)) throw error;
        const report = error.report ?? ({} as SwitchbackReport);
        return { code: error.code, message: error.message, report };
      },
    );
    const requests = this.pair.requests();
    const writes = requests.filter(({ effect }) => effect !== undefined);
    return {
      ...result,
      scenario: this,
      requests,
      reads: requests.length - writes.length,
      writes,
      effective: writes.filter(({ effect }) => effect === 'role-change').map(({ service }) => service ?? ''),
      roles: rolesOf(this.pair),
    };
  }

  async run(input: Record<string, unknown> = {}): Promise<Ended> {
    return (await this.start(input)).end();
  }

  /** The whole history in the JSON form that Temporal's tools write and read. */
  async rawHistory(): Promise<string> {
    return historyToJSON(await this.handle.fetchHistory());
  }

  /** The whole history, with every payload in `json` decoded. */
  async history(): Promise<{ json: string; types: string[]; attempts: number[] }> {
    const raw = await this.rawHistory();
    const { events } = JSON.parse(raw) as { events: HistoryEvent[] };
    return {
      json: raw.replace(/"data": ?"([^"]*)"/g, (_, data) => `"data":${Buffer.from(data, 'base64')}`),
      types: events.map(({ eventType }) => eventType.replace('EVENT_TYPE_', '')),
      attempts: events.flatMap((event) => event.activityTaskStartedEventAttributes?.attempt ?? []),
    };
  }
}

interface HistoryEvent {
  eventType: string;
  activityTaskStartedEventAttributes?: { attempt: number };
}

export interface Ended {
  scenario: Scenario;
  code: ErrorCode | undefined;
  message: string;
  report: SwitchbackReport;
  /** All requests about the two services, as the lab received them. */
  requests: RequestEntry[];
  reads: number;
  writes: RequestEntry[];
  /** The services whose promotion had an effect, in order. */
  effective: string[];
  /** `primary/recovery`, as they really are in the lab. */
  roles: string;
}

interface HarnessOptions extends LabOptions {
  workerToken?: string;
  policy?: WorkerPolicy;
  /** Whether the worker allows no failover (default: it does). */
  forbidsFailover?: boolean;
  /** Which databases the worker may reach (default: none). */
  accessTo?: (lab: Lab) => Databases;
  /** Where the worker keeps the evidence of its runs (default: nowhere). */
  evidence?: EvidenceSettings;
  /** Who is told of its runs (default: nobody). */
  notify?: NotifySettings;
  /** The freeze windows of the worker (default: none). */
  readFreezes?: () => FreezeReading;
  /** For scenarios that stop a worker, or start another one (default: false). */
  ownWorker?: boolean;
}

/** A harness of this test file, and the scenarios that play on it. */
class Booking {
  readonly starts: ((harness: Harness) => void)[] = [];
  harness: Harness | undefined;

  constructor(readonly options: HarnessOptions) {}

  async open(): Promise<void> {
    const {
      workerToken,
      policy,
      forbidsFailover = false,
      accessTo,
      evidence,
      notify,
      readFreezes,
      ownWorker,
      ...options
    } = this.options;
    const pairs = Math.max(1, this.starts.length);
    this.harness = await Harness.open({ pairs, ...options }, accessTo, evidence, notify);
    this.harness.readFreezes = readFreezes;
    await this.harness.startWorker(workerToken, policy, !forbidsFailover);
    for (const start of this.starts) start(this.harness);
  }
}

/** Those of this test file. Not per `describe` block: jest passes over the hooks of one that has no test to run. */
const bookings: Booking[] = [];

beforeAll(async () => {
  if (bookings.length > 0) quieten();
  await Promise.all(bookings.map((booking) => booking.open()));
});
afterAll(async () => {
  await Promise.all(bookings.map((booking) => booking.harness?.close()));
});

/**
 * A harness, and scenarios for it. All scenarios of a test file play at once, since each one mostly waits. Blocks that
 * ask for the same have one harness together: a worker costs a second of the processor.
 */
export function useHarness(
  options: HarnessOptions,
  procedure: Procedure = 'switchback',
): {
  harness: () => Harness;
  /** Plays the scenario beside all others before the first test; the function returned gives what came of it. */
  scenario: <T>(play: (scenario: Scenario) => Promise<T>) => () => Promise<T>;
} {
  jest.setTimeout(TEST_TIMEOUT_MS);
  const same = (one: Booking) => !options.ownWorker && isDeepStrictEqual(one.options, options);
  const booking = bookings.find(same) ?? new Booking(options);
  if (!bookings.includes(booking)) bookings.push(booking);

  return {
    harness: () => {
      if (booking.harness === undefined) throw new Error('the harness is not open');
      return booking.harness;
    },
    scenario: (play) => {
      let played: ReturnType<typeof play> | undefined;
      booking.starts.push((open) => {
        played = play(new Scenario(open, procedure));
        // Its test awaits it, perhaps long after it failed.
        open.scenarios.push(played.catch(() => undefined));
      });
      return async () => {
        if (played === undefined) throw new Error('the scenario was not played');
        return played;
      };
    },
  };
}

let quiet = false;

/** Failing runs are what many tests are about, and each would be a warning. */
export function quieten(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}

/** Asks until the answer is as wanted; fails with the last answer, or the last error, when it takes too long. */
export async function poll<T>(
  what: string,
  ask: () => Promise<T> | T,
  wanted: (answer: T) => boolean,
  isInVain = () => false,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const [answer] = await Promise.allSettled([ask()]);
    if (answer.status === 'fulfilled' && wanted(answer.value)) return answer.value;
    if (Date.now() > deadline || isInVain()) {
      const last = answer.status === 'fulfilled' ? JSON.stringify(answer.value) : String(answer.reason);
      throw new Error(`not in time: ${what}; last: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function rootMessage(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return String(root);
}

export function rolesOf(pair: LabPair): string {
  const { primary, recovery } = pair.status();
  return `${primary.role}/${recovery.role}`;
}

/** What came of telling a run something: the answer, or why it was refused. */
export function replyTo<T>(answer: Promise<T>): Promise<{ answer: T | undefined; refusal: string }> {
  return answer.then(
    (found) => ({ answer: found, refusal: '' }),
    (error: Error) => ({ answer: undefined, refusal: error.message }),
  );
}

/** The phases of a report or status, in order, each once in a row. */
export function phasesOf({ timeline }: Pick<SwitchbackReport, 'timeline'>): string[] {
  return timeline.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
}
