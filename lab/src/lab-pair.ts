import type { Address } from './backing/backing';
import { applyChange } from './changes';
import { ApiError } from './errors';
import { beginLoad, type RunningLoad } from './load/load';
import type { Side } from './model';
import type { Pair } from './pair';
import type { RequestLog } from './request-log';
import type { LabPair } from './surface';
import type { World } from './world';

/** A pair as the lab's users see it, and what its load needs when the lab ends. */
export interface PairHandle {
  pair: LabPair;
  /** Before the servers are closed. */
  endLoad(): Promise<void>;
}

export function handlePair(
  pair: Pair,
  { world, requests }: { world: World; requests: RequestLog },
): PairHandle {
  const { backing, primary, recovery } = pair;
  const { data, password, shared, addresses } = backing;
  let load: RunningLoad | undefined;
  const uri = ({ host, port }: Address) =>
    data && `postgres://avnadmin:${password}@${host}:${port}/defaultdb?sslmode=disable`;
  const show = (side: Side) => ({ service: pair[side].name, ...pair[side].status });
  const switchTo = async (service: string) => {
    await applyChange(world, { kind: 'promote', service });
    await pair.settled();
  };
  const handle: LabPair = {
    primary: primary.name,
    recovery: recovery.name,
    serviceUri: uri(shared),
    primaryUri: uri(addresses.primary),
    recoveryUri: uri(addresses.recovery),
    sharedHost: data && { name: shared.host, port: shared.port },
    resolvers: data?.resolvers ?? [],
    probe: data?.probe,
    status: () => ({ primary: show('primary'), recovery: show('recovery') }),
    switchover: () => switchTo(recovery.name),
    switchback: () => switchTo(primary.name),
    settled: () => pair.settled(),
    behave: (behaviour) => pair.behave(behaviour),
    set: (side, status) => void applyChange(world, { kind: 'set', service: pair[side].name, ...status }),
    override: (side, overrides) => pair[side].override(overrides),
    vanish: (side) => void applyChange(world, { kind: 'vanish', service: pair[side].name }),
    restore: () => {
      primary.restore();
      recovery.restore();
    },
    requests: () =>
      requests.list().filter(({ service }) => service === primary.name || service === recovery.name),
    query: async (side, sql) => pair.dataFor('query').query(side, sql),
    lostRows: async () => pair.dataFor('lostRows').lostRows(),
    startLoad: async (options = {}) => {
      const servers = pair.dataFor('load');
      if (load) throw new ApiError(409, `The pair of ${primary.name} has a load already`);
      const begun = await beginLoad(options, {
        password,
        lookUp: () => servers.lookUpShared(),
        query: (sql) => servers.query(servers.active, sql),
        settled: () => pair.settled(),
        stopped: () => {
          load = undefined;
        },
      });
      load = begun;
      return begun;
    },
    get load() {
      return load;
    },
  };
  return { pair: handle, endLoad: async () => load?.end() };
}
