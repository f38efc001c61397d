import { setTimeout as delay } from 'node:timers/promises';
import type { RequestEntry, Side } from '../../lab/src/lab';
import type { LiveStatus } from '../../src/client';
import { until } from '../doors/until';
import { type Ended, Scenario } from '../workflows/harness';

const PATIENCE_MS = 90_000;
/** Each query is a task for the worker, and many scenes ask at once. */
const BETWEEN_QUERIES_MS = 400;
/** The longest run of all takes half as long. */
const LONGEST_RUN_MS = 100_000;

/** A scene with the patience that many runs at once, or a dead worker, need. */
export class PatientScene extends Scenario {
  override until(what: string, wanted: (status: LiveStatus) => boolean): Promise<LiveStatus> {
    const look = async () => {
      const status = await this.status().catch(() => undefined);
      if (status !== undefined && wanted(status)) return status;
      await delay(BETWEEN_QUERIES_MS);
      return undefined;
    };
    return until(`${this.pair.primary}: ${what}`, look, PATIENCE_MS);
  }

  /** A run that does not end must not hold up the tests of all others. */
  override async end(): Promise<Ended> {
    const over = new AbortController();
    const late = delay(LONGEST_RUN_MS, undefined, { signal: over.signal }).then(async () => {
      const { phase, headline } = await this.status();
      throw new Error(`${this.pair.primary} has not ended; ${phase}: ${headline}`);
    });
    try {
      return await Promise.race([super.end(), late]);
    } finally {
      over.abort();
      late.catch(() => undefined);
    }
  }

  /** Waits until the service itself was read so often. */
  async untilRead(side: Side, times: number): Promise<void> {
    const path = `/service/${this.pair[side]}`;
    const reads = () => this.pair.requests().filter((it) => it.method === 'GET' && it.path.endsWith(path));
    await until(`read ${times} of the ${side}`, () => reads().length >= times, PATIENCE_MS);
  }

  /** Waits until a promotion of that service was sent and has had an effect. */
  async untilPromoted(side: Side): Promise<void> {
    const service = this.pair[side];
    const isIt = (it: RequestEntry) => it.service === service && it.effect === 'role-change';
    await until(`${service} is promoted`, () => this.pair.requests().some(isIt), PATIENCE_MS);
  }

  /** Has the primary stay in REBUILDING until {@link unstick}. */
  stick(): void {
    this.pair.behave({ stuck: true });
  }

  untilPolling(): Promise<LiveStatus> {
    return this.until(
      'it waits in converge',
      ({ phase, live }) => phase === 'converge' && live?.situation === 'moving',
    );
  }
}
