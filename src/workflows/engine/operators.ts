import type { Acknowledgement } from '../../contract/checks';
import type { AbortRequest, Approval, Decision } from '../../contract/report';

/** The name under which a decision of the policy is recorded. */
export const POLICY = 'policy';

/** Notes what happened; an act of a person is an event for others, too. */
type Tell = (note: string, act?: { what: string; by: string; reason: string }) => void;

/** What people have said to the run, and what of it still waits to be acted upon. */
export class Operators {
  readonly approvals: Approval[] = [];
  readonly acknowledgements: Acknowledgement[] = [];
  readonly decisions: Decision[] = [];
  abortRequested: AbortRequest | undefined;
  cancelRequestedAt: string | undefined;
  /** What a person decided and the run has not acted upon yet. */
  decision: Decision | undefined;
  /** The approval or rejection of the present plan. */
  approval: Approval | undefined;
  /** Somebody cancelled the workflow, or sent the update `abort`. */
  stopRequested = false;
  /** Set while the run waits for an approval: whether it must come from somebody else than who asked for the run. */
  gate: { fourEyes: boolean } | undefined;

  constructor(private readonly tell: Tell) {}

  /** Opens the gate for approvals of the present plan; an earlier approval does not count for it. */
  openGate(fourEyes: boolean): void {
    this.approval = undefined;
    this.gate = { fourEyes };
  }

  closeGate(): void {
    this.gate = undefined;
  }

  judge(approval: Approval): Approval {
    const { by, verdict, fingerprint, reason } = approval;
    this.approval = approval;
    this.approvals.push(approval);
    this.tell(`${by} ${verdict} the plan ${fingerprint} (${reason})`, { what: verdict, by, reason });
    return approval;
  }

  /** The approval no longer counts, since the facts that it was given for have moved. */
  voidApproval(moved: string[]): void {
    const last = this.approvals.at(-1);
    const isVoid = last !== undefined && last.voidedBy === undefined;
    if (isVoid) last.voidedBy = moved;
    const so = isVoid ? `, so that the approval by ${last.by} no longer counts` : '';
    this.tell(`the facts have moved${so}: ${moved.join('; ')}`);
  }

  /** Whether somebody has approved the plan with this fingerprint, and it still counts. */
  hasApproved(fingerprint: string | undefined): boolean {
    const last = this.approvals.at(-1);
    return last?.verdict === 'approved' && last.voidedBy === undefined && last.fingerprint === fingerprint;
  }

  decide(decision: Decision): Decision {
    const { by, action, reason } = decision;
    this.decision = decision;
    this.decisions.push(decision);
    this.tell(`${by} decided: ${action} (${reason})`, { what: `decided ${action}`, by, reason });
    return decision;
  }

  /** The decision that waits, which is acted upon with that. */
  takeDecision(): Decision {
    const { decision } = this;
    if (decision === undefined) throw new Error('there is no decision to act upon');
    this.decision = undefined;
    return decision;
  }

  /** True once the policy has decided in a person's stead. */
  get hasPolicyActed(): boolean {
    return this.decisions.some(({ by }) => by === POLICY);
  }

  abort(request: AbortRequest): AbortRequest {
    const { by, reason, effect } = request;
    this.abortRequested = request;
    this.stopRequested = true;
    this.tell(`${by} asked to abort (${reason}): ${effect}`, { what: 'asked to abort', by, reason });
    return request;
  }

  /** The promotion that was on its way turned out not to count, so that the run can still be stopped. */
  grantAbort(abort: AbortRequest): void {
    this.abortRequested = { ...abort, effect: 'aborted' };
  }

  /** @param isLate after the point of no return. */
  cancel(at: string, isLate: boolean): void {
    this.stopRequested = true;
    this.cancelRequestedAt = at;
    const late = isLate ? ' after the point of no return: finishing forward' : '';
    this.tell(`cancellation requested${late}`);
  }
}
