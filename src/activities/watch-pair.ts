import { activityInfo, heartbeat } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { WatchInput, WatchProgress, WatchResult } from '../contract/activities';
import { describePair, otherSide, type Side, type Situation } from '../contract/observation';
import { ApiSession, type PairReading } from '../observe/api-session';
import type { Round, Rounds } from '../observe/rounds';
import { type ServiceLists, tellsRole } from '../observe/service-lists';
import { CatchUpPace } from '../rules/catch-up-pace';
import { mayPromote } from '../rules/moves';
import { isConfirmed, pauseBeforeNextRead, spanNeeded } from '../rules/polling';
import { now } from '../util/now';
import { sleep } from '../util/sleep';
import { withHeartbeat } from './with-heartbeat';

/** A read that failed for a passing reason (network, 429, 5xx) becomes an alarm only when it lasts this long. */
const UNREADABLE_TOLERANCE_MS = 15_000;

/** So often a list may tell what the services themselves deny, as when a pair moves between the two reads. */
const LIST_IS_WRONG = 3;
/** However well the list does, the services themselves are looked at so often: the list might be an old one. */
const OWN_LOOK_EVERY_MS = 5 * 60_000;

/**
 * Reads both services again and again, heartbeating, until the goal is confirmed, the situation is another than
 * the workflow knows of, or the pair has stood still for the quiet window. It adds nothing to the history while
 * it waits. When the worker is told to stop, the attempt ends at once and the next worker goes on. Good reads are counted
 * afresh by every attempt: only what this process saw in a row counts.
 *
 * While it looks at several pairs of a project, one list of services answers for all of them. What it ends by it has read
 * from the services themselves.
 */
export async function watchPair(
  client: AivenClient,
  input: WatchInput,
  stopping: AbortSignal,
  { rounds, lists }: SharedLooks,
): Promise<WatchResult> {
  const before = activityInfo().heartbeatDetails as WatchProgress | undefined;
  const progress = before ?? nothingReadYet(input.known);
  return withHeartbeat(
    () => progress,
    stopping,
    (signal) =>
      rounds.join(input.pair.project, (round) =>
        watchUntilEnd(client, input, progress, signal, { round, lists }),
      ),
  );
}

/** What the watches of one worker have in common. */
export interface SharedLooks {
  rounds: Rounds;
  lists: ServiceLists;
}

async function watchUntilEnd(
  client: AivenClient,
  input: WatchInput,
  progress: WatchProgress,
  signal: AbortSignal,
  { round, lists }: { round: Round; lists: ServiceLists },
): Promise<WatchResult> {
  const session = new ApiSession(client, signal, progress.requests, { priority: 'poll' });
  const elapsed = monotonic();
  const goodReads = new Streak();
  const sameReads = new Streak();
  const unread = new Streak();
  const pace = new CatchUpPace();
  const still = new Streak();
  let moved = input.moved;
  let mustBeAlone = false;
  let toldByList: Situation | undefined;
  let contradictions = 0;
  let sinceOwnLook = monotonic();

  const endOf = (elapsedMs: number, reading: PairReading): WatchResult['ended'] | undefined => {
    const { situation } = reading;
    if (isConfirmed(goodReads.length, goodReads.spanMs, input.settleWindowMs, moved)) return 'reached';
    const tolerated = unread.length > 0 && unread.spanMs < UNREADABLE_TOLERANCE_MS;
    const isKnown =
      situation === input.known && mayReturn(input.origin ?? 'recovery', reading) === input.mayReturn;
    const isHeld = elapsedMs < (input.holdMs ?? 0) && (input.held?.includes(situation) ?? true);
    if (!isKnown && situation !== input.goal && !tolerated && !isHeld) return 'changed';
    const { stallWindowMs, quietWindowMs } = input;
    if (isKnown && stallWindowMs !== undefined && still.spanMs >= stallWindowMs) return 'stalled';
    const isQuiet = quietWindowMs !== undefined && sameReads.spanMs >= quietWindowMs;
    return situation === input.known && isQuiet ? 'quiet' : undefined;
  };

  for (;;) {
    const mayShare = contradictions < LIST_IS_WRONG && sinceOwnLook() < OWN_LOOK_EVERY_MS;
    const isTogether = round.isShared && lists.isOfUse(input.pair.project);
    const isShared = isTogether && mayShare && !mustBeAlone;
    const reading = await session.readPair(input.pair, isShared ? { lists, isEnough: tellsRole } : undefined);
    const { situation, observed } = reading;
    if (!isShared) sinceOwnLook = monotonic();
    if (toldByList !== undefined && toldByList !== situation) contradictions += 1;
    toldByList = undefined;
    moved ||= situation === 'moving';
    goodReads.next(situation === input.goal && !isOld(reading, input));
    sameReads.next(situation !== 'unreadable', fingerprint(reading));
    still.next(situation === 'moving', fingerprint(reading));
    unread.next(situation === 'unreadable' && session.worthRetrying);
    Object.assign(progress, {
      situation,
      observed: `${describePair(observed)}${pace.describe(observed, performance.now())}`,
      at: now(),
      goodReads: goodReads.length,
      requests: { ...session.requests },
    } satisfies WatchProgress);
    heartbeat(progress);

    const ended = endOf(elapsed(), reading);
    // That a pair is on its way now is news, and nothing is done because of it.
    const isHarmless = ended === 'changed' && situation === 'moving' && input.known !== 'moving';
    if (ended !== undefined && (!isShared || isHarmless))
      return { ended, ...reading, requests: session.requests };
    mustBeAlone = ended !== undefined;
    if (mustBeAlone) {
      toldByList = situation;
      await sleep(session.retryAfterMs ?? 0, signal);
      continue;
    }
    const pause = pauseBeforeNextRead(
      elapsed(),
      goodReads.length,
      spanNeeded(input.settleWindowMs, moved),
      Math.random(),
    );
    const leastMs = session.retryAfterMs ?? 0;
    if (isTogether) await round.pause(pause, leastMs, signal);
    else await sleep(Math.max(pause, leastMs), signal);
  }
}

function nothingReadYet(situation: Situation): WatchProgress {
  const at = now();
  return { situation, observed: 'nothing yet', at, goodReads: 0, requests: { reads: 0, writes: 0 } };
}

/** Of windows only what passed for certain counts, so that a clock that is set ends none. */
function monotonic(): () => number {
  const startedAt = performance.now();
  return () => performance.now() - startedAt;
}

/** Whether the undo of the procedure is allowed for what was read. */
function mayReturn(origin: Side | 'none', { situation, observed }: PairReading): boolean {
  if (origin === 'none') return false;
  return mayPromote(origin, situation, observed, otherSide(origin));
}

/** The goal without a change since before the write: a reply that somebody kept. */
function isOld({ observed }: PairReading, { goal, updatedBefore }: WatchInput): boolean {
  // The side that the write went to.
  const side = goal === 'recovery-active' ? 'recovery' : 'primary';
  const now = observed[side];
  if (updatedBefore === undefined || !now.readable) return false;
  return Date.parse(now.updatedAt) <= Date.parse(updatedBefore[side]);
}

/** Anything that would be different if a write had had an effect. */
function fingerprint({ situation, observed: { primary, recovery } }: PairReading): string {
  const parts = [primary, recovery].map((s) => (s.readable ? `${s.summary} ${s.updatedAt}` : s.why));
  return [situation, ...parts].join('|');
}

/** Reads in a row that were good (and, where a key is given, all alike), and how long they span. */
class Streak {
  length = 0;
  #key = '';
  #firstAt = 0;
  #lastAt = 0;

  next(good: boolean, key = ''): void {
    const at = performance.now();
    if (!good || key !== this.#key) this.length = 0;
    this.#key = key;
    if (!good) return;
    if (this.length === 0) this.#firstAt = at;
    this.length += 1;
    this.#lastAt = at;
  }

  get spanMs(): number {
    return this.length === 0 ? 0 : this.#lastAt - this.#firstAt;
  }
}
