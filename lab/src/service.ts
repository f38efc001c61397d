import { otherSide, type Side, type Status } from './model';
import { mergeOverrides, type Overrides } from './overrides';

/** One of the two services of a pair: what it is, and how the API is made to show it. */
export class Service {
  status: Status;
  terminationProtection = true;
  /** The API says that it does not exist. */
  vanished = false;
  overrides: Overrides = {};
  /** What is measured, where it is not what an idle service shows. */
  metrics: Record<string, number> = {};
  /** When a rebuild began, and how long it takes: what its node tells of its progress. */
  rebuilt: { from: number; ms: number } | undefined;
  alerts: { event: string; severity: string; time: Date }[] = [];
  #updated: number;

  constructor(
    readonly name: string,
    readonly side: Side,
    readonly peer: string,
    status: Status,
    updated: Date,
  ) {
    this.status = status;
    this.#updated = updated.getTime();
  }

  get peerSide(): Side {
    return otherSide(this.side);
  }

  get updated(): Date {
    return new Date(this.#updated);
  }

  change(status: Partial<Status>): void {
    this.status = { ...this.status, ...status };
    this.touch();
  }

  override(overrides: Overrides): void {
    this.overrides = mergeOverrides(this.overrides, overrides);
    this.touch();
  }

  restore(): void {
    this.overrides = {};
    this.metrics = {};
    this.alerts = [];
    this.vanished = false;
    this.touch();
  }

  /** The API shows whole seconds; a change must be visible all the same, so the time always moves by one at least. */
  touch(): void {
    this.#updated = Math.max(Date.now(), this.#updated + 1000);
  }
}
