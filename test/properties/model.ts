import { Dispatcher } from 'undici';
import { type Call, notFound, ROUTES } from '../../lab/src/api/routes';
import { memoryBacking } from '../../lab/src/backing/memory';
import { applyChange, type Change } from '../../lab/src/changes';
import { ApiError, errorBody } from '../../lab/src/errors';
import type { Dialect, Side } from '../../lab/src/model';
import { Pair, TransitionRefused } from '../../lab/src/pair';
import type { Behaviour } from '../../lab/src/timeline';
import { World } from '../../lab/src/world';

export const PROJECT = 'model';
export const NAMES = { primary: 'pg-a', recovery: 'pg-b' } as const;

/** What may become of one request. `before` it is applied, or `after`. */
export type Fault =
  | { kind: 'reset'; when: 'before' | 'after' }
  | { kind: 'status'; when: 'before' | 'after'; status: number; retryAfter?: number }
  | { kind: 'html'; when: 'before' | 'after' }
  | { kind: 'cut-json' }
  | { kind: 'slow'; ms: number }
  /** The reply shows the service (or the side) with a word that nobody knows, or without the field. */
  | { kind: 'strange'; field: 'role' | 'state'; value: string | undefined }
  /** Something happens to the pair right before the request arrives. */
  | { kind: 'change'; change: Change };

/** A promotion that left a worker, whether it arrived or not. */
export interface Sent {
  side: Side;
  at: number;
  /** The answer told what became of it. */
  isAnswered: boolean;
}

export interface Write {
  side: Side;
  /** When it arrived, on the virtual clock. */
  at: number;
  effective: boolean;
  /** Why it must not have been sent, by what this very attempt had been shown. */
  faults: string[];
  /** The `update_time` of both services, as this very attempt had been shown them. */
  seen: Record<string, string | undefined>;
}

interface ShownService {
  role: string | undefined;
  state: string;
  allRunning: boolean;
  updateTime: string;
}

const LATENCY_MS = 20;
const DAY = 24 * 3_600_000;
const KNOWN = {
  roles: ['active', 'passive', 'failed', 'rebuilding', 'rebalancing'],
  states: ['RUNNING', 'REBUILDING', 'REBALANCING', 'POWEROFF'],
};

/** The lab's own world, state machine and replies, without HTTP: requests are answered on the virtual clock. */
export class Model {
  readonly writes: Write[] = [];
  readonly sent: Sent[] = [];
  readonly #world: World;
  readonly #counts = { read: 0, write: 0 };

  private constructor(
    readonly dialect: Dialect,
    readonly pair: Pair,
    private readonly faults: readonly { on: 'read' | 'write'; nth: number; fault: Fault }[],
    world: World,
  ) {
    this.#world = world;
    world.add(pair);
  }

  static async create(options: {
    dialect: Dialect;
    transitionMs: number;
    behaviour: Behaviour;
    state: 'ready' | 'fresh';
    faults: readonly { on: 'read' | 'write'; nth: number; fault: Fault }[];
  }): Promise<Model> {
    const { dialect, transitionMs, behaviour, state, faults } = options;
    const world = new World(PROJECT, 'token', dialect, new Date());
    const backing = await memoryBacking.create(NAMES);
    const { events } = world;
    const lastChange = new Date(Date.now() - DAY);
    const pair = new Pair({ names: NAMES, backing, events, transitionMs, lastChange });
    if (state === 'ready') await pair.beginSwitchedOver();
    pair.behave(behaviour);
    return new Model(dialect, pair, faults, world);
  }

  happens(change: Change): void {
    try {
      // A model has no servers, so that all of it happens before this returns.
      void applyChange(this.#world, change);
    } catch (error) {
      // Another actor is refused as anybody is.
      if (!(error instanceof TransitionRefused)) throw error;
    }
  }

  /** `primary/recovery`, as they really are. */
  get truth(): string {
    const { primary, recovery } = this.pair;
    return [primary, recovery].map(({ status: { role, state } }) => `${role} ${state}`).join(', ');
  }

  async close(): Promise<void> {
    await this.pair.close();
  }

  effective(side: Side): number {
    return this.writes.filter((write) => write.effective && write.side === side).length;
  }

  faultFor(on: 'read' | 'write'): Fault | undefined {
    this.#counts[on] += 1;
    return this.faults.find((one) => one.on === on && one.nth === this.#counts[on])?.fault;
  }

  answer(method: string, path: string, body: unknown, knows: Knowledge): { status: number; body: object } {
    const write = method === 'PUT' ? this.#record(path, knows) : undefined;
    try {
      const url = new URL(path, 'http://model');
      for (const route of ROUTES) {
        const params = route.method === method ? match(`/v1${route.path}`, url.pathname) : undefined;
        if (params === undefined) continue;
        const query = Object.fromEntries(url.searchParams);
        const effect: Call['effect'] = (found) => {
          if (write !== undefined) write.effective = found === 'role-change';
        };
        return { status: 200, body: route.answer({ world: this.#world, params, query, body, effect }) };
      }
      throw notFound();
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: error.body };
      if (error instanceof TransitionRefused) return { status: 409, body: errorBody(409, error.message) };
      throw error;
    }
  }

  #record(path: string, knows: Knowledge): Write {
    const side = sideOf(path);
    const write: Write = {
      side,
      at: Date.now(),
      effective: false,
      faults: knows.against(side),
      seen: knows.updateTimes,
    };
    this.writes.push(write);
    return write;
  }
}

function sideOf(path: string): Side {
  return path.endsWith(NAMES.primary) ? 'primary' : 'recovery';
}

/** What one attempt of an activity was told of the two services; kept apart from the product's own rules. */
class Knowledge {
  readonly #services = new Map<string, ShownService>();
  readonly #roles = new Map<string, string>();

  constructor(private readonly dialect: Dialect) {}

  /** A request about them went out: what was known before does not count any more. */
  asked(path: string): void {
    if (path.endsWith('/disaster-recovery')) this.#roles.clear();
    else for (const name of Object.values(NAMES)) if (path.endsWith(`/${name}`)) this.#services.delete(name);
  }

  told(body: unknown): void {
    const { service, disaster_recovery } = body as Record<string, Record<string, unknown> | undefined>;
    if (service !== undefined) {
      const nodes = service.node_states as ({ state: string } | null)[];
      const role = service.disaster_recovery_role as string | undefined;
      const allRunning = nodes.length > 0 && nodes.every((node) => node?.state === 'running');
      const [state, updateTime] = [String(service.state), String(service.update_time)];
      this.#services.set(String(service.service_name), { state, role, allRunning, updateTime });
    }
    for (const side of Object.values(disaster_recovery ?? {}) as {
      service_name: string;
      status?: string;
    }[]) {
      if (side.status !== undefined) this.#roles.set(side.service_name, side.status.toLowerCase());
    }
  }

  against(target: Side): string[] {
    const other = target === 'primary' ? 'recovery' : 'primary';
    const [wanted, left] = [this.#of(target), this.#of(other)];
    if (wanted === undefined || left === undefined) return ['a side is unread'];
    const faults = [wanted, left].flatMap(({ role, state }) => [
      ...(KNOWN.roles.includes(role) ? [] : [`the role "${role}" is unknown`]),
      ...(KNOWN.states.includes(state) ? [] : [`the state "${state}" is unknown`]),
    ]);
    if (wanted.role === 'failed') faults.push('the target has failed');
    if (wanted.role === 'active') faults.push('the target is active already');
    if (wanted.state !== 'RUNNING' || !wanted.allRunning) faults.push('the target is not settled');
    if (target === 'primary' && (left.role !== 'active' || left.state !== 'RUNNING' || !left.allRunning)) {
      faults.push('the recovery service is not active and settled');
    }
    return faults;
  }

  get updateTimes(): Record<string, string | undefined> {
    return Object.fromEntries(
      Object.values(NAMES).map((name) => [name, this.#services.get(name)?.updateTime]),
    );
  }

  #of(side: Side): (ShownService & { role: string }) | undefined {
    const service = this.#services.get(NAMES[side]);
    const role = this.dialect === 'role' ? service?.role : this.#roles.get(NAMES[side]);
    return service === undefined || role === undefined ? undefined : { ...service, role };
  }
}

/** The network as one attempt of an activity has it; it dies with the worker. */
export class Line extends Dispatcher {
  readonly #knows: Knowledge;
  #dead = false;

  constructor(private readonly model: Model) {
    super();
    this.#knows = new Knowledge(model.dialect);
  }

  kill(): void {
    this.#dead = true;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { method, path } = options;
    const fault = this.model.faultFor(method === 'PUT' ? 'write' : 'read');
    if (this.#dead) return true;
    const sent: Sent = { side: sideOf(path), at: Date.now(), isAnswered: false };
    if (method === 'PUT') this.model.sent.push(sent);
    let over = false;
    const end = (error: Error) => {
      if (over) return;
      over = true;
      handler.onResponseError?.(controller, error);
    };
    const controller = {
      aborted: false,
      paused: false,
      reason: null,
      rawHeaders: [],
      rawTrailers: [],
      pause: () => undefined,
      resume: () => undefined,
      abort: (error: Error) => end(error),
    } as unknown as Dispatcher.DispatchController;
    const reset = () => end(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    const reply = (status: number, text: string, headers: Record<string, string> = {}) => {
      if (over || this.#dead) return;
      over = true;
      handler.onResponseStart?.(controller, status, { 'content-type': 'application/json', ...headers });
      handler.onResponseData?.(controller, Buffer.from(text));
      handler.onResponseEnd?.(controller, {});
    };
    const fail = (): boolean => {
      if (fault?.kind === 'reset') reset();
      else if (fault?.kind === 'html') reply(502, '<html>Bad gateway</html>');
      else if (fault?.kind === 'status') {
        const { status, retryAfter } = fault;
        sent.isAnswered = status < 500;
        const headers: Record<string, string> =
          retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` };
        reply(status, JSON.stringify(errorBody(status, 'a fault')), headers);
      } else return false;
      return true;
    };

    handler.onRequestStart?.(controller, {});
    if (method === 'GET') this.#knows.asked(path);
    setTimeout(() => {
      // What a killed process had not sent is never sent.
      if (over || this.#dead) return;
      if (fault?.kind === 'change') this.model.happens(fault.change);
      if (fault !== undefined && 'when' in fault && fault.when === 'before' && fail()) return;
      const body = typeof options.body === 'string' ? JSON.parse(options.body) : undefined;
      const answer = this.model.answer(method, path, body, this.#knows);
      setTimeout(
        () => {
          if (fault !== undefined && 'when' in fault && fault.when === 'after' && fail()) return;
          const text = JSON.stringify(strange(answer.body, fault));
          if (fault?.kind === 'cut-json') return reply(200, text.slice(0, text.length / 2));
          if (!over && !this.#dead && answer.status === 200) this.#knows.told(JSON.parse(text));
          sent.isAnswered = !over && !this.#dead;
          reply(answer.status, text);
        },
        fault?.kind === 'slow' ? fault.ms : LATENCY_MS,
      );
    }, LATENCY_MS);
    return true;
  }

  override async close(): Promise<void> {}
  override async destroy(): Promise<void> {}
}

function strange(body: object, fault: Fault | undefined): object {
  if (fault?.kind !== 'strange') return body;
  const { field, value } = fault;
  const { service, disaster_recovery } = structuredClone(body) as Record<string, Record<string, unknown>>;
  if (service !== undefined) {
    service[field === 'role' ? 'disaster_recovery_role' : 'state'] = value;
    return { service };
  }
  if (disaster_recovery !== undefined) {
    Object.assign(disaster_recovery.primary ?? {}, { status: value });
    return { disaster_recovery };
  }
  return body;
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}
