import { activityInfo, getClient } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { PromoteInput, WorkerPolicy } from '../contract/activities';
import { parseInput } from '../contract/input';
import type { Pair } from '../contract/observation';
import { LOCK_WORKFLOW_TYPE, lockIdOf } from '../contract/pair-lock';
import type { Approval } from '../contract/report';
import { WORKFLOW_TYPE } from '../contract/workflow-id';
import type { HistoryFact } from '../evidence';
import { factsOf, readHistory } from '../evidence';
import { type CheckedState, consentNeeded, missingConsent } from '../rules/consent';
import { runningWorkflow } from './running-workflow';

/**
 * Whether an approval counts, asked right before the write; answers why not. A place for signed approvals: Temporal
 * knows what was sent, not who sent it.
 */
export type VerifyApproval = (approval: Approval) => Promise<string | undefined>;

/** What a write needs beyond a good reading of both services. */
export interface Guard {
  /** Throws unless a running workflow of this type scheduled the activity. An input can claim anything. */
  requireRun(workflowType: string): Promise<void>;
  /** As {@link requireRun} for a switchback; answers why its run must not write to this pair. */
  refusalOfPair(pair: Pair): Promise<string | undefined>;
  /** What the worker's policy demands of this write and the run has not got; asks Temporal before, and judges after the facts are read. */
  consentFor(input: PromoteInput): Promise<(facts: Record<string, string>) => Promise<string | undefined>>;
}

/** Asks Temporal, which alone knows who scheduled an activity and what a run was told. */
export function temporalGuard(policy: WorkerPolicy, verifyApproval?: VerifyApproval): Guard {
  const requireRun = async (workflowType: string): Promise<void> => {
    const { workflowExecution: run, taskQueue, activityType } = activityInfo();
    const found = run && (await runningWorkflow(run.workflowId, run.runId));
    if (found?.type === workflowType && found.taskQueue === taskQueue) return;
    throw ApplicationFailure.nonRetryable(
      `Nothing was done: ${activityType} works only for a running ${workflowType} of this task queue. Start one instead.`,
      'NOT_SCHEDULED_BY_RUN',
    );
  };
  return {
    requireRun,
    async refusalOfPair(pair) {
      await requireRun(WORKFLOW_TYPE);
      const { workflowExecution: run } = activityInfo();
      const lock = await runningWorkflow(lockIdOf(pair));
      // Only one run of a workflow id goes on at once. After a Reset the lock's parent is the run before, of the same id.
      const isHeld =
        lock?.type === LOCK_WORKFLOW_TYPE && lock.parentExecution?.workflowId === run?.workflowId;
      return isHeld
        ? undefined
        : `this run does not hold the lock of ${pair.primary} and ${pair.recovery} (any more)`;
    },
    async consentFor({ target, rehearse }) {
      const isDemanded = policy.approvalRequired || policy.confirmTarget;
      if (rehearse || (target === 'primary' && !isDemanded)) return async () => undefined;
      const { workflowExecution: run } = activityInfo();
      const handle = getClient().workflow.getHandle(run?.workflowId ?? '', run?.runId);
      const history = await handle.fetchHistory();
      const facts = factsOf(history);
      if (target === 'recovery') {
        const hasPromoted = facts.some((fact) => isPromotionOfPrimary(fact));
        return async () => (hasPromoted ? undefined : 'this run has promoted nothing that it could undo');
      }
      const parsed = parseInput(readHistory(history).input);
      if (!parsed.ok) return async () => 'the input of the run is not valid';
      const needed = consentNeeded(policy, parsed.request, run?.workflowId ?? '');
      const approvals = await countable(facts.flatMap(approvalIn), verifyApproval);
      const given = {
        approvals,
        checked: facts.flatMap(checkedIn),
        requestedBy: parsed.request.requestedBy,
      };
      return async (observed) => missingConsent(needed, given, observed);
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

function isPromotionOfPrimary({ kind, data }: HistoryFact): boolean {
  const { name, input } = data as { name?: unknown; input?: Data };
  return kind === 'activity' && name === 'promote' && input?.target === 'primary';
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
