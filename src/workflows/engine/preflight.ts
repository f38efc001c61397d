import type { Preflight } from '../../contract/activities';
import { lockIdOf } from '../../contract/pair-lock';
import { moves } from '../../contract/procedure';
import { isChangingTo } from '../../rules/moves';
import { read } from './activity-proxies';
import { blocked } from './blocked';
import { catchUp } from './catch-up';
import { hardFindings, pendingAcknowledgements } from './findings';
import { waitForOthers } from './hold';
import type { Run } from './run';

/** Checks that are older than this, beside the settle window, are no ground for a write. */
const FRESH_MS = 15_000;

/** Role changes of others that a run waits for, one after the other. */
const MOST_OTHER_CHANGES = 3;
/** What a role change that is under way stands against. */
const OF_A_CHANGE: readonly string[] = [
  'switchover-completed',
  'primary-active',
  'both-settled',
  'one-master',
];

/**
 * Reads every precondition afresh; ends the run when one stands against it. A role change that leads away is waited for first.
 *
 * @param waits how often that has been done.
 */
export async function preflight(run: Run, waits = 0): Promise<Preflight> {
  const { record, request } = run;
  const pair = record.requirePair;
  record.enter('preflight', 'Checking the preconditions.');
  const { recovery, convergeTimeoutMs, mode } = request;
  const found = await read(`check ${pair.primary} and ${pair.recovery}`).preflight({
    pair,
    ...(record.moveName === 'switchback' ? {} : { move: record.moveName }),
    confirmed: recovery !== undefined,
    budgetMs: convergeTimeoutMs,
    ...(mode === 'plan' ? {} : { lock: lockIdOf(pair) }),
    ...(passesFreeze(run) ? { passesFreeze: true } : {}),
    ...(request.drill ? { drill: true } : {}),
  });
  record.recordPreflight(found);
  if (found.verdict !== 'blocked') return found;
  if (waits < MOST_OTHER_CHANGES && isLeaving(run) && (await waitForOthers(run)))
    return preflight(run, waits + 1);
  throw blocked(run);
}

/** Somebody is moving the pair away, and nothing else stands against this run. */
function isLeaving({ record, request }: Run): boolean {
  const { move, origin, situation, observed } = record;
  if (request.mode === 'plan' || move.write !== 'promote' || situation !== 'moving') return false;
  return (
    observed !== undefined &&
    isChangingTo(origin, observed) &&
    hardFindings(record).every(({ id }) => OF_A_CHANGE.includes(id))
  );
}

/** A rehearsal writes nothing; and what this very run has switched over is not left away from home by a calendar. */
function passesFreeze({ request, record }: Run): boolean {
  const [last] = record.legs.slice(-1);
  return request.mode === 'rehearse' || (last !== undefined && moves[last.move].write === 'promote');
}

/**
 * Waits for the replication. After a long wait the checks are old, so that they are made again; nobody is asked a second
 * time.
 */
export async function caughtUp(run: Run, checked: Preflight): Promise<Preflight> {
  const { record, request } = run;
  const startedAt = Date.now();
  await catchUp(run);
  if (Date.now() - startedAt < request.settleWindowMs + FRESH_MS) return checked;
  const again = await preflight(run);
  if (pendingAcknowledgements(record).length === 0) return again;
  const found = pendingAcknowledgements(record).join(', ');
  throw record.failure(
    'DRIFTED',
    'aborted',
    `${record.nothingWritten}: while the replication caught up, these checks turned against it: ${found}.`,
  );
}
