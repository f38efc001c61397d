import { buildServer } from './api/server';
import type { LostRows, ProbeRow } from './backing/backing';
import { memoryBacking } from './backing/memory';
import { postgresBacking } from './backing/postgres';
import { applyChange, type Change } from './changes';
import { addControlPath } from './control';
import { ApiError } from './errors';
import { AUTOMATION } from './events';
import { type Fault, FaultBook, type FaultInput } from './faults';
import { handlePair, type PairHandle } from './lab-pair';
import type { Load, LoadCounts, LoadOptions } from './load/load';
import type { Dialect, Role, ServiceState, Side } from './model';
import type { Overrides } from './overrides';
import { Pair } from './pair';
import { type RateLimit, RateLimiter } from './rate-limit';
import { type RequestEntry, RequestLog } from './request-log';
import { newToken } from './secrets';
import type { Lab } from './surface';
import type { Behaviour } from './timeline';
import { World } from './world';

export type { Lab, LabPair, PairStatus } from './surface';
export type {
  Behaviour,
  Change,
  Dialect,
  Fault,
  FaultInput,
  Load,
  LoadCounts,
  LoadOptions,
  LostRows,
  Overrides,
  ProbeRow,
  RequestEntry,
  Role,
  ServiceState,
  Side,
};

export interface LabOptions {
  /** Which form of the API (default `role`). */
  dialect?: Dialect;
  /** How many pairs (default 1). */
  pairs?: number;
  /** Real PostgreSQL servers (default), or only the state machine: for hundreds of pairs. */
  backing?: 'postgres' | 'memory';
  /** Milliseconds from a role change's write to both services RUNNING (default 3000). */
  transitionMs?: number;
  /** TCP port on loopback; 0 takes a free one (default 0). */
  port?: number;
  /** `ready` for a switchback: a switchover was done (default). `fresh`: the primary is active. */
  state?: 'ready' | 'fresh' | 'failed-over';
  /** Aiven project (default `crdr-lab`). */
  project?: string;
  /** API token (default: a random one). */
  token?: string;
  /** Turns requests away that are too many (default: none is). */
  rateLimit?: RateLimit;
  /** Answers `GET /project/P/service` (default); else 404, so that each service must be read by itself. */
  serviceList?: boolean;
  /**
   * DNS servers to run, which know the shared names of all pairs (default 0: the shared address is a port of its own).
   * Needs real servers, and Linux, where all of 127.0.0.0/8 is loopback.
   */
  resolvers?: number;
}

const DAY = 24 * 3_600_000;
/** Pairs brought up at a time: starting servers is CPU work. */
const AT_ONCE = 4;

/** An Aiven-compatible API on loopback in front of `pairs` disaster recovery pairs. Resolves when all of it is up. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { dialect = 'role', pairs = 1, transitionMs = 3000, state = 'ready', port = 0 } = options;
  const { project = 'crdr-lab', token = newToken(), backing = 'postgres', resolvers = 0 } = options;
  if (resolvers > 0 && backing === 'memory') throw new ApiError(400, 'Resolvers need real servers');
  const begun = new Date();
  const world = new World(project, token, dialect, begun);
  world.servesList = options.serviceList ?? true;
  const limiter = options.rateLimit && new RateLimiter(options.rateLimit);
  const parts = { world, faults: new FaultBook(), requests: new RequestLog(), limiter };
  const server = buildServer(parts);
  const factory = backing === 'memory' ? memoryBacking : await postgresBacking(resolvers);
  let handles: PairHandle[] = [];
  const closeAll = async () => {
    await server.close();
    await Promise.all(handles.map(({ endLoad }) => endLoad()));
    await Promise.all(world.pairs.map((pair) => pair.close()));
    await factory.close();
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeAll();
    return closed;
  };
  try {
    for (const batch of batches(pairs)) {
      const made = await Promise.allSettled(batch.map((n) => makePair(n)));
      for (const result of made) if (result.status === 'rejected') throw result.reason;
    }
    world.pairs.sort((a, b) => a.primary.name.localeCompare(b.primary.name, 'en', { numeric: true }));
    handles = world.pairs.map((pair) => handlePair(pair, parts));
    const lab: Lab = {
      // Known once it listens, and nobody can ask before.
      baseUrl: '',
      token,
      project,
      dialect,
      pairs: handles.map(({ pair }) => pair),
      requests: (service) => parts.requests.list(service),
      clearRequests: () => parts.requests.clear(),
      addFault: (fault) => parts.faults.add(fault),
      faults: () => parts.faults.list(),
      clearFaults: (id) => parts.faults.clear(id),
      apply: async (change) => applyChange(world, change),
      close,
    };
    addControlPath(server, lab);
    return Object.assign(lab, { baseUrl: await server.listen({ host: '127.0.0.1', port }) });
  } catch (error) {
    await close();
    throw error;
  }

  async function makePair(n: number): Promise<void> {
    const primary = n === 1 ? 'pg-demo' : `pg-demo-${n}`;
    const names = { primary, recovery: `${primary}-recovery` };
    const lastChange = new Date(begun.getTime() - DAY);
    const pair = new Pair({
      names,
      backing: await factory.create(names),
      events: world.events,
      transitionMs,
      lastChange,
    });
    world.add(pair);
    if (state === 'fresh') return;
    if (state === 'failed-over') await pair.beginFailedOver();
    else await pair.beginSwitchedOver();
    const text = `Disaster recovery role of service '${names.recovery}' is now active`;
    const type = 'service_disaster_recovery_transition';
    world.events.add({ actor: AUTOMATION, type, service: names.recovery, text, at: lastChange });
  }
}

function batches(count: number): number[][] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Array.from({ length: Math.ceil(count / AT_ONCE) }, (_, index) =>
    numbers.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
}
