import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { FleetAct } from '../../contract/fleet';
import {
  type FleetApproveInput,
  type FleetPairsInput,
  faultsOfFleetMessage,
  fleetAbortUpdate,
  fleetApproveUpdate,
  fleetExamples,
  fleetPairsQuery,
  fleetPauseUpdate,
  fleetResumeUpdate,
  fleetRetryUpdate,
  fleetSkipUpdate,
  fleetStatusQuery,
} from '../../contract/fleet-messages';
import type { NamedReason } from '../../contract/messages';
import { sameName } from '../../rules/consent';
import { cut, fewFaults } from '../../util/text';
import type { FleetRecord } from './fleet-record';

/** Temporal takes 2,000 updates of an execution; the rest is left for `abort`. */
const MOST_MESSAGES = 1_500;

/**
 * Registers how the fleet answers queries and updates. As with a run, every handler is synchronous, and a refused message
 * leaves no trace in the history.
 */
export function handleFleetMessages(record: FleetRecord): void {
  const handlers = new FleetHandlers(record);
  setHandler(fleetStatusQuery, () => record.status(), {
    description: 'Counts, waves, who needs a person first, pace. No argument.',
  });
  setHandler(fleetPairsQuery, () => record.fleet.state.pairs, {
    description: 'Every pair as it stands. No argument.',
  });
  const handle = <Payload extends NamedReason>(
    update: UpdateDefinition<FleetAct, [Payload]>,
    description: string,
    judge: (payload: Payload) => void,
    perform: (payload: Payload) => FleetAct,
  ) => {
    const act = update.name as FleetAct['act'];
    const answer = (payload: Payload) => {
      const said = perform(payload);
      record.refresh();
      return said;
    };
    setHandler<FleetAct, [Payload], UpdateDefinition<FleetAct, [Payload]>>(update, answer, {
      description: `${description} For example ${fleetExamples[act]}`,
      validator: (payload) => {
        handlers.refuseFaulty(act, payload);
        judge(payload);
      },
    });
  };
  handle(
    fleetApproveUpdate,
    'Let the plan, or the wave that waits, begin.',
    (it) => handlers.mayApprove(it),
    (it) => handlers.approve(it),
  );
  handle(
    fleetPauseUpdate,
    'Start no new run; those under way go on.',
    () => handlers.mayPause(),
    (it) => handlers.pause(it),
  );
  handle(
    fleetResumeUpdate,
    'Go on after a pause, or in spite of the failures so far.',
    () => handlers.mayResume(),
    (it) => handlers.resume(it),
  );
  handle(
    fleetRetryUpdate,
    'Start what failed or was stopped again, and go on.',
    (it) => handlers.mayRetry(it),
    (it) => handlers.retry(it),
  );
  handle(
    fleetSkipUpdate,
    'Leave pairs out.',
    (it) => handlers.maySkip(it),
    (it) => handlers.skip(it),
  );
  handle(
    fleetAbortUpdate,
    'End the fleet: runs that have written nothing are stopped, the others finish.',
    () => {},
    (it) => handlers.abort(it),
  );
}

/** What people tell a fleet: what of it is let in, and what comes of it. */
class FleetHandlers {
  #heard = 0;

  constructor(private readonly record: FleetRecord) {}

  get #fleet() {
    return this.record.fleet;
  }

  refuseFaulty(act: FleetAct['act'], payload: unknown): void {
    const faults = faultsOfFleetMessage(act, payload);
    if (faults.length > 0)
      throw refusal(`${fewFaults(faults).join('; ')}. Send for example ${fleetExamples[act]}`);
    if (this.record.hasEnded) throw refusal('The fleet has ended');
    const { abortedBy } = this.#fleet.state;
    if (abortedBy !== undefined) throw refusal(`${abortedBy.by} has aborted the fleet, at ${abortedBy.at}`);
    if (this.#heard >= MOST_MESSAGES && act !== 'abort')
      throw refusal('Too many messages to this fleet; ask for its status');
  }

  mayApprove({ by, fingerprint, wave }: FleetApproveInput): void {
    const { state, waitsForApproval, request } = this.#fleet;
    if (!waitsForApproval) throw refusal(`The fleet does not wait for an approval: ${this.record.headline}`);
    if (fingerprint !== state.fingerprint)
      throw refusal(
        `The plan has the fingerprint ${state.fingerprint}, not ${fingerprint}: read the plan again`,
      );
    if (wave !== undefined && wave !== state.wave + 1)
      throw refusal(`Wave ${state.wave + 1} waits for an approval, not wave ${wave}`);
    if (this.record.fourEyes && sameName(by, request.requestedBy))
      throw refusal(`${by} asked for this fleet; a second person must approve it (four eyes)`);
  }

  approve(payload: FleetApproveInput): FleetAct {
    const { state, request } = this.#fleet;
    state.approvedWaves = request.approval === 'per-wave' ? state.wave + 1 : state.waves.length;
    const what =
      request.approval === 'per-wave' ? `${state.waves[state.wave]}` : `all ${state.waves.length} waves`;
    return this.#take('approve', payload, `${what} of the plan ${state.fingerprint} may begin`);
  }

  mayPause(): void {
    const { pausedBy, parked } = this.#fleet.state;
    if (pausedBy !== undefined) throw refusal(`${pausedBy.by} has paused the fleet already`);
    if (parked !== undefined) throw refusal(`The fleet starts no new run already: ${parked}`);
  }

  pause(payload: NamedReason): FleetAct {
    const act = this.#take('pause', payload, `no new run; ${this.#fleet.running.size} go on`);
    this.#fleet.state.pausedBy = act;
    return act;
  }

  mayResume(): void {
    const { phase } = this.#fleet;
    if (phase !== 'paused' && phase !== 'needs-operator' && phase !== 'between-waves')
      throw refusal(`There is nothing to resume: ${this.record.headline}`);
  }

  resume(payload: NamedReason): FleetAct {
    const failed = this.#fleet.inState('failed').map(({ pair }) => pair);
    const wasParked = this.#fleet.state.parked !== undefined;
    if (wasParked) this.#fleet.state.forgiven = failed;
    this.#goOn();
    const effect = wasParked ? `goes on; ${failed.length} failures no longer count` : 'goes on';
    return this.#take('resume', payload, effect);
  }

  mayRetry({ pairs }: FleetPairsInput): void {
    const found = this.#toRetry(pairs);
    if (pairs === undefined && found.length === 0) throw refusal('No pair has failed, and none was stopped');
    if (pairs !== undefined) this.#refuseOthers(pairs, ['failed', 'stopped', 'skipped'], 'retry');
  }

  retry(payload: FleetPairsInput): FleetAct {
    const again = this.#toRetry(payload.pairs);
    this.#fleet.requeue(again);
    this.#goOn();
    return this.#take('retry', payload, `${again.length} started again`);
  }

  maySkip({ pairs = [] }: FleetPairsInput): void {
    this.#refuseOthers(pairs, ['waiting', 'failed', 'stopped'], 'skip');
  }

  skip(payload: FleetPairsInput): FleetAct {
    const pairs = new Set(payload.pairs);
    for (const pair of pairs) {
      const one = this.#fleet.find(pair);
      if (one !== undefined) one.state = 'skipped';
    }
    return this.#take('skip', payload, `${pairs.size} left out`);
  }

  abort(payload: NamedReason): FleetAct {
    const act = this.#take('abort', payload, 'no new run; runs that have written nothing are stopped');
    this.#fleet.state.abortedBy = act;
    this.record.stopRuns(payload);
    return act;
  }

  /** Whatever held the fleet, a person has answered; what it had stopped goes on, too. */
  #goOn(): void {
    const { state } = this.#fleet;
    this.#fleet.requeue(this.#fleet.inState('stopped'));
    delete state.parked;
    delete state.pausedBy;
    state.notBefore = 0;
    this.record.judgeBudget();
  }

  #toRetry(pairs: readonly string[] | undefined) {
    const all = this.#fleet.inState('failed', 'stopped', 'skipped');
    if (pairs === undefined) return all.filter(({ state }) => state !== 'skipped');
    return all.filter(({ pair }) => pairs.includes(pair));
  }

  #refuseOthers(pairs: readonly string[], states: readonly string[], what: string): void {
    const faults = pairs.flatMap((pair) => {
      const one = this.#fleet.find(pair);
      if (one === undefined) return [`${pair} is not in this fleet`];
      return states.includes(one.state) ? [] : [`${pair} is ${one.state}: there is nothing to ${what}`];
    });
    if (faults.length > 0) throw refusal(fewFaults(faults).join('; '));
  }

  #take(act: FleetAct['act'], payload: NamedReason, effect: string): FleetAct {
    this.#heard += 1;
    return this.#fleet.act(act, payload, effect);
  }
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(cut(message, 3_000), 'NOT_ACCEPTED');
}
