import { ActivityFailure, type ActivityOptions, condition, isCancellation } from '@temporalio/workflow';
import { otherSide, type Side } from '../../contract/observation';
import type { Decision } from '../../contract/report';
import { isUntouched } from '../../rules/critical';
import { compensationFor } from '../../rules/moves';
import { now } from '../../util/now';
import { rootMessage } from '../../util/root-cause';
import { read } from './activity-proxies';
import { Deadline } from './deadline';
import { POLICY } from './operators';
import { isProven } from './proof';
import type { Run } from './run';
import type { RunRecord } from './run-record';
import { stopped } from './stopping';
import { recordWatch, startWatch } from './watch';
import { promote } from './write';

/**
 * Waits until the pair has settled on one side, asking a person when it does not.
 *
 * @param first the side to wait for: the target, or in a rehearsal the one that is active and stays so.
 * @returns the side that is active and verified, or that a person accepted the present state.
 */
export async function converge(run: Run, first: Side): Promise<Side | 'accepted'> {
  let goal = first;
  let mayTakeTime = true;
  for (;;) {
    const settled: boolean = mayTakeTime && (await settles(run, goal));
    const decision = settled ? 'settled' : await decide(run, goal);
    switch (decision) {
      case 'settled':
        run.record.clearRunAlarms();
        return goal;
      case 'accept':
        return 'accepted';
      case 'wait':
        mayTakeTime = true;
        break;
      case 'return-to-recovery':
      case 'return-to-primary':
        mayTakeTime = await undoMove(run);
        if (mayTakeTime && goal !== run.record.origin) {
          goal = run.record.origin;
          run.record.measured.resetProof();
        }
    }
  }
}

/** True when the goal is confirmed; false when the deadline passed or a person wants something else. */
async function settles(run: Run, goal: Side): Promise<boolean> {
  const { record } = run;
  const deadline = new Deadline(limitOf(run), 'deadline for both services to settle');
  if (record.phase !== record.move.undo?.action) {
    const { primary, recovery } = record.requirePair;
    const waitsFor = {
      promote: `${record.requirePair[goal]} to be active and settled`,
      fail: `${recovery} to be active and settled, and ${primary} to have failed`,
      rebuild: `${primary} to be rebuilt from ${recovery}`,
    };
    record.enter('converge', `Waiting for ${waitsFor[record.move.write]}.`);
  }
  record.waitFor({
    for: 'both services to settle',
    wanted: wantedFor(record, goal),
    until: deadline.at,
  });
  try {
    return await reaches(run, goal, () => deadline.passed || record.operators.decision !== undefined);
  } finally {
    deadline.cancel();
  }
}

/** How long both services may take. */
export function limitOf({ request, record }: Run): number {
  const isRebuild = record.move.write === 'rebuild';
  return isRebuild ? (request.rebuildTimeoutMs ?? request.convergeTimeoutMs) : request.convergeTimeoutMs;
}

/** Watches until the goal is confirmed (true) or `interrupted` says to stop (false). */
async function reaches(run: Run, goal: Side, interrupted: () => boolean): Promise<boolean> {
  const isAbandoned = () => run.record.operators.stopRequested && !run.record.mayHaveWritten;
  for (;;) {
    const watch = startWatch(run, goal);
    await condition(() => watch.ended || isAbandoned() || interrupted());
    watch.stop();
    if (isAbandoned()) throw stopped(run);
    recordWatch(run, watch);
    const ends = () => isAbandoned() || interrupted();
    if (watch.result?.ended === 'reached' && (await verify(run, goal, ends))) return true;
    if (interrupted()) return false;
  }
}

/** When all seems over: PostgreSQL is asked, and both services once more. False sends the run back to where it waited. */
async function verify(run: Run, goal: Side, interrupted: () => boolean): Promise<boolean> {
  const { record } = run;
  // A run that has asked what to do about a proof that fails goes on asking while the next one is attempted.
  const asks = record.phase === 'needs-operator' && record.measured.isUnproven;
  const back = asks ? () => {} : record.bookmark();
  if (!asks) record.enter('verify', verifyHeadline(record));
  if ((await isProven(run, goal, interrupted)) && (await isStillActive(run, goal))) return true;
  back();
  return false;
}

function verifyHeadline({ measured }: RunRecord): string {
  const whom = measured.database === undefined ? '' : 'Asking PostgreSQL itself, and ';
  return `${whom}${whom === '' ? 'Reading' : 'reading'} both services once more.`;
}

/** Reads both services once more: whether a side that was active and settled still is. */
export async function isStillActive({ record }: Run, side: Side): Promise<boolean> {
  await lookAgain(record);
  return record.situation === record.goalOf(side);
}

/** A watch keeps to itself what it sees of the goal until that is confirmed: before an end, ask afresh. */
async function lookAgain(record: RunRecord, limit?: ActivityOptions): Promise<void> {
  const pair = record.requirePair;
  const seen = await read(`verify ${pair.primary} and ${pair.recovery}`, limit).verify(pair);
  record.count(seen);
  record.measured.settingsAfter = seen.settings;
  record.recordObservation(seen.situation, seen.observed);
}

/** A person ends the run: what is true now is worth a minute, and must not hold up the end. */
async function lastLook(record: RunRecord): Promise<void> {
  try {
    await lookAgain(record, { scheduleToCloseTimeout: '1m' });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    record.note(`the last look was in vain: ${rootMessage(error)}`);
  }
}

/** Asks, while it goes on watching; after the decision window the policy acts where the table allows it. */
async function decide(run: Run, goal: Side): Promise<Exclude<Decision['action'], 'give-up'> | 'settled'> {
  const { request, record } = run;
  const wanted = wantedFor(record, goal);
  const decided = () => record.operators.decision !== undefined;
  if (!decided()) {
    const problem = `the pair did not settle in time: ${doubtOf(record)}`;
    record.enter('needs-operator', 'A person must decide: the pair did not settle in time.');
    record.alarm('deadline', problem);
    const window = new Deadline(request.decisionWindowMs, 'time for a person to decide');
    record.waitFor({
      for:
        request.onTimeout === 'hold'
          ? 'the update decide (policy: hold)'
          : `the update decide, or else the policy ${request.onTimeout}`,
      wanted,
      until: window.at,
    });
    const settled = await reaches(run, goal, () => window.passed || decided());
    window.cancel();
    if (settled) return 'settled';
    if (!decided()) await lookAgain(record);
    if (!decided() && mayBeOnItsWay(run, goal) && !(await standsStill(run, goal))) {
      if (!decided()) return 'wait';
    }
    if (!decided()) applyPolicy(run, goal);
  }
  while (!decided()) {
    record.waitFor({ for: 'the update decide', wanted });
    if (await reaches(run, goal, decided)) return 'settled';
  }
  return actUpon(run);
}

/** The roles may be right, and PostgreSQL say otherwise. */
function doubtOf({ seen, measured }: RunRecord): string {
  const { proof } = measured;
  return proof === undefined || proof.verdict === 'proven' ? seen : `${seen}, but ${measured.doubt}`;
}

/** What looks as if the promotion had had no effect may be a switch whose roles come late. */
function mayBeOnItsWay({ record }: Run, goal: Side): boolean {
  const { target, origin, mayHaveWritten, situation } = record;
  return goal === target && mayHaveWritten && situation === `${origin}-active`;
}

async function standsStill(run: Run, goal: Side): Promise<boolean> {
  run.record.waitFor({
    for: 'proof that the promotion had no effect, or the update decide',
    wanted: 'both services unchanged for the quiet window',
  });
  const watch = startWatch(run, goal, run.request.quietWindowMs);
  await condition(() => watch.ended || run.record.operators.decision !== undefined);
  watch.stop();
  recordWatch(run, watch);
  return watch.result?.ended === 'quiet';
}

/** What was decided; a run that is given up ends here. */
async function actUpon({ record }: Run): Promise<Exclude<Decision['action'], 'give-up'>> {
  const { action } = record.operators.decision ?? {};
  // The last word of the run says what is true then. Until it is said, no other decision is taken.
  if (action === 'give-up' || action === 'accept') await lastLook(record);
  const decision = record.operators.takeDecision();
  if (decision.action === 'give-up') {
    throw record.failure('GIVEN_UP', 'given-up', `${decision.by} gave up. Now: ${record.seen}.`);
  }
  if (decision.action === 'wait') record.clearRunAlarms();
  return decision.action;
}

/**
 * Nobody decided: act where the table of compensations allows it, else leave it to a person. The policy undoes what
 * this run did and nothing else, and it tries once.
 */
function applyPolicy({ request, record }: Run, goal: Side): void {
  const { situation, observed } = record;
  if (situation === undefined || observed === undefined) return;
  if (!record.mayHaveWritten) {
    if (situation !== `${record.origin}-active` && request.mode !== 'rehearse') return;
    throw record.failure(
      'DRIFTED',
      'aborted',
      `${record.nothingWritten}, and the pair changed: ${record.seen}.`,
    );
  }
  const { undo } = record.move;
  // A failover and a rebuild have none: it is left as it is, and a person says how to go on.
  if (undo === undefined || goal === record.origin || record.operators.hasPolicyActed) return;
  const compensation = compensationFor(situation, observed, request.onTimeout, record.target);
  if (compensation === 'end-not-switched') {
    const hadNoEffect = !record.moved && isUntouched(record.plan?.facts ?? {}, observed);
    const what = hadNoEffect ? 'The promotion had no effect' : 'The pair moved, and is back where it was';
    const headline = `${what}: ${record.seen}. Applications still work against the ${record.origin} service.`;
    throw record.failure('NOT_SWITCHED', 'not-switched', headline);
  }
  if (compensation === 'undo') {
    const reason = 'no decision came in time';
    record.operators.decide({ action: undo.action, by: POLICY, reason, at: now() });
  }
}

/** The compensation. Read-before-write like the promotion; when it is not written the run asks again. */
async function undoMove(run: Run): Promise<boolean> {
  const { record } = run;
  const { undo } = record.move;
  if (undo === undefined) throw new Error('this move has no undo');
  record.enter(undo.action, `Undo: making ${record.requirePair[record.origin]} active again.`);
  return promote(run, record.origin);
}

function wantedFor(record: RunRecord, goal: Side): string {
  const pair = record.requirePair;
  if (record.goalOf(goal) === 'failed-over')
    return `${pair.recovery} active/RUNNING and ${pair.primary} failed, three reads in a row over the settle window`;
  return `${pair[goal]} active/RUNNING and ${pair[otherSide(goal)]} passive/RUNNING, three reads in a row over the settle window`;
}
