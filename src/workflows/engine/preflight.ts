import type { Preflight } from '../../contract/activities';
import { lockIdOf } from '../../contract/pair-lock';
import { moves } from '../../contract/procedure';
import { read } from './activity-proxies';
import { blocked } from './blocked';
import { catchUp } from './catch-up';
import { pendingAcknowledgements } from './findings';
import type { Run } from './run';

/** Checks that are older than this, beside the settle window, are no ground for a write. */
const FRESH_MS = 15_000;

/** Reads every precondition afresh; ends the run when one stands against it. */
export async function preflight(run: Run): Promise<Preflight> {
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
  if (found.verdict === 'blocked') throw blocked(run);
  return found;
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
