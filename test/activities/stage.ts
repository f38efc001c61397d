import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type Dialect, type Lab, type LabPair, type RequestEntry, startLab } from '../../lab/src/lab';
import { createActivities } from '../../src/activities';
import type { Guard } from '../../src/activities/consent';
import { AivenClient } from '../../src/aiven';
import type { SwitchbackActivities, WatchProgress } from '../../src/contract/activities';
import type { Pair } from '../../src/contract/observation';
import { ApiSession } from '../../src/observe/api-session';
import { Databases } from '../../src/postgres';
import { criticalFacts } from '../../src/rules/critical';

export const DIALECTS: Dialect[] = ['role', 'promote-to-master'];

type EnvironmentInfo = ConstructorParameters<typeof MockActivityEnvironment>[0];

/** Where there is no Temporal to ask; test/activities/consent.test.ts has the real one. */
export const ANYBODY: Guard = {
  requireRun: async () => {},
  refusalOfPair: async () => undefined,
  consentFor: async () => async () => ({}),
};

/** One pair of the lab and the activities against it. */
export class Scene {
  readonly heartbeats: WatchProgress[] = [];
  readonly pair: Pair;
  /** Requests of {@link checked}, which no attempt made. */
  #checks = 0;

  constructor(
    readonly lab: Lab,
    readonly labPair: LabPair,
    private readonly client: AivenClient,
  ) {
    const { primary, recovery } = labPair;
    this.pair = { project: lab.project, primary, recovery, dialect: lab.dialect };
  }

  /**
   * An attempt at an activity; a new environment for each, as Temporal would.
   *
   * @param aboutToSend where a promotion records that it is; test/crashes has the record in Temporal.
   */
  attempt(
    info: EnvironmentInfo = {},
    client = this.client,
    aboutToSend: () => Promise<void> = async () => {},
  ): Attempt {
    const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
    environment.on('heartbeat', (progress: WatchProgress) => {
      this.heartbeats.push(structuredClone(progress));
    });
    const activities = createActivities({
      databases: new Databases(),
      evidence: undefined,
      aiven: client,
      guard: ANYBODY,
      promotionRecord: async () => ({ aboutToSend, end: () => {} }),
      policy: { approvalRequired: false, fourEyes: true, confirmTarget: false },
    });
    const bound = (name: keyof SwitchbackActivities) => (input: never) =>
      environment.run(activities[name] as (input: never) => Promise<unknown>, input);
    return {
      cancel: () => environment.cancel('CANCELLED'),
      discover: bound('discover'),
      preflight: bound('preflight'),
      promote: bound('promote'),
      watchPair: bound('watchPair'),
      verify: bound('verify'),
    } as Attempt;
  }

  /** Critical facts as a run has checked them; what is read for that does not count as a request of an attempt. */
  async checked(): Promise<Record<string, string>> {
    const session = new ApiSession(this.client, new AbortController().signal);
    const facts = await session.askPair(this.pair);
    this.#checks += session.requests.reads;
    return criticalFacts(facts);
  }

  get requests(): RequestEntry[] {
    return this.labPair.requests().slice(this.#checks);
  }

  get writes(): RequestEntry[] {
    return this.requests.filter(({ effect }) => effect !== undefined);
  }

  /** Reads of the primary itself: one for each look at the pair. */
  get looks(): RequestEntry[] {
    return this.requests.filter(
      ({ method, path }) => method === 'GET' && path.endsWith(`/${this.pair.primary}`),
    );
  }

  /** Matches reads of the primary itself, once so many have passed. */
  look(after: number) {
    return { method: 'GET', path: `/service\\/${this.pair.primary}$/`, after };
  }
}

export interface Attempt extends SwitchbackActivities {
  cancel(): void;
}

/** A lab for the tests of a `describe` block, and scenes that all play at once, since each one mostly waits. */
export function useLab(options: Parameters<typeof startLab>[0]) {
  const starts: ((lab: Lab, client: AivenClient) => void)[] = [];
  let lab: Lab;
  let client: AivenClient;

  beforeAll(async () => {
    lab = await startLab({
      backing: 'memory',
      transitionMs: 300,
      pairs: starts.length,
      // A scene has its faults by its own services.
      serviceList: false,
      ...options,
    });
    client = new AivenClient({ baseUrl: lab.baseUrl, token: lab.token, requestTimeoutMs: 10_000 });
    for (const start of starts) start(lab, client);
  });
  afterAll(async () => {
    await lab.close();
    await client.close();
  });

  return <T>(play: (scenario: Scene) => Promise<T>): (() => Promise<T>) => {
    let played: Promise<T> | undefined;
    const index = starts.length;
    starts.push((open, withClient) => {
      const labPair = open.pairs[index];
      if (labPair === undefined) throw new Error('too few pairs');
      played = play(new Scene(open, labPair, withClient));
      played.catch(() => undefined);
    });
    return async () => {
      if (played === undefined) throw new Error('the scene was not played');
      return played;
    };
  };
}
