import { ActivityFailure, CancellationScope, workflowInfo } from '@temporalio/workflow';
import { describeProbe } from '../../contract/describe-measured';
import type { ProbeReport } from '../../contract/probe';
import { withGapOfSwitch } from '../../rules/probe/headline';
import { measure } from './activity-proxies';
import { Background } from './background';
import type { RunRecord } from './run-record';

/** The write probe: rows written through the Service URI from before the write until the run ends. */
export class WriteProbe {
  #probing: Background<ProbeReport> | undefined;
  #started = 0;

  constructor(private readonly record: RunRecord) {}

  /** Starts it, where database access is configured. A cancellation of the run does not stop it. */
  start(): void {
    if (this.#probing !== undefined || this.record.measured.database === undefined) return;
    const { requirePair: pair } = this.record;
    this.#started += 1;
    // What is measured later in the same run counts its own rows.
    const runId = `${workflowInfo().runId}${this.#started === 1 ? '' : `/${this.#started}`}`;
    this.record.note('writing numbered rows through the Service URI, to measure the gap');
    void CancellationScope.nonCancellable(async () => {
      const summary = 'write numbered rows through the Service URI';
      this.#probing = new Background(() => measure(summary).probeWrites({ pair, runId }));
    });
  }

  get isRunning(): boolean {
    return this.#probing !== undefined;
  }

  /** Stops it and takes in what it measured; a run never fails for that. */
  async stop(): Promise<void> {
    const probing = this.#probing;
    if (probing === undefined) return;
    this.#probing = undefined;
    const report = await CancellationScope.nonCancellable(() => probing.end());
    if (report !== undefined) {
      const { pointOfNoReturn: sentAt } = this.record;
      const measured = sentAt === undefined ? report : withGapOfSwitch(report, sentAt);
      this.record.measured.probe = measured;
      this.record.note(describeProbe(measured));
      return;
    }
    const { failure } = probing;
    const why =
      failure instanceof ActivityFailure ? (failure.cause?.message ?? failure.message) : 'it was cut short';
    this.record.note(`the gap was not measured: ${why}`);
  }
}
