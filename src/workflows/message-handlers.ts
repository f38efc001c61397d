import { ApplicationFailure, CancellationScope, setHandler, workflowInfo } from '@temporalio/workflow';
import { type Acknowledgement, faultsOfAcknowledgement } from '../contract/checks';
import {
  differencesBetween,
  parseInput,
  type SwitchbackInput,
  type SwitchbackRequest,
} from '../contract/input';
import {
  type ApproveInput,
  type Attached,
  abortUpdate,
  acknowledgeUpdate,
  approveUpdate,
  attachUpdate,
  type DecideInput,
  decideUpdate,
  eventsQuery,
  examples,
  faultsOf,
  type NamedReason,
  rejectUpdate,
  statusQuery,
} from '../contract/messages';
import type { AbortRequest, Approval, Decision } from '../contract/report';
import { sameName } from '../rules/consent';
import { cut, fewFaults } from '../util/text';
import { now, type RunRecord } from './run-record';

/**
 * Each is a few events, and Temporal takes 2000 updates of a run at most: those who only look, or say again what they
 * have said, must leave room for those who decide.
 */
const MOST_ATTACHED = 200;
const MOST_APPROVED = 100;
const MOST_ACKNOWLEDGED = 500;

/**
 * What people tell the run: approvals, acknowledgements, decisions, and the wish to stop. Every handler is synchronous,
 * so that the answer is there at once and of two messages one comes first. Validators say what is wrong, with an
 * example; a refused message leaves no trace in the history.
 */
export class MessageHandlers {
  /** What a person decided and the run has not acted upon yet. */
  decision: Decision | undefined;
  /** The approval or rejection of the present plan. */
  approval: Approval | undefined;
  /** Somebody cancelled the workflow, or sent the update `abort`. */
  stopRequested = false;
  #attached = 0;
  #approved = 0;
  #acknowledged = 0;
  /** Set while the run waits for an approval: whose word does not count, and for what. */
  #gate: { fourEyes: boolean } | undefined;

  constructor(
    private readonly record: RunRecord,
    private readonly request: SwitchbackRequest,
  ) {
    setHandler(statusQuery, () => record.status(), {
      description: 'What the run is doing, why it waits, the checks and the timeline. No argument.',
    });
    setHandler(eventsQuery, (after) => record.events(after), {
      description: 'What happened, as events for machines; optionally the number after which to begin.',
    });
    setHandler(decideUpdate, (payload) => this.#decide(payload), {
      description: `Decide while the run asks or an alarm stands, for example ${examples.decide}`,
      validator: (payload) => this.#mayDecide(payload),
    });
    setHandler(approveUpdate, (payload) => this.#approve(payload), {
      description: `Approve the plan that the run shows, for example ${examples.approve}`,
      validator: (payload) => this.#mayApprove(payload),
    });
    setHandler(rejectUpdate, (payload) => this.#reject(payload), {
      description: `Reject the plan; the run ends without a write. For example ${examples.reject}`,
      validator: (payload) => this.#mayReject(payload),
    });
    setHandler(acknowledgeUpdate, (payload) => this.#acknowledge(payload), {
      description: `Pass over a soft finding, for example ${examples.acknowledge}`,
      validator: (payload) => this.#mayAcknowledge(payload),
    });
    setHandler(abortUpdate, (payload) => this.#abort(payload), {
      description: `Stop the run if nothing was written yet, for example ${examples.abort}`,
      validator: (payload) => {
        refuseFaulty('abort', payload);
        this.#refuseEnded();
        this.#refuseRepeatedAbort();
      },
    });
    setHandler(attachUpdate, (input) => this.#attach(input), {
      description: 'For clients that start or attach: says which run this is, and changes nothing.',
      validator: (input) => {
        refuseFaultyInput(input);
        if (this.#attached >= MOST_ATTACHED)
          throw refusal('Too many have attached to this run; ask for its status');
      },
    });
    CancellationScope.current().cancelRequested.catch(() => this.#cancelled());
  }

  #attach(input: SwitchbackInput): Attached {
    this.#attached += 1;
    const { phase, headline } = this.record.status();
    const { runId } = workflowInfo();
    return { runId, phase, headline, differences: differencesBetween(input, this.request) };
  }

  /** Opens the gate for approvals of the present plan; an earlier approval does not count for it. */
  ask(fourEyes: boolean): void {
    this.approval = undefined;
    this.#gate = { fourEyes };
  }

  /** From here on nobody is asked any more. */
  closeGate(): void {
    this.#gate = undefined;
  }

  #mayDecide(payload: unknown): void {
    refuseFaulty('decide', payload);
    this.#refuseEnded();
    const { action } = payload as DecideInput;
    if (this.record.standingAlarms.length === 0) {
      throw refusal(`There is nothing to decide: the phase is ${this.record.phase} and no alarm stands`);
    }
    if (!this.record.mayHaveWritten && this.record.phase !== 'needs-operator') {
      throw refusal(
        `There is nothing to decide: nothing was written yet. To stop the run, send the update abort`,
      );
    }
    if (this.decision !== undefined) {
      throw refusal(`${this.decision.by} has decided already: ${this.decision.action}`);
    }
    if (action === 'return-to-recovery' && !this.record.mayHaveWritten) {
      throw refusal(
        'return-to-recovery undoes a promotion, and this run has sent none: it is not for switchovers',
      );
    }
    if (action === 'return-to-recovery' && !this.record.mayReturn) {
      throw refusal(
        `return-to-recovery is not allowed while the pair is ${this.record.situation} (${this.record.seen})`,
      );
    }
  }

  #decide({ action, by, reason }: DecideInput): Decision {
    const decision: Decision = { action, by, reason, at: now() };
    this.decision = decision;
    this.record.recordDecision(decision);
    return decision;
  }

  #mayApprove(payload: unknown): void {
    refuseFaulty('approve', payload);
    this.#refuseEnded();
    const { by, fingerprint } = payload as ApproveInput;
    if (this.#approved >= MOST_APPROVED) throw refusal('Too many have approved this run; ask for its status');
    if (this.approval?.verdict === 'approved' && this.approval.by === by) return;
    this.#refuseLate();
    const current = this.record.plan?.fingerprint;
    if (fingerprint !== current) {
      throw refusal(`The plan has the fingerprint ${current}, not ${fingerprint}: read the plan again`);
    }
    if (this.#gate?.fourEyes && sameName(by, this.request.requestedBy)) {
      throw refusal(`${by} asked for this run; somebody else must approve it (four eyes)`);
    }
  }

  #approve({ by, reason }: ApproveInput): Approval {
    this.#approved += 1;
    if (this.approval !== undefined) return this.approval;
    return this.#judge('approved', by, reason);
  }

  #mayReject(payload: unknown): void {
    refuseFaulty('reject', payload);
    this.#refuseEnded();
    this.#refuseLate();
  }

  #reject({ by, reason }: NamedReason): Approval {
    return this.#judge('rejected', by, reason);
  }

  #judge(verdict: Approval['verdict'], by: string, reason: string): Approval {
    const approval: Approval = {
      verdict,
      by,
      reason,
      at: now(),
      fingerprint: this.record.plan?.fingerprint ?? '',
    };
    this.approval = approval;
    this.record.recordApproval(approval);
    return approval;
  }

  /** What is still to be done then, such as the evidence, must not change what was reported. */
  #refuseEnded(): void {
    if (this.record.hasEnded) throw refusal('The run has ended; only its evidence is still being kept');
  }

  /** The first of approve, reject, expiry, abort and cancel wins. */
  #refuseLate(): void {
    if (this.approval !== undefined)
      throw refusal(`${this.approval.by} has ${this.approval.verdict} it already`);
    if (this.stopRequested) throw refusal('The run is being stopped');
    if (this.#gate === undefined) {
      throw refusal(`The run does not wait for an approval: the phase is ${this.record.phase}`);
    }
  }

  #mayAcknowledge(payload: unknown): void {
    refuseFaulty('acknowledge', payload);
    this.#refuseEnded();
    if (this.record.phase !== 'approval') {
      throw refusal(`The run does not wait for an acknowledgement: the phase is ${this.record.phase}`);
    }
    if (this.#acknowledged >= MOST_ACKNOWLEDGED) throw refusal('Too many acknowledgements; start a new run');
    const faults = faultsOfAcknowledgement(payload, this.record.checks);
    if (faults.length > 0) throw refusal(fewFaults(faults).join('; '));
  }

  #acknowledge({ check, by, reason }: Acknowledgement): Acknowledgement {
    this.#acknowledged += 1;
    return this.record.acknowledge({ check, by, reason });
  }

  #abort({ by, reason }: NamedReason): AbortRequest {
    const effect = this.record.isPastPointOfNoReturn ? 'finishing-forward' : 'aborted';
    const abort: AbortRequest = this.record.abortRequested ?? { by, reason, at: now(), effect };
    if (this.record.abortRequested === undefined) this.record.recordAbort(abort);
    this.stopRequested = true;
    return abort;
  }

  /** An abort counts once; what is said again would only use up what is left for a decision. */
  #refuseRepeatedAbort(): void {
    const before = this.record.abortRequested;
    if (before === undefined) return;
    const effect = before.effect === 'aborted' ? 'the run is being stopped' : 'the run finishes forward';
    throw refusal(`${before.by} has asked to abort already, at ${before.at}: ${effect}`);
  }

  /** Once a promotion may count, a cancellation changes nothing but the record: half a switch is worse than none. */
  #cancelled(): void {
    if (this.record.hasEnded) return;
    this.stopRequested = true;
    this.record.recordCancellation();
  }
}

function refuseFaulty(update: keyof typeof examples, payload: unknown): void {
  const faults = faultsOf[update](payload);
  if (faults.length > 0)
    throw refusal(`${fewFaults(faults).join('; ')}. Send for example ${examples[update]}`);
}

function refuseFaultyInput(input: unknown): void {
  const parsed = parseInput(input);
  if (!parsed.ok) throw refusal(parsed.faults.join('; '));
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(cut(message, 3_000), 'NOT_ACCEPTED');
}
