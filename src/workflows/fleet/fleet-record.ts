import { CancellationScope, log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { FLEET_ALARM, type FleetPhase, type FleetReport, type FleetStatus } from '../../contract/fleet';
import type { NamedReason } from '../../contract/messages';
import { searchAttributes } from '../../contract/search-attributes';
import { budgetExceeded } from '../../rules/fleet/progress';
import { projectsOf } from '../../rules/fleet/select';
import { rootMessage } from '../../util/root-cause';
import { fleetDetails } from './fleet-details';
import type { Fleet } from './fleet-state';
import { type FleetEnding, headlineOf, reportOf, statusOf } from './fleet-views';
import { stopRunning } from './stopping';

/** What a fleet shows of itself, wherever somebody looks; and what its failures and people set off. */
export class FleetRecord {
  /** Whoever asked for the fleet cannot approve it. */
  fourEyes = false;
  #ending: FleetEnding | undefined;
  #shown: FleetPhase | undefined;
  #activeSince: number | undefined;

  constructor(readonly fleet: Fleet) {
    const projects = projectsOf(fleet.request);
    const [project] = projects;
    if (projects.length === 1 && project !== undefined)
      upsertSearchAttributes([{ key: searchAttributes.project, value: project }]);
    this.refresh();
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  get headline(): string {
    return headlineOf(this.fleet);
  }

  status(): FleetStatus {
    return statusOf(this.fleet, this.#activeMs(), this.#ending);
  }

  /** The list and the page in Temporal's UI follow what has changed. */
  refresh(): void {
    const phase = this.#ending === undefined ? this.fleet.phase : 'report';
    if (phase !== this.#shown) {
      this.#measure(phase);
      const isParked = phase === 'needs-operator';
      const wasParked = this.#shown === 'needs-operator' || this.#shown === undefined;
      upsertSearchAttributes([
        { key: searchAttributes.phase, value: phase },
        ...(isParked || wasParked
          ? [{ key: searchAttributes.alarm, value: isParked ? FLEET_ALARM : null }]
          : []),
        ...(this.#ending === undefined
          ? []
          : [{ key: searchAttributes.outcome, value: this.#ending.outcome }]),
      ]);
      this.#shown = phase;
      log.info(this.status().headline, { phase });
    }
    setCurrentDetails(fleetDetails(this.status()));
  }

  /** Parks the fleet when more have failed than may. */
  judgeBudget(): void {
    const { state, request } = this.fleet;
    // Nothing is written, and whoever asks for a plan wants to see all of it.
    if (request.mode === 'plan' || state.parked !== undefined || state.abortedBy !== undefined) return;
    const wave = { index: state.wave, name: state.waves[state.wave] ?? '' };
    const why = budgetExceeded(state.pairs, wave, request.budget, new Set(state.forgiven));
    if (why === undefined) return;
    state.parked = why;
    this.stopRuns({ by: this.fleet.workflowId, reason: `failure budget: ${why}` });
  }

  /** Those before their point of no return; the others finish. */
  stopRuns(why: NamedReason): void {
    // Also when it is a cancellation that wants it.
    void CancellationScope.nonCancellable(() => stopRunning(this.fleet, why))
      .catch((error: unknown) => log.warn(`runs could not be stopped: ${rootMessage(error)}`))
      .finally(() => this.refresh());
  }

  end(ending: FleetEnding): FleetReport {
    this.#ending = ending;
    this.refresh();
    return reportOf(this.fleet, ending);
  }

  /** Before the next execution: what is measured here goes along. */
  handOver(): Fleet['state'] {
    this.fleet.state.activeMs = this.#activeMs();
    return this.fleet.state;
  }

  /** Time at work is what the pace is measured by; waiting for people is none. */
  #measure(phase: FleetPhase): void {
    this.fleet.state.activeMs = this.#activeMs();
    this.#activeSince = phase === 'running' || phase === 'stopping' ? Date.now() : undefined;
  }

  #activeMs(): number {
    const since = this.#activeSince;
    return this.fleet.state.activeMs + (since === undefined ? 0 : Date.now() - since);
  }
}
