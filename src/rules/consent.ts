import type { WorkerPolicy } from '../contract/activities';
import type { SwitchbackRequest } from '../contract/input';
import { type Move, moves } from '../contract/procedure';
import type { Approval } from '../contract/report';
import { namesTarget } from '../contract/workflow-id';
import { driftBetween } from './critical';

/** What a promotion needs from people, beside acknowledged findings. */
export interface ConsentNeeded {
  /** Somebody must send the update `approve` for the plan. */
  approval: boolean;
  /** It must be somebody else than who asked for the run. */
  fourEyes: boolean;
  /** The run was told its target only once, so that somebody must look at it, be it the same person. */
  confirmation: boolean;
  /** The service that the approver must type out, since it is destroyed. */
  typed?: string;
}

/** What the worker's policy and the run's own input demand; the workflow and the promote activity both ask this. */
export function consentNeeded(
  policy: WorkerPolicy,
  request: SwitchbackRequest,
  workflowId: string,
  move: Move,
): ConsentNeeded {
  // What destroys a service takes two people, whatever the worker's policy.
  if (moves[move].write === 'fail')
    return { approval: true, fourEyes: true, confirmation: false, typed: request.service };
  const takesOver = request.takeOver === 'on-approval' && move === 'switchback';
  const approval = request.approvalRequired || policy.approvalRequired || takesOver;
  const { project, service, confirm, mode, procedure } = request;
  const toldTwice = confirm !== undefined || namesTarget(workflowId, project, service, procedure);
  return {
    approval,
    fourEyes: approval && policy.fourEyes,
    confirmation: policy.confirmTarget && mode === 'execute' && !toldTwice,
  };
}

/** A state that was checked, as the preflight said it. */
export interface CheckedState {
  fingerprint: string;
  critical: Record<string, string>;
}

export interface ConsentGiven {
  /** Every word about a plan, oldest first. */
  approvals: readonly Approval[];
  /** Every state that was checked. */
  checked: readonly CheckedState[];
  requestedBy: string;
}

/**
 * Why a write of these facts lacks the consent that it needs; `undefined` when it has it. An approval counts for the
 * state that it names and for no other, so the facts must be the very ones that were checked then.
 */
export function missingConsent(
  needed: ConsentNeeded,
  { approvals, checked, requestedBy }: ConsentGiven,
  facts: Record<string, string>,
): string | undefined {
  if (!needed.approval && !needed.confirmation) return undefined;
  if (approvals.some(({ verdict }) => verdict === 'rejected')) return 'the plan was rejected';
  const forThis = approvalsOf(approvals, checked, facts);
  if (forThis.length === 0) return 'there is no approval of the state that would be written to';
  if (needed.fourEyes && forThis.every(({ by }) => sameName(by, requestedBy))) {
    return `only ${requestedBy} approved it, who also asked for the run (four eyes)`;
  }
  if (approvalThatCounts(needed, { approvals, checked, requestedBy }, facts) === undefined) {
    return `nobody who approved it has typed out ${needed.typed}`;
  }
  return undefined;
}

/** The newest approval of these facts that is as it must be. */
export function approvalThatCounts(
  { fourEyes, typed }: ConsentNeeded,
  { approvals, checked, requestedBy }: ConsentGiven,
  facts: Record<string, string>,
): Approval | undefined {
  return approvalsOf(approvals, checked, facts).findLast(
    ({ by, service }) =>
      (!fourEyes || !sameName(by, requestedBy)) && (typed === undefined || service === typed),
  );
}

function approvalsOf(
  approvals: readonly Approval[],
  checked: readonly CheckedState[],
  facts: Record<string, string>,
): Approval[] {
  return approvals.filter(
    ({ verdict, fingerprint }) =>
      verdict === 'approved' &&
      checked.some(
        (state) => state.fingerprint === fingerprint && driftBetween(state.critical, facts).length === 0,
      ),
  );
}

/**
 * Whether two names are the same person, as far as names can tell: Unicode compatibility forms, case, and everything
 * that is neither a letter nor a digit are left out of it. This guards against a slip. Who sends a name is free to send
 * another one.
 */
export function sameName(one: string, other: string): boolean {
  return normalName(one) === normalName(other);
}

function normalName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
