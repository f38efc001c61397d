import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities } from '../../src/activities';
import { AivenClient } from '../../src/aiven';
import type { SwitchbackActivities, WatchProgress } from '../../src/contract/activities';
import type { Pair } from '../../src/contract/observation';
import { type Dialect, type Lab, type LabPair, type RequestEntry, startLab } from '../../src/lab/lab';
import { Databases } from '../../src/postgres';

export const DIALECTS: Dialect[] = ['role', 'promote-to-master'];

type EnvironmentInfo = ConstructorParameters<typeof MockActivityEnvironment>[0];

/** One pair of the lab and the activities against it. */
export class Scene {
  readonly heartbeats: WatchProgress[] = [];
  readonly pair: Pair;

  constructor(
    readonly lab: Lab,
    readonly labPair: LabPair,
    private readonly client: AivenClient,
  ) {
    const { primary, recovery } = labPair;
    this.pair = { project: lab.project, primary, recovery, dialect: lab.dialect };
  }

  /** An attempt at an activity; a new environment for each, as Temporal would. */
  attempt(info: EnvironmentInfo = {}, client = this.client): Attempt {
    const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
    environment.on('heartbeat', (progress: WatchProgress) => {
      this.heartbeats.push(structuredClone(progress));
    });
    const activities = createActivities({
      databases: new Databases(),
      evidence: undefined,
      aiven: client,
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

  get requests(): RequestEntry[] {
    return this.labPair.requests();
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
    lab = await startLab({ backing: 'memory', transitionMs: 300, pairs: starts.length, ...options });
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
