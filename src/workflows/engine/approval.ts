import { condition, patched, workflowInfo } from '@temporalio/workflow';
import type { Preflight } from '../../contract/activities';
import { stops, withAcknowledgements } from '../../contract/checks';
import { consentNeeded } from '../../rules/consent';
import { driftBetween } from '../../rules/critical';
import { Deadline } from './deadline';
import { pendingAcknowledgements } from './findings';
import type { Run } from './run';
import { rejected } from './stopping';

/**
 * Waits until every soft finding is acknowledged and, where it is required, a person has approved the plan. What was
 * approved must still be true then: the preconditions are read again, and when a critical fact has moved the approval
 * is void, the run says what moved, and asks again.
 *
 * @param checkAgain reads and judges the preconditions afresh; throws when one stands against the run.
 */
export async function approve(
  run: Run,
  first: Preflight,
  checkAgain: () => Promise<Preflight>,
): Promise<Preflight> {
  const { request, record, policy } = run;
  const { operators } = record;
  const { approval, fourEyes, confirmation } = consentNeeded(
    policy,
    request,
    workflowInfo().workflowId,
    record.moveName,
  );
  const required = approval || confirmation;
  for (const one of request.acknowledge) record.acknowledge(one);
  if (first.verdict === 'go') record.recordPlan(first, required);

  // Nothing will be written, or nobody is asked to let it be.
  if (first.verdict !== 'go' || request.mode === 'plan') return first;
  if (fourEyes && request.requestedBy.trim() === '') throw nobodyAsked(run);
  let current = first;
  const settled = () =>
    pendingAcknowledgements(record).length === 0 && (!required || operators.approval !== undefined);
  if (pendingAcknowledgements(record).length === 0 && !required) return first;

  const window = new Deadline(request.approvalWindowMs, 'time to approve or acknowledge');
  try {
    for (;;) {
      if (required) operators.openGate(fourEyes);
      const isOver = () => settled() || operators.approval?.verdict === 'rejected' || window.passed;
      do {
        const waitsNow = waitsFor(run, required);
        record.enter('approval', headlineOf(run, required));
        record.waitFor({
          for: waitsNow,
          wanted: fourEyes
            ? `an approval by a second person, not ${request.requestedBy} (names are not verified), and every soft finding acknowledged`
            : 'every soft finding acknowledged, and an approval where one is required',
          until: window.at,
        });
        // What was said so far is no longer asked for.
        await condition(() => isOver() || waitsFor(run, required) !== waitsNow);
      } while (!isOver());
      operators.closeGate();
      if (operators.approval?.verdict === 'rejected') {
        throw rejected(record, operators.approval);
      }
      if (!settled()) {
        throw record.failure(
          'APPROVAL_EXPIRED',
          'aborted',
          `${run.record.nothingWritten}: ${headlineOf(run, required)}`,
        );
      }
      const again = await checkAgain();
      const moved = [...driftBetween(current.critical, again.critical), ...newFindings(run, current, again)];
      current = again;
      record.recordPlan(again, required);
      if (moved.length === 0) return again;
      record.operators.voidApproval(moved);
      if (again.verdict !== 'go') return again;
    }
  } finally {
    operators.closeGate();
    window.cancel();
  }
}

/**
 * The start form of Temporal's UI can offer the input of an earlier run: a target that was given only once may be
 * another one than was meant. Somebody has to look at it, be it the same person.
 */
function needsConfirmation({ request, policy, record }: Run): boolean {
  return consentNeeded(policy, request, workflowInfo().workflowId, record.moveName).confirmation;
}

/** Without the name of who asked, nobody could be told to be somebody else. */
function nobodyAsked({ record }: Run): Error {
  return record.failure(
    'INVALID_INPUT',
    'invalid-input',
    `${record.nothingWritten}: a second person must approve the run, and the input does not say who asked for it.`,
    'Start again with "requestedBy" in the input.',
  );
}

/** What stops the run now and did not before: the fingerprint that was approved did not speak of it. */
function newFindings({ record }: Run, before: Preflight, now: Preflight): string[] {
  const known = before.checks.filter(stops).map(({ id }) => id);
  const found = now.checks.filter((check) => stops(check) && !known.includes(check.id));
  const open = withAcknowledgements(found, record.operators.acknowledgements).filter(stops);
  // What somebody answers for already is no news. Runs that are under way took it for some.
  const news = open.length === found.length || patched('acknowledged-is-no-news') ? open : found;
  return news.map(({ id, observed }) => `${id}: ${observed}`);
}

function waitsFor(run: Run, required: boolean): string {
  const { record } = run;
  const updates = [
    ...(pendingAcknowledgements(record).length > 0
      ? [`the update acknowledge for ${pendingAcknowledgements(record).join(', ')}`]
      : []),
    ...(required && record.operators.approval === undefined
      ? [
          `the update approve for the plan ${record.plan?.fingerprint}${atStake(record)}${needsConfirmation(run) ? ` (the target was given only once: is it ${record.requirePair.primary} that you mean?)` : ''}`,
        ]
      : []),
  ];
  return updates.join(', and ');
}

/** What a person answers for who approves a failover. */
function atStake({ plan }: Run['record']): string {
  if (plan?.destroys === undefined) return '';
  return ` with "service":"${plan.destroys}" typed out (it DESTROYS ${plan.destroys}; lost with it: ${plan.loss})`;
}

function headlineOf(run: Run, required: boolean): string {
  return `A person is needed before anything is written: ${waitsFor(run, required)}.`;
}
