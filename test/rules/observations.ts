import type {
  PairObservation,
  ReadService,
  Role,
  ServiceObservation,
  ServiceState,
} from '../../src/contract/observation';

const ROLES: Role[] = ['active', 'passive', 'failed', 'changing', 'absent', 'unknown'];
const STATES: ServiceState[] = ['RUNNING', 'REBUILDING', 'REBALANCING', 'POWEROFF', 'unknown'];
const AT = '2026-11-22T03:00:00.000Z';

export const PRIMARY = 'pg-demo';
export const RECOVERY = 'pg-demo-recovery';

export interface Look {
  role?: Role;
  state?: ServiceState;
  /** Whether every node is `running`. */
  nodesRun?: boolean;
  peers?: string[];
}

/** What one read says of a service: RUNNING, all nodes running, joined with the other one, unless told otherwise. */
export function readService(service: string, look: Look): ReadService {
  const { role = 'active', state = 'RUNNING', nodesRun = true } = look;
  const { peers = [service === PRIMARY ? RECOVERY : PRIMARY] } = look;
  return {
    readable: true,
    service,
    at: AT,
    role,
    state,
    settled: state === 'RUNNING' && nodesRun,
    summary: `${role}/${state}`,
    peers,
    updatedAt: AT,
  };
}

export function unreadService(service: string, gone = false): ServiceObservation {
  return { readable: false, service, at: AT, why: gone ? '404' : 'no connection', gone };
}

export function pairOf(primary: Look | 'unread', recovery: Look | 'unread'): PairObservation {
  return {
    primary: primary === 'unread' ? unreadService(PRIMARY) : readService(PRIMARY, primary),
    recovery: recovery === 'unread' ? unreadService(RECOVERY) : readService(RECOVERY, recovery),
  };
}

/** Everything one read can say of a service: role × state × nodes × peers, and two ways of saying nothing. */
export function everyReadOf(service: string): ServiceObservation[] {
  const peer = service === PRIMARY ? RECOVERY : PRIMARY;
  const seen: ServiceObservation[] = [unreadService(service), unreadService(service, true)];
  for (const role of ROLES)
    for (const state of STATES)
      for (const nodesRun of [true, false])
        for (const peers of [[peer], [], ['pg-other'], [peer, 'pg-other']])
          seen.push(readService(service, { role, state, nodesRun, peers }));
  return seen;
}

/** Every combination of two such reads. */
export function everyPair(): PairObservation[] {
  const recoveries = everyReadOf(RECOVERY);
  return everyReadOf(PRIMARY).flatMap((primary) => recoveries.map((recovery) => ({ primary, recovery })));
}
