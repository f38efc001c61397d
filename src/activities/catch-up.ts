import { setTimeout } from 'node:timers/promises';
import { activityInfo, heartbeat } from '@temporalio/activity';
import type { CatchUpInput, CatchUpProgress, CatchUpResult } from '../contract/activities';
import { describeLag, isWithin, type LagSample } from '../contract/lag';
import { otherSide } from '../contract/observation';
import { type Databases, hasProbeRow, measureLag, type PairDatabase, type Session } from '../postgres';
import { lagOf } from '../rules/lag';
import { now } from '../util/now';
import { withHeartbeat } from './with-heartbeat';

const LOOK_MS = 1_000;
/** More would say nothing more about the trend. */
const LOOKS_KEPT = 60;
/** A probe that writes at all has its first row within this; no run waits for one that does not. */
const FIRST_ROW_MS = 5_000;
const FIRST_ROW_LOOK_MS = 100;

/**
 * Looks at the replication lag every second until it stayed within the limit for the settle window, and the write probe
 * has its first row: what it did not see working before the write, it cannot measure. Or returns with what it has when
 * it is time to report. A side that cannot be asked is a lag that is not known, never a small one.
 */
export async function catchUp(
  databases: Databases,
  input: CatchUpInput,
  stopping: AbortSignal,
): Promise<CatchUpResult> {
  const before = activityInfo().heartbeatDetails as CatchUpProgress | undefined;
  const progress: CatchUpProgress = before ?? {
    at: now(),
    observed: 'nothing yet',
    looks: [],
  };
  return withHeartbeat(
    () => progress,
    stopping,
    (signal) => lookUntilWithin(databases.of(input.pair), input, progress, signal),
  );
}

async function lookUntilWithin(
  database: PairDatabase | undefined,
  { active, limit, settleWindowMs, reportAfterMs, probing = false }: CatchUpInput,
  progress: CatchUpProgress,
  signal: AbortSignal,
): Promise<CatchUpResult> {
  const sides = database && new BothSides(database, active, signal);
  const startedAt = performance.now();
  let withinSince: number | undefined;
  try {
    for (;;) {
      // Not said at once: the run would ask again at once, and fill its history.
      const look = sides === undefined ? notConfigured() : await sides.look();
      signal.throwIfAborted();
      progress.looks = [...progress.looks, look].slice(-LOOKS_KEPT);
      const lag = lagOf(progress.looks);
      Object.assign(progress, { at: lag.at, observed: describeLag(lag) });
      heartbeat(progress);
      const now = performance.now();
      withinSince = isWithin(lag, limit) ? (withinSince ?? now) : undefined;
      if (withinSince !== undefined && now - withinSince >= settleWindowMs) {
        if (probing) await sides?.firstRow(activityInfo().workflowExecution?.runId ?? '');
        return { within: true, lag };
      }
      // Neither while it settles, which is soon over.
      if (withinSince === undefined && now - startedAt >= reportAfterMs) return { within: false, lag };
      await setTimeout(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } finally {
    await sides?.end();
  }
}

function notConfigured(): LagSample {
  return { at: now(), problem: 'this worker has no database access to the pair' };
}

/** Sessions with both sides that are kept from look to look, and opened again when one is lost. */
class BothSides {
  readonly #sessions: { active?: Session; passive?: Session } = {};

  constructor(
    private readonly database: PairDatabase,
    private readonly active: 'primary' | 'recovery',
    private readonly signal: AbortSignal,
  ) {}

  async look(): Promise<LagSample> {
    const passive = otherSide(this.active);
    const refused = await Promise.all([this.#open('active', this.active), this.#open('passive', passive)]);
    const look = await measureLag(this.#sessions.active, this.#sessions.passive);
    const problems = [
      ...refused.flatMap((one) => one ?? []),
      ...(look.problem === undefined ? [] : [look.problem]),
    ];
    if (problems.length === 0) return look;
    await this.end();
    return { ...look, problem: problems.join('; ') };
  }

  /** Waits for the first row of the write probe, for a while. Never fails but by being stopped: the probe says why. */
  async firstRow(runId: string): Promise<void> {
    const { active } = this.#sessions;
    for (const limit = performance.now() + FIRST_ROW_MS; performance.now() < limit; ) {
      const isThere = await (active && hasProbeRow(active, runId).catch(() => true));
      this.signal.throwIfAborted();
      if (isThere !== false) return;
      await setTimeout(FIRST_ROW_LOOK_MS, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }

  async end(): Promise<void> {
    const open = Object.values(this.#sessions);
    delete this.#sessions.active;
    delete this.#sessions.passive;
    await Promise.all(open.map((session) => session.end()));
  }

  /** Why it could not be opened, where it could not. */
  async #open(as: 'active' | 'passive', side: 'primary' | 'recovery'): Promise<string | undefined> {
    if (this.#sessions[as] !== undefined) return undefined;
    try {
      this.#sessions[as] = await this.database.open(side, { signal: this.signal });
      return undefined;
    } catch (error) {
      return `${side}: ${(error as Error).message}`;
    }
  }
}
