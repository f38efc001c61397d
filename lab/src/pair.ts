import { setTimeout as delay } from 'node:timers/promises';
import type { Backing, PairData } from './backing/backing';
import { ApiError } from './errors';
import { AUTOMATION, type EventLog } from './events';
import { otherSide, type Role, SIDES, type Side, type Status } from './model';
import { Service } from './service';
import { type Behaviour, type Step, timeline } from './timeline';

/** A role change that the pair's present state does not allow. */
export class TransitionRefused extends Error {
  override readonly name = 'TransitionRefused';
}

export interface PairOptions {
  names: Record<Side, string>;
  backing: Backing;
  events: EventLog;
  /** Milliseconds from the write to both services RUNNING. */
  transitionMs: number;
  /** When the services were last changed before the lab began. */
  lastChange: Date;
}

/** The state machine of a pair: which service holds which role, and how that changes. */
export class Pair {
  readonly backing: Backing;
  readonly primary: Service;
  readonly recovery: Service;
  readonly #events: EventLog;
  readonly #transitionMs: number;
  readonly #closing = new AbortController();
  #next: Behaviour = {};
  #endpointFollows = true;
  #transition: Promise<void> | undefined;

  constructor(options: PairOptions) {
    const { names, lastChange } = options;
    this.backing = options.backing;
    this.#events = options.events;
    this.#transitionMs = options.transitionMs;
    const running = (role: Role): Status => ({ role, state: 'RUNNING' });
    this.primary = new Service(names.primary, 'primary', names.recovery, running('active'), lastChange);
    this.recovery = new Service(names.recovery, 'recovery', names.primary, running('passive'), lastChange);
  }

  service(side: Side): Service {
    return this[side];
  }

  /** The servers, for something that only servers can do. */
  dataFor(what: string): PairData {
    if (this.backing.data) return this.backing.data;
    throw new ApiError(400, `'${what}' needs real servers, and this lab has the memory backing`);
  }

  /** Shapes the next role change only. */
  behave(behaviour: Behaviour): void {
    if (behaviour.loseRows !== undefined) this.dataFor('loseRows');
    if (behaviour.readOnly) this.dataFor('readOnly');
    this.#next = behaviour;
  }

  /** Whether the shared address goes along with a role change (default true). Turned on, it goes to the active side at once. */
  letEndpointFollow(follows: boolean): void {
    this.#endpointFollows = follows;
    const active = SIDES.find((side) => this[side].status.role === 'active');
    if (follows && active && !this.#transition) this.backing.follow(active);
  }

  /** Before anyone looks: a switchover that lies in the past, done for real but without its intermediate states. */
  async beginSwitchedOver(): Promise<void> {
    await this.backing.swap('recovery');
    this.backing.follow('recovery');
    this.primary.status = { role: 'passive', state: 'RUNNING' };
    this.recovery.status = { role: 'active', state: 'RUNNING' };
  }

  /** Before anyone looks: a failover that lies in the past. */
  async beginFailedOver(): Promise<void> {
    await this.backing.fail('primary');
    this.backing.follow('recovery');
    this.primary.status = { role: 'failed', state: 'POWEROFF' };
    this.recovery.status = { role: 'active', state: 'RUNNING' };
  }

  /** Begins what a service's new role means, and returns as soon as that has begun. */
  setRole(side: Side, role: Role): 'started' | 'already' {
    if (role === 'active') return this.#promote(side);
    return role === 'failed' ? this.#fail(side) : this.#rebuild(side);
  }

  /**
   * Starts making a side active.
   *
   * Which calls the real API refuses is not documented; here only a settled passive service can be promoted,
   * and promoting the active one changes nothing, as clients that send a write again would need.
   */
  #promote(side: Side): 'started' | 'already' {
    const { name, status } = this[side];
    if (status.role === 'active') return 'already';
    if (status.role === 'failed')
      throw new TransitionRefused(`Service '${name}' has failed and must be rebuilt first`);
    if (this.#transition || status.state !== 'RUNNING') {
      throw new TransitionRefused(
        `Service '${name}' is in state ${status.state} and its role is still changing`,
      );
    }
    const behaviour = this.#takeBehaviour();
    this.#begin(side, 'active', timeline(side, behaviour), this.#swapServers(side, behaviour));
    return 'started';
  }

  /**
   * Destroys the active service: it is powered off and loses its data, and the other one takes over with what it has.
   * What the real API refuses here is not published; a failed service, and a pair that moves, are refused as above.
   */
  #fail(side: Side): 'started' | 'already' {
    const [failing, other] = [this[side], this[otherSide(side)]];
    if (failing.status.role === 'failed') return 'already';
    if (failing.status.role !== 'active' || other.status.role !== 'passive') {
      throw new TransitionRefused(`Service '${failing.name}' is not the active one beside a passive one`);
    }
    if (this.#transition || other.status.state !== 'RUNNING') {
      throw new TransitionRefused(`Service '${other.name}' is in state ${other.status.state}`);
    }
    const to = otherSide(side);
    const behaviour = this.#takeBehaviour();
    const promoted = () => {
      if (this.#endpointFollows) this.backing.follow(to);
    };
    const dead = this.backing.fail(side, { loseRows: behaviour.loseRows, promoted });
    // What was wrong with it is over with it.
    failing.overrides = {};
    failing.change({ role: 'failed', state: 'POWEROFF' });
    this.#begin(to, 'active', timeline(to, { ...behaviour, flip: 'at-once' }), dead);
    return 'started';
  }

  /** Makes a failed service a standby of the other one again, from a copy of it. */
  #rebuild(side: Side): 'started' | 'already' {
    const [failed, other] = [this[side], this[otherSide(side)]];
    if (failed.status.role === 'passive') return 'already';
    if (failed.status.role !== 'failed') {
      throw new TransitionRefused(`Service '${failed.name}' has not failed: there is nothing to rebuild`);
    }
    if (this.#transition || other.status.role !== 'active' || other.status.state !== 'RUNNING') {
      throw new TransitionRefused(`Service '${other.name}' is not active and RUNNING`);
    }
    const { stuck = false, rebuildMs = this.#transitionMs } = this.#takeBehaviour();
    const at = rebuildMs / Math.max(1, this.#transitionMs);
    const steps: Step[] = [
      { at: 0, promoted: { role: 'passive', state: 'REBUILDING' } },
      { at, settles: true, ...(stuck ? {} : { promoted: { state: 'RUNNING' } }) },
    ];
    failed.change({ role: 'passive', state: 'REBUILDING' });
    failed.rebuilt = { from: Date.now(), ms: rebuildMs };
    this.#begin(side, 'passive', steps, this.backing.rebuild(side));
    return 'started';
  }

  #takeBehaviour(): Behaviour {
    const behaviour = this.#next;
    this.#next = {};
    return behaviour;
  }

  /** @param servers resolves when they have done what the steps tell. */
  #begin(side: Side, role: Role, steps: Step[], servers: Promise<void>): void {
    this.#note(side, `Disaster recovery role of service '${this[side].name}' is changing to ${role}`);
    const first = steps.filter((step) => step.at === 0);
    for (const step of first) this.#apply(step, side);
    this.#transition = this.#run(steps.slice(first.length), side, servers)
      .catch((error: unknown) => this.#broken(side, error))
      .finally(() => {
        this.#transition = undefined;
      });
  }

  /** Resolves when no role change is under way (a stuck one is over, it just never got to RUNNING). */
  async settled(): Promise<void> {
    await this.#transition;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // Ends a role change that waits for something, perhaps for ever.
    await this.backing.close();
    await this.#transition;
  }

  async #swapServers(to: Side, { loseRows, readOnly }: Behaviour): Promise<void> {
    const promoted = () => {
      if (this.#endpointFollows) this.backing.follow(to);
    };
    await this.backing.swap(to, { loseRows, readOnly, promoted });
  }

  async #run(steps: Step[], to: Side, swapped: Promise<void>): Promise<void> {
    const start = Date.now();
    swapped.catch(() => undefined); // it is awaited below, perhaps long after it failed
    try {
      for (const step of steps) {
        const wait = start + step.at * this.#transitionMs - Date.now();
        if (wait > 0) await delay(wait, undefined, { signal: this.#closing.signal });
        if (step.settles) await swapped;
        this.#apply(step, to);
      }
    } finally {
      await swapped;
    }
    this.#note(to, `Disaster recovery role of service '${this[to].name}' is now ${this[to].status.role}`);
    if (this[to].status.role !== 'active' || this[to].status.state !== 'RUNNING') return;
    const text = `Promoted ${this[to].name}-1 to be the new master in service ${this[to].name}.`;
    this.#events.add({ actor: AUTOMATION, type: 'service_master_promotion', service: this[to].name, text });
  }

  #apply(step: Step, to: Side): void {
    for (const [side, status] of [
      [to, step.promoted],
      [otherSide(to), step.demoted],
    ] as const) {
      // A failed service takes no part in a role change: only a rebuild would bring it back.
      if (status && this[side].status.role !== 'failed') this[side].change(status);
    }
  }

  #broken(side: Side, error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const text = `The lab could not change the servers' roles: ${error instanceof Error ? error.message : String(error)}`;
    this.#note(side, text);
    process.emitWarning(text);
  }

  #note(side: Side, text: string): void {
    const type = 'service_disaster_recovery_transition';
    this.#events.add({ actor: AUTOMATION, type, service: this[side].name, text });
  }
}
