import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Lab, LabPair } from '../../lab/src/lab';
import type { Pair } from '../../src/contract/observation';
import {
  type ConnectionName,
  type ConnectionSettings,
  Databases,
  type PairSettings,
} from '../../src/postgres';
import { RunningClock } from '../support/running-clock';

/** The services of a pair of the lab. */
export function pairOf(lab: Lab, { primary, recovery }: LabPair): Pair {
  return { project: lab.project, primary, recovery, dialect: lab.dialect };
}

/** Access to a pair of the lab as the role that `deploy/database.sql` makes; any door may lead elsewhere. */
export function accessTo(
  lab: Lab,
  labPair: LabPair,
  {
    doors = {},
    ...settings
  }: { doors?: Partial<Record<ConnectionName, Partial<ConnectionSettings>>> } & Partial<
    Omit<PairSettings, 'doors'>
  > = {},
): Databases {
  const { serviceUri, primaryUri, recoveryUri, primary } = labPair;
  const access: PairSettings = {
    connections: {
      service: { ...doorTo(serviceUri, labPair), ...doors.service },
      primary: { ...doorTo(primaryUri, labPair), ...doors.primary },
      recovery: { ...doorTo(recoveryUri, labPair), ...doors.recovery },
    },
    resolvers: labPair.resolvers.length > 0 ? labPair.resolvers.map(({ address }) => address) : ['system'],
    probe: { rate: 20, retentionMs: 3_600_000 },
    ...settings,
  };
  return new Databases({ [`${lab.project}/${primary}`]: access });
}

export function doorTo(uri: string | undefined, { probe }: LabPair): ConnectionSettings {
  const { hostname, port, pathname } = new URL(uri ?? '');
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: probe?.user ?? '',
    password: async () => probe?.password ?? '',
  };
}

/** One attempt at a heartbeating activity, and what it said while it ran. */
export class Attempt<T> {
  readonly result: Promise<T>;
  readonly heartbeats: (T | undefined)[] = [];
  readonly beatAt: number[] = [];
  readonly startedAt = performance.now();
  readonly #clock = new RunningClock();
  readonly #begun = this.#clock.now();
  readonly #environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

  constructor(activity: () => Promise<T>) {
    this.#environment.on('heartbeat', (details: T | undefined) => {
      this.heartbeats.push(details === undefined ? undefined : structuredClone(details));
      this.beatAt.push(this.#clock.now());
    });
    this.result = this.#environment.run(activity) as Promise<T>;
    const over = () => this.#clock.stop();
    this.result.then(over, over);
  }

  cancel(): void {
    this.#environment.cancel('CANCELLED');
  }

  /** The next heartbeat of that kind; fails when the activity ends without one. */
  async said(wanted: (details: T) => boolean): Promise<T> {
    let look: ((details: T | undefined) => void) | undefined;
    const heard = new Promise<T>((resolve) => {
      look = (details) => details !== undefined && wanted(details) && resolve(details);
      this.#environment.on('heartbeat', look);
    });
    const ended = this.result.then((result) => {
      throw new Error(`it ended before it said so: ${JSON.stringify(result)}`);
    });
    try {
      return await Promise.race([heard, ended]);
    } finally {
      if (look !== undefined) this.#environment.off('heartbeat', look);
    }
  }

  /** The longest time without a heartbeat so far, milliseconds; what the process itself stood still is left out. */
  get longestSilenceMs(): number {
    const times = [this.#begun, ...this.beatAt, this.#clock.now()];
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  }
}
