import { activityInfo, getClient } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { FailoverTerms } from '../aiven';
import type { WorkerPolicy } from '../contract/activities';
import { parseInput } from '../contract/input';
import type { Pair, Side } from '../contract/observation';
import { LOCK_WORKFLOW_TYPE, lockIdOf } from '../contract/pair-lock';
import { type Move, moves, movesOf, procedureOf, procedureTypes } from '../contract/procedure';
import type { Approval } from '../contract/report';
import type { HistoryFact } from '../evidence';
import { factsOf, readHistory } from '../evidence';
import { approvalThatCounts, type CheckedState, consentNeeded, missingConsent } from '../rules/consent';
import { runningWorkflow } from './running-workflow';

/**
 * Whether an approval counts, asked right before the write; answers why not. A place for signed approvals: Temporal
 * knows what was sent, not who sent it.
 */
export type VerifyApproval = (approval: Approval) => Promise<string | undefined>;

/** What a write needs beyond a good reading of both services. */
export interface Guard {
  /** Throws unless a running workflow of one of these types scheduled the activity. An input can claim anything. */
  requireRun(workflowTypes: readonly string[]): Promise<void>;
  /**
   * As {@link requireRun} for a procedure; answers why its run must not write to this pair.
   *
   * @param move what the input says the run does; the type of the workflow must say so, too.
   */
  refusalOfPair(pair: Pair, move: Move): Promise<string | undefined>;
  /** What the worker's policy demands of this write and the run has not got; asks Temporal before, and judges after the facts are read. */
  consentFor(write: ConsentAsked): Promise<(facts: Record<string, string>) => Promise<Consent>>;
}

/** What a run has got for its write. */
export interface Consent {
  /** Why it may not write. */
  lacking?: string;
  /** Who wants and who approves a failover; given for one alone. */
  failover?: Omit<FailoverTerms, 'project' | 'service'>;
}

/** What a write is, as far as its consent goes. */
export interface ConsentAsked {
  move: Move;
  isUndo: boolean;
  rehearse: boolean;
}

/** Asks Temporal, which alone knows who scheduled an activity and what a run was told. */
export function temporalGuard(
  policy: WorkerPolicy,
  verifyApproval?: VerifyApproval,
  allowsFailover = false,
): Guard {
  const typeOfRun = async (workflowTypes: readonly string[]): Promise<string> => {
    const { workflowExecution: run, taskQueue, activityType } = activityInfo();
    const found = run && (await runningWorkflow(run.workflowId, run.runId));
    if (found && workflowTypes.includes(found.type) && found.taskQueue === taskQueue) return found.type;
    throw ApplicationFailure.nonRetryable(
      `Nothing was done: ${activityType} works only for a running workflow of this task queue (${workflowTypes.join(', ')}). Start one instead.`,
      'NOT_SCHEDULED_BY_RUN',
    );
  };
  return {
    async requireRun(workflowTypes) {
      await typeOfRun(workflowTypes);
    },
    async refusalOfPair(pair, move) {
      const type = await typeOfRun(procedureTypes);
      if (!movesOf(type).includes(move)) return `a ${type} makes no ${move}`;
      if (move === 'failover' && !allowsFailover)
        return 'this worker allows no failover (SWITCHBACK_FAILOVER)';
      const { workflowExecution: run } = activityInfo();
      const lock = await runningWorkflow(lockIdOf(pair));
      // Only one run of a workflow id goes on at once. After a Reset the lock's parent is the run before, of the same id.
      const isHeld =
        lock?.type === LOCK_WORKFLOW_TYPE && lock.parentExecution?.workflowId === run?.workflowId;
      return isHeld
        ? undefined
        : `this run does not hold the lock of ${pair.primary} and ${pair.recovery} (any more)`;
    },
    async consentFor({ move, isUndo, rehearse }) {
      const isDemanded = policy.approvalRequired || policy.confirmTarget || move === 'failover';
      if (rehearse || (!isUndo && !isDemanded)) return async () => ({});
      const { workflowExecution: run } = activityInfo();
      const handle = getClient().workflow.getHandle(run?.workflowId ?? '', run?.runId);
      const history = await handle.fetchHistory();
      const facts = factsOf(history);
      if (isUndo) {
        const hasPromoted = facts.some((fact) => isPromotionOf(moves[move].target, fact));
        const lacking = 'this run has promoted nothing that it could undo';
        return async () => (hasPromoted ? {} : { lacking });
      }
      const parsed = parseInput(readHistory(history).input, procedureOf(activityInfo().workflowType));
      if (!parsed.ok) return async () => ({ lacking: 'the input of the run is not valid' });
      const { request } = parsed;
      const needed = consentNeeded(policy, request, run?.workflowId ?? '', move);
      const approvals = await countable(facts.flatMap(approvalIn), verifyApproval);
      const given = {
        approvals,
        checked: facts.flatMap(checkedIn),
        requestedBy: request.requestedBy,
      };
      return async (observed) => {
        const lacking = missingConsent(needed, given, observed);
        if (lacking !== undefined) return { lacking };
        const approval = approvalThatCounts(needed, given, observed);
        if (move !== 'failover' || approval === undefined) return {};
        const { requestedBy, reason, confirm = '' } = request;
        const typed = [confirm, approval.service ?? ''] as const;
        return { failover: { typed, requestedBy, approvedBy: approval.by, reason } };
      };
    },
  };
}

async function countable(
  approvals: readonly Approval[],
  verify: VerifyApproval = async () => undefined,
): Promise<Approval[]> {
  const judged = await Promise.all(
    approvals.map(async (approval) => ({ approval, fault: await verify(approval) })),
  );
  return judged.flatMap(({ approval, fault }) => (fault === undefined ? [approval] : []));
}

type Data = Record<string, unknown>;

function isPromotionOf(side: Side, { kind, data }: HistoryFact): boolean {
  const { name, input } = data as { name?: unknown; input?: Data };
  return kind === 'activity' && name === 'promote' && input?.target === side;
}

/** The answer of an update `approve` or `reject`: what the run made of it. */
function approvalIn({ kind, data }: HistoryFact): Approval[] {
  const { name, ended, result } = data as Data;
  const isWord = kind === 'update' && (name === 'approve' || name === 'reject') && ended === 'completed';
  return isWord ? [result as Approval] : [];
}

function checkedIn({ kind, data }: HistoryFact): CheckedState[] {
  const { name, ended, result } = data as Data;
  return kind === 'activity' && name === 'preflight' && ended === 'completed' ? [result as CheckedState] : [];
}
