import { ApplicationFailure, CancellationScope, setHandler, workflowInfo } from '@temporalio/workflow';
import { type Acknowledgement, faultsOfAcknowledgement } from '../../contract/checks';
import { differencesBetween, parseInput } from '../../contract/input';
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
} from '../../contract/messages';
import type { Procedure } from '../../contract/procedure';
import type { ProcedureInput } from '../../contract/procedure-input';
import type { AbortRequest, Approval, Decision } from '../../contract/report';
import { sameName } from '../../rules/consent';
import { compact } from '../../util/compact';
import { now } from '../../util/now';
import { cut, fewFaults } from '../../util/text';
import type { Operators } from './operators';
import type { RunRecord } from './run-record';

/**
 * Each is a few events, and Temporal takes 2000 updates of a run at most: those who only look, or say again what they
 * have said, must leave room for those who decide.
 */
const MOST_ATTACHED = 200;
const MOST_APPROVED = 100;
const MOST_ACKNOWLEDGED = 500;

/**
 * Registers how the run answers queries, updates and a cancellation. Every handler is synchronous, so that the answer is
 * there at once and of two messages one comes first. Validators say what is wrong, with an example; a refused message
 * leaves no trace in the history.
 */
export function handleMessages(record: RunRecord): void {
  const handlers = new MessageHandlers(record);
  setHandler(statusQuery, () => record.status(), {
    description: 'What the run is doing, why it waits, the checks and the timeline. No argument.',
  });
  setHandler(eventsQuery, (after) => record.events(after), {
    description: 'What happened, as events for machines; optionally the number after which to begin.',
  });
  setHandler(decideUpdate, (payload) => handlers.decide(payload), {
    description: `Decide while the run asks or an alarm stands, for example ${examples.decide}`,
    validator: (payload) => handlers.mayDecide(payload),
  });
  setHandler(approveUpdate, (payload) => handlers.approve(payload), {
    description: `Approve the plan that the run shows, for example ${examples.approve}`,
    validator: (payload) => handlers.mayApprove(payload),
  });
  setHandler(rejectUpdate, (payload) => handlers.reject(payload), {
    description: `Reject the plan; the run ends without a write. For example ${examples.reject}`,
    validator: (payload) => handlers.mayReject(payload),
  });
  setHandler(acknowledgeUpdate, (payload) => handlers.acknowledge(payload), {
    description: `Pass over a soft finding, for example ${examples.acknowledge}`,
    validator: (payload) => handlers.mayAcknowledge(payload),
  });
  setHandler(abortUpdate, (payload) => handlers.abort(payload), {
    description: `Stop the run if nothing was written yet, for example ${examples.abort}`,
    validator: (payload) => handlers.mayAbort(payload),
  });
  setHandler(attachUpdate, (input) => handlers.attach(input), {
    description: 'For clients that start or attach: says which run this is, and changes nothing.',
    validator: (input) => handlers.mayAttach(input),
  });
  CancellationScope.current().cancelRequested.catch(() => handlers.cancel());
}

/** What people tell the run: what of it is let in, and what comes of it. */
class MessageHandlers {
  readonly operators: Operators;
  #attached = 0;
  #approved = 0;
  #acknowledged = 0;

  constructor(private readonly record: RunRecord) {
    this.operators = record.operators;
  }

  mayAttach(input: unknown): void {
    refuseFaultyInput(input, this.record.request.procedure);
    if (this.#attached >= MOST_ATTACHED)
      throw refusal('Too many have attached to this run; ask for its status');
  }

  attach(input: ProcedureInput): Attached {
    this.#attached += 1;
    const { phase, headline } = this.record.status();
    const { runId } = workflowInfo();
    return { runId, phase, headline, differences: differencesBetween(input, this.record.request) };
  }

  mayDecide(payload: unknown): void {
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
    if (this.operators.decision !== undefined) {
      throw refusal(`${this.operators.decision.by} has decided already: ${this.operators.decision.action}`);
    }
    if (!action.startsWith('return-to-')) return;
    const undo = this.record.move.undo?.action;
    if (action !== undo) throw refusal(`The undo of this move is ${undo ?? 'not possible'}, not ${action}`);
    if (!this.record.mayHaveWritten) {
      throw refusal(`${undo} undoes a promotion, and this run has sent none: it is not for switchovers`);
    }
    if (!this.record.mayReturn) {
      throw refusal(
        `${undo} is not allowed while the pair is ${this.record.situation} (${this.record.seen})`,
      );
    }
  }

  decide({ action, by, reason }: DecideInput): Decision {
    return this.operators.decide({ action, by, reason, at: now() });
  }

  mayApprove(payload: unknown): void {
    refuseFaulty('approve', payload);
    this.#refuseEnded();
    const { by, fingerprint, service } = payload as ApproveInput;
    if (this.#approved >= MOST_APPROVED) throw refusal('Too many have approved this run; ask for its status');
    if (this.operators.approval?.verdict === 'approved' && this.operators.approval.by === by) return;
    this.#refuseLate();
    const current = this.record.plan?.fingerprint;
    if (fingerprint !== current) {
      throw refusal(`The plan has the fingerprint ${current}, not ${fingerprint}: read the plan again`);
    }
    if (this.operators.gate?.fourEyes && sameName(by, this.record.request.requestedBy)) {
      throw refusal(`${by} asked for this run; a second person must approve it (four eyes)`);
    }
    const destroyed = this.record.destroys;
    if (service !== destroyed) {
      throw refusal(
        destroyed === undefined
          ? 'Nothing is destroyed by this run: approve it without "service"'
          : `This destroys ${destroyed}: approve it with {"service":"${destroyed}"}, typed out`,
      );
    }
  }

  approve({ by, reason, service }: ApproveInput): Approval {
    this.#approved += 1;
    if (this.operators.approval !== undefined) return this.operators.approval;
    return this.#judge('approved', by, reason, service);
  }

  mayReject(payload: unknown): void {
    refuseFaulty('reject', payload);
    this.#refuseEnded();
    this.#refuseLate();
  }

  reject({ by, reason }: NamedReason): Approval {
    return this.#judge('rejected', by, reason);
  }

  #judge(verdict: Approval['verdict'], by: string, reason: string, service?: string): Approval {
    const fingerprint = this.record.plan?.fingerprint ?? '';
    return this.operators.judge({ verdict, by, reason, at: now(), fingerprint, ...compact({ service }) });
  }

  /** What is still to be done then, such as the evidence, must not change what was reported. */
  #refuseEnded(): void {
    if (this.record.hasEnded) throw refusal('The run has ended; only its evidence is still being kept');
  }

  /** The first of approve, reject, expiry, abort and cancel wins. */
  #refuseLate(): void {
    if (this.operators.approval !== undefined)
      throw refusal(`${this.operators.approval.by} has ${this.operators.approval.verdict} it already`);
    if (this.operators.stopRequested) throw refusal('The run is being stopped');
    if (this.operators.gate === undefined) {
      throw refusal(`The run does not wait for an approval: the phase is ${this.record.phase}`);
    }
  }

  mayAcknowledge(payload: unknown): void {
    refuseFaulty('acknowledge', payload);
    this.#refuseEnded();
    if (this.record.phase !== 'approval') {
      throw refusal(`The run does not wait for an acknowledgement: the phase is ${this.record.phase}`);
    }
    if (this.#acknowledged >= MOST_ACKNOWLEDGED) throw refusal('Too many acknowledgements; start a new run');
    const faults = faultsOfAcknowledgement(payload, this.record.checks);
    if (faults.length > 0) throw refusal(fewFaults(faults).join('; '));
  }

  acknowledge({ check, by, reason }: Acknowledgement): Acknowledgement {
    this.#acknowledged += 1;
    return this.record.acknowledge({ check, by, reason });
  }

  mayAbort(payload: unknown): void {
    refuseFaulty('abort', payload);
    this.#refuseEnded();
    this.#refuseRepeatedAbort();
  }

  abort({ by, reason }: NamedReason): AbortRequest {
    const effect = this.record.isPastPointOfNoReturn ? 'finishing-forward' : 'aborted';
    return this.operators.abort({ by, reason, at: now(), effect });
  }

  /** An abort counts once; what is said again would only use up what is left for a decision. */
  #refuseRepeatedAbort(): void {
    const before = this.operators.abortRequested;
    if (before === undefined) return;
    const effect = before.effect === 'aborted' ? 'the run is being stopped' : 'the run finishes forward';
    throw refusal(`${before.by} has asked to abort already, at ${before.at}: ${effect}`);
  }

  /** Once a promotion may count, a cancellation changes nothing but the record: half a switch is worse than none. */
  cancel(): void {
    if (this.record.hasEnded) return;
    this.operators.cancel(now(), this.record.isPastPointOfNoReturn);
  }
}

function refuseFaulty(update: keyof typeof examples, payload: unknown): void {
  const faults = faultsOf[update](payload);
  if (faults.length > 0)
    throw refusal(`${fewFaults(faults).join('; ')}. Send for example ${examples[update]}`);
}

function refuseFaultyInput(input: unknown, procedure: Procedure): void {
  const parsed = parseInput(input, procedure);
  if (!parsed.ok) throw refusal(parsed.faults.join('; '));
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(cut(message, 3_000), 'NOT_ACCEPTED');
}
