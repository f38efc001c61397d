import { CancellationScope, patched, workflowInfo } from '@temporalio/workflow';
import type { PreflightVerdict, WorkerPolicy } from '../../contract/activities';
import { parseInput, type SwitchbackRequest } from '../../contract/input';
import type { Side } from '../../contract/observation';
import type { Procedure } from '../../contract/procedure';
import type { SwitchbackReport } from '../../contract/report';
import { approve } from './approval';
import { conclude, planned, succeed } from './conclusion';
import { converge, isStillActive } from './convergence';
import { discover } from './discovery';
import { ended, finished } from './ending';
import { refuseInput } from './invalid-input';
import { handleMessages } from './message-handlers';
import { endOldSessions } from './old-sessions';
import { lock } from './pair-lock';
import { caughtUp, preflight } from './preflight';
import { promote } from './promotion';
import { followEndpoint } from './proof';
import type { Run } from './run';
import { RunRecord } from './run-record';
import { faultsOfStart } from './start-options';
import { stoppable } from './stopping';
import { WriteProbe } from './write-probe';

/**
 * Moves a CRDR pair to where a procedure wants it: refuses what cannot be a run, and performs what can.
 *
 * @param input of unknown shape, since anybody can start a workflow with any JSON.
 * @param more nothing: a second argument is refused, and not dropped in silence.
 */
export async function movePair(
  procedure: Procedure,
  input: unknown,
  more: unknown[],
): Promise<SwitchbackReport> {
  // Runs that are under way were let in.
  if (more.length > 0 && patched('one-argument'))
    throw await refuseInput(input, [`there must be one argument, and ${more.length + 1} were given`]);
  const parsed = parseInput(input, procedure);
  if (!parsed.ok) throw await refuseInput(input, parsed.faults);
  const faults = faultsOfStart(workflowInfo());
  // Runs that are under way were let in.
  if (faults.length > 0 && patched('start-options-refused')) throw await refuseInput(input, faults);
  return new Move(parsed.request).run();
}

class Move implements Run {
  readonly record: RunRecord;
  readonly writeProbe: WriteProbe;
  policy: WorkerPolicy = { approvalRequired: true, fourEyes: true, confirmTarget: true };
  policyKnown: Promise<void> = Promise.resolve();
  notifier: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(readonly request: SwitchbackRequest) {
    this.record = new RunRecord(request);
    this.writeProbe = new WriteProbe(this.record);
    handleMessages(this.record);
  }

  async run(): Promise<SwitchbackReport> {
    try {
      const verdict = await stoppable(this, () => this.#beforeTheWrite());
      const report =
        this.request.mode === 'plan'
          ? planned(this, verdict)
          : await CancellationScope.nonCancellable(() => this.#fromTheWriteOn(verdict));
      return await finished(this, report);
    } catch (error) {
      throw await ended(this, error);
    }
  }

  /** Nothing is written here, so that a cancellation or an `abort` may end it at any moment. */
  async #beforeTheWrite(): Promise<PreflightVerdict> {
    const isPlan = this.request.mode === 'plan';
    await discover(this);
    if (!isPlan) await lock(this);
    const checked = await approve(this, await preflight(this), () => preflight(this));
    if (isPlan || checked.verdict !== 'go') return checked.verdict;
    this.writeProbe.start();
    return (await caughtUp(this, checked)).verdict;
  }

  /** A cancellation changes nothing here but the record: half a switch is worse than none. */
  async #fromTheWriteOn(verdict: PreflightVerdict): Promise<SwitchbackReport> {
    if (verdict === 'at-rest') {
      // Somebody else may have moved the pair while the replication caught up.
      await this.writeProbe.stop();
      // One read, which may be an old one, ends no run. Runs that are under way go on as they began.
      if (!patched('at-rest-verified') || (await isStillActive(this, this.record.target)))
        return succeed(this);
    }
    if (verdict === 'go') await promote(this, this.record.target);
    const end = await this.#settle();
    if (end !== 'accepted') await endOldSessions(this, end);
    await this.writeProbe.stop();
    return conclude(this, end);
  }

  /** Until one side is active and stays so, and the Service URI follows it. */
  async #settle(): Promise<Side | 'accepted'> {
    // A rehearsal changes nothing, so that the side that is active stays so.
    const { target, origin, situation } = this.record;
    const stays = this.request.mode === 'rehearse' && situation === `${origin}-active`;
    for (let goal: Side = stays ? origin : target; ; ) {
      const end = await converge(this, goal);
      if (end === 'accepted') return end;
      const hasWaited = await followEndpoint(this, end);
      if (!hasWaited || (await isStillActive(this, end))) return end;
      goal = end;
    }
  }
}
