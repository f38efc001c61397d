import { randomBytes } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type { LabPair } from '../../lab/src/lab';
import type { FleetAct, FleetPair, FleetReport, FleetStatus } from '../../src/contract/fleet';
import type { FleetInput } from '../../src/contract/fleet-input';
import { fleetPairsQuery, fleetStatusQuery } from '../../src/contract/fleet-messages';
import { rootCause } from '../../src/util/root-cause';
import { type Harness, poll, QUICK, rolesOf } from './harness';

const OPS = { by: 'ops@example.com', reason: 'INC-123' };

/** The lab's pairs share one event log, which soon no longer reaches back ten minutes: who changed a service is not known. */
const RUN = { ...QUICK, acknowledge: [{ check: 'recent-change', ...OPS }] };

/** A fleet of some pairs of a harness's lab. */
export class FleetScene {
  readonly pairs: LabPair[];
  readonly workflowId = `fleet.${randomBytes(4).toString('hex')}`;
  #handle: WorkflowHandle | undefined;

  constructor(
    readonly harness: Harness,
    size: number,
  ) {
    this.pairs = Array.from({ length: size }, () => harness.takePair());
  }

  get names(): string[] {
    return this.pairs.map(({ primary }) => this.nameOf(primary));
  }

  nameOf(primary: string): string {
    return `${this.harness.lab.project}/${primary}`;
  }

  pair(index: number): LabPair {
    const pair = this.pairs[index];
    if (pair === undefined) throw new Error(`there is no pair ${index}`);
    return pair;
  }

  get hasStarted(): boolean {
    return this.#handle !== undefined;
  }

  get handle(): WorkflowHandle {
    if (this.#handle === undefined) throw new Error('the fleet was not started');
    return this.#handle;
  }

  async start(input: Record<string, unknown> = {}): Promise<this> {
    const all: FleetInput | Record<string, unknown> = { pairs: this.names, run: RUN, ...input };
    this.#handle = await this.harness.temporal.workflow.start('fleetWorkflow', {
      taskQueue: this.harness.taskQueue,
      workflowId: this.workflowId,
      args: [all],
    });
    this.harness.adopt(this.#handle);
    return this;
  }

  /** Somebody makes the recovery service fail: its run is blocked before the write. */
  breaks(index: number): void {
    this.pair(index).set('recovery', { role: 'failed' });
  }

  mends(index: number): void {
    this.pair(index).set('recovery', { role: 'active' });
  }

  /** An alert is open, so that the run waits for a person before the write. */
  async asks(index: number): Promise<void> {
    const service = this.pair(index).primary;
    await this.harness.lab.apply({ kind: 'alert', service, event: 'user_alert', severity: 'critical' });
  }

  runIdOf(index: number): string {
    return `switchback.${this.nameOf(this.pair(index).primary).replace('/', '.')}`;
  }

  /** Waits until the run of a pair is in a phase. */
  async untilRun(index: number, phase: string, workflowId = this.runIdOf(index)): Promise<void> {
    await poll(
      `run ${index} in ${phase}`,
      () => this.harness.client.status(workflowId),
      (status) => status.phase === phase,
      () => this.harness.isClosing,
    );
  }

  /** A person answers for the alert. */
  async acknowledges(index: number): Promise<void> {
    await this.untilRun(index, 'approval');
    await this.harness.client.acknowledge(this.runIdOf(index), { check: 'alerts', ...OPS });
  }

  /** Somebody else starts the run of a pair. */
  async startsAlone(index: number, workflowId = this.runIdOf(index)): Promise<void> {
    const [project, service] = this.nameOf(this.pair(index).primary).split('/');
    await this.harness.startWith({ project, service, ...RUN }, workflowId);
  }

  status(): Promise<FleetStatus> {
    return this.handle.query(fleetStatusQuery);
  }

  entries(): Promise<FleetPair[]> {
    return this.handle.query(fleetPairsQuery);
  }

  until(what: string, wanted: (status: FleetStatus) => boolean): Promise<FleetStatus> {
    return poll(
      `fleet: ${what}`,
      () => this.status(),
      wanted,
      () => this.harness.isClosing,
      // Some of them have a hundred pairs.
      Math.max(90_000, this.pairs.length * 3_000),
    );
  }

  /** @throws Error with the words of the fleet, when it refuses. */
  async tell(update: FleetAct['act'], payload: Record<string, unknown> = {}): Promise<FleetAct> {
    const args: [Record<string, unknown>] = [{ ...OPS, ...payload }];
    try {
      return await this.handle.executeUpdate<FleetAct, typeof args>(update, { args });
    } catch (error) {
      throw rootCause(error);
    }
  }

  /** The report, and how it came out. */
  async end(): Promise<FleetEnded> {
    const handle = this.harness.temporal.workflow.getHandle(this.workflowId);
    const result = await handle.result().then(
      (report: unknown) => ({ code: undefined, message: '', report: report as FleetReport }),
      (error: unknown) => {
        if (!(error instanceof WorkflowFailedError)) throw error;
        const failure = error.cause as ApplicationFailure;
        const report = failure.details?.[0] as FleetReport;
        return { code: failure.type ?? undefined, message: failure.message, report };
      },
    );
    return {
      ...result,
      roles: this.pairs.map(rolesOf),
      promotions: this.pairs.map(
        (pair) => pair.requests().filter(({ effect }) => effect === 'role-change').length,
      ),
    };
  }

  async run(input: Record<string, unknown> = {}): Promise<FleetEnded> {
    return (await this.start(input)).end();
  }
}

export interface FleetEnded {
  code: string | undefined;
  message: string;
  report: FleetReport;
  /** `primary/recovery` of each pair, as they really are in the lab. */
  roles: string[];
  /** Effective role changes of each pair. */
  promotions: number[];
}

/** How many of each. */
export function tally(list: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
