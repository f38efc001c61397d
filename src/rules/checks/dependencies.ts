import { isDeepStrictEqual } from 'node:util';
import type { Backup, Service } from '../../aiven';
import type { Facts } from '../facts';
import {
  type Answer,
  type Context,
  candidateOf,
  compare,
  each,
  few,
  notChecked,
  type Row,
  withoutFraction,
} from './row';

const HOUR = 3_600_000;
/** A daily backup, and two hours for it to be made. Aiven docs, "PostgreSQL backups": a full one every day. */
const BACKUP_AGE_MS = 26 * HOUR;

/** What is not part of the switch, and may surprise after it. */
export const DEPENDENCIES: readonly Row<Facts>[] = [
  {
    id: 'recent-backup',
    moves: ['switchback', 'switchover', 'rebuild'],
    title: 'There is a recent backup',
    guards: 'write',
    looksAt: 'backups of both services',
    wanted: 'a backup of the active service no older than 26 hours',
    remedy: 'Find out why there is none: without it, a mistake from here on cannot be taken back.',
    judge: judgeBackups,
  },
  {
    id: 'primary-region',
    title: 'The region of the service to promote is healthy',
    guards: 'write',
    looksAt: 'nothing: ask status.aiven.io and the cloud provider',
    wanted: 'nothing is wrong there; what made you leave it is over',
    remedy: 'Look at status.aiven.io and at the status page of the cloud provider.',
    judge: ({ facts }) => {
      const { candidate } = candidateOf(facts);
      const region = candidate.ok ? candidate.value.cloudName : 'a region';
      return notChecked(`no request tells how ${region} is`);
    },
  },
  {
    id: 'dependents',
    title: 'Nothing else is attached to the two services',
    guards: 'write',
    looksAt: 'the other integrations of both services',
    wanted: 'no read replica, no change data capture; logs and metrics do not matter',
    remedy:
      'Look at what is attached once the run is over: what becomes of it in a role change is not documented.',
    judge: (context) => each(context, judgeDependents),
  },
  {
    id: 'network-parity',
    title: 'The service to promote can be reached from where the active one can',
    guards: 'write',
    looksAt: 'user_config.ip_filter, project_vpc_id and the routes of components, of both services',
    wanted: 'each address, network and route that the active service admits, on the other one too',
    remedy: 'Add what is missing, or applications there are cut off after the switch.',
    judge: ({ facts }) => compare(facts, judgeNetworks),
  },
  {
    id: 'shared-address',
    title: 'Both services show the same disaster recovery address',
    guards: 'write',
    looksAt: 'components whose usage is disaster_recovery, of both services',
    wanted: 'one host name, the same on both',
    remedy: 'Applications that use the address of one service must be pointed to the other by hand.',
    judge: ({ facts }) => compare(facts, judgeAddresses),
  },
  {
    id: 'settings-parity',
    title: 'Both have the same PostgreSQL settings',
    guards: 'write',
    looksAt: 'the sections of user_config that shape PostgreSQL and PgBouncer, of both services',
    wanted: 'the same values',
    remedy:
      'Bring the settings of the service to promote in line: applications run with them after the switch.',
    judge: ({ facts }) => compare(facts, judgeSettings),
  },
  {
    id: 'pool-parity',
    title: 'The service to promote has the connection pools of the active one',
    guards: 'write',
    looksAt: 'connection_pools of both services',
    wanted: 'each pool of the active service on the other one too',
    remedy: 'Create the missing pools, or applications that use them fail after the switch.',
    judge: ({ facts }) => compare(facts, judgePools),
  },
  {
    id: 'termination-protection',
    moves: 'all',
    title: 'Both services are protected against termination',
    guards: 'write',
    looksAt: 'termination_protection of both services',
    wanted: 'termination protection on both',
    remedy:
      'Turn termination protection on: it keeps either service from being deleted or powered off by mistake.',
    judge: (context) => each(context, judgeProtection),
  },
  {
    id: 'notifications',
    moves: 'all',
    title: 'Aiven announces nothing for the two services',
    guards: 'write',
    looksAt: 'service_notifications of both services',
    wanted: 'no end of life, no removal',
    remedy: 'Read the announcement and plan for it.',
    judge: (context) => each(context, judgeNotifications),
  },
];

type Judged = Omit<Answer, 'evidence'>;

function judgeBackups({ facts }: Context): Answer {
  const isRebuild = facts.move === 'rebuild';
  return compare(facts, (candidate, current) => {
    // A rebuild throws away what the failed service had: the active one has the only copy.
    const [active, other] = isRebuild ? [candidate, current] : [current, candidate];
    if (active.backups === undefined) {
      const finding = isRebuild ? 'block' : 'unknown';
      return { finding, observed: `the API tells no backups of ${active.serviceName}` };
    }
    const ofActive = newest(active.backups);
    const ofOther = newest(other.backups ?? []);
    const isFresh = (time: string | undefined) =>
      time !== undefined && Date.parse(facts.now) - Date.parse(time) <= BACKUP_AGE_MS;
    const told = (name: string, time: string | undefined) =>
      `${name}: ${time === undefined ? 'none' : withoutFraction(time)}`;
    const observed = [told(active.serviceName, ofActive), told(other.serviceName, ofOther)];
    if (isFresh(ofActive)) return { finding: 'pass', observed: observed.slice(0, 1).join() };
    if (isRebuild) return { finding: 'block', observed: observed.slice(0, 1).join() };
    // Soon after a switchover the active service may not have made its first one yet.
    return { finding: isFresh(ofOther) ? 'warn' : 'ack', observed: observed.join('; ') };
  });
}

function newest(backups: readonly Backup[]): string | undefined {
  return backups
    .map(({ time }) => time)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}

/** What only observes a service does not suffer from a role change. */
const OBSERVING = /log|metric|dashboard|datadog|prometheus|thanos|rsyslog|alertmanager|jolokia|autoscaler/;

function judgeDependents({ serviceName, integrations }: Service): Judged {
  const others = integrations.filter(({ type }) => type !== 'disaster_recovery' && !OBSERVING.test(type));
  if (others.length === 0) return { finding: 'pass', observed: `${serviceName}: none` };
  const told = others.map(({ type, sourceService, destService }) => {
    const other = sourceService === serviceName ? destService : sourceService;
    return other === undefined ? type : `${type} with ${other}`;
  });
  return { finding: 'warn', observed: `${serviceName}: ${few(told)}` };
}

function judgeNetworks(primary: Service, recovery: Service): Judged {
  const lists = [filterOf(primary), filterOf(recovery), routesOf(primary), routesOf(recovery)];
  const [admitted, needed, routes, neededRoutes] = lists;
  if (admitted === undefined || needed === undefined) {
    return { finding: 'unknown', observed: 'the API does not tell the ip_filter of both' };
  }
  const missing = needed.filter((network) => !admitted.includes(network));
  const missingRoutes = (neededRoutes ?? []).filter(
    (route) => routes !== undefined && !routes.includes(route),
  );
  const vpcs = [primary.projectVpcId, recovery.projectVpcId].map((id) => id !== null && id !== undefined);
  const found = [
    ...(missing.length > 0 ? [`${primary.serviceName} does not admit ${few(missing)}`] : []),
    ...(missingRoutes.length > 0 ? [`${primary.serviceName} has no route ${few(missingRoutes)}`] : []),
    ...(vpcs[0] !== vpcs[1] ? ['only one of the two is in a project VPC'] : []),
  ];
  if (found.length > 0) return { finding: 'warn', observed: found.join('; ') };
  return {
    finding: 'pass',
    observed: `${primary.serviceName} admits all that ${recovery.serviceName} admits`,
  };
}

/** Entries are networks, or objects that name one. */
function filterOf({ userConfig }: Service): string[] | undefined {
  const filter: unknown = userConfig?.ip_filter;
  if (!Array.isArray(filter)) return undefined;
  return filter.map((entry: unknown) => {
    const network = typeof entry === 'object' && entry !== null && 'network' in entry ? entry.network : entry;
    return String(network);
  });
}

function routesOf({ components }: Service): string[] | undefined {
  return components?.flatMap(({ route }) => route ?? []);
}

function judgeAddresses(primary: Service, recovery: Service): Judged {
  if (primary.components === undefined || recovery.components === undefined) {
    return { finding: 'unknown', observed: 'the API does not tell the host names of both' };
  }
  const [here, there] = [sharedHosts(primary), sharedHosts(recovery)];
  const told = [here, there].map((hosts) => (hosts.length === 0 ? 'none' : hosts.join(', ')));
  if (here.length === 0 || !isDeepStrictEqual(here, there)) {
    const observed = `${primary.serviceName}: ${told[0]}; ${recovery.serviceName}: ${told[1]}`;
    return { finding: 'warn', observed };
  }
  return { finding: 'pass', observed: here.join(', ') };
}

function sharedHosts({ components = [] }: Service): string[] {
  const shared = components.filter(({ usage }) => usage === 'disaster_recovery');
  return [...new Set(shared.map(({ host }) => host))].sort();
}

/** Settings that shape PostgreSQL itself; where a service stands and who may reach it is meant to differ. */
const SECTIONS = [
  'pg',
  'pgbouncer',
  'pgaudit',
  'timescaledb',
  'variant',
  'shared_buffers_percentage',
  'work_mem',
  'synchronous_replication',
];

function judgeSettings({ userConfig: here, serviceName }: Service, { userConfig: there }: Service): Judged {
  if (here === undefined || there === undefined) {
    return { finding: 'unknown', observed: 'the API does not tell the settings of both' };
  }
  const differing = SECTIONS.flatMap((section) => differences(section, here[section], there[section]));
  if (differing.length === 0) return { finding: 'pass', observed: 'no difference' };
  return { finding: 'warn', observed: `${serviceName} differs in ${few(differing)}` };
}

/** Names only: a value is nobody's business in a report. */
function differences(name: string, here: unknown, there: unknown): string[] {
  if (isDeepStrictEqual(here, there)) return [];
  if (!isObject(here) || !isObject(there)) return [name];
  const keys = [...new Set([...Object.keys(here), ...Object.keys(there)])].sort();
  return keys.flatMap((key) => (isDeepStrictEqual(here[key], there[key]) ? [] : [`${name}.${key}`]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function judgePools(primary: Service, recovery: Service): Judged {
  if (primary.connectionPools === undefined || recovery.connectionPools === undefined) {
    return { finding: 'unknown', observed: 'the API does not tell the pools of both' };
  }
  const names = primary.connectionPools.map(({ poolName }) => poolName);
  const missing = recovery.connectionPools.filter(({ poolName }) => !names.includes(poolName));
  if (missing.length === 0) {
    const count = recovery.connectionPools.length;
    return { finding: 'pass', observed: count === 0 ? 'there are none' : `${count} on both` };
  }
  const observed = `${primary.serviceName} lacks ${few(missing.map(({ poolName }) => poolName))}`;
  return { finding: 'warn', observed };
}

function judgeProtection({ serviceName, terminationProtection }: Service): Judged {
  if (terminationProtection === undefined) {
    return { finding: 'unknown', observed: `${serviceName}: not told` };
  }
  const observed = `${serviceName}: ${terminationProtection ? 'protected' : 'not protected'}`;
  return { finding: terminationProtection ? 'pass' : 'warn', observed };
}

function judgeNotifications({ serviceName, notifications }: Service): Judged {
  if (notifications === undefined) return { finding: 'unknown', observed: `${serviceName}: not told` };
  if (notifications.length === 0) return { finding: 'pass', observed: `${serviceName}: none` };
  const told = notifications.map(({ type, message }) => message ?? type);
  return { finding: 'warn', observed: `${serviceName}: ${few(told)}` };
}
