import type { NodeMetric, Service } from '../../aiven';
import type { Facts } from '../facts';
import { type Answer, type Context, candidateOf, compare, few, type Row, unread } from './row';

/** Per cent. Near a full disk Aiven makes PostgreSQL read-only (Aiven docs, "Prevent PostgreSQL full disk issues"). */
const DISK_HIGH = 85;
const DISK_FULL = 95;
const CPU_HIGH = 85;

/** The candidate can carry what the active service carries now. */
export const CAPACITY: readonly Row<Facts>[] = [
  {
    id: 'same-version',
    title: 'Both run the same PostgreSQL major version',
    guards: 'write',
    looksAt: 'user_config.pg_version of both services, or else metadata.pg_version',
    wanted: 'the same major version',
    remedy: 'Ask Aiven support how the pair came to differ: one of the two is never upgraded alone.',
    judge: ({ facts }) => compare(facts, judgeVersions),
  },
  {
    id: 'primary-size',
    title: 'The service to promote is no smaller than the active one',
    guards: 'write',
    looksAt: 'plan, node_count, node_cpu_count, node_memory_mb and disk_space_mb of both services',
    wanted: 'as many nodes, and each with as much CPU, memory and disk',
    remedy: 'Bring it to the plan of the active service first, or acknowledge that it will do.',
    judge: ({ facts }) => compare(facts, judgeSizes),
  },
  {
    id: 'disk-usage',
    title: 'The disk of the service to promote has room',
    guards: 'write',
    looksAt: 'POST …/metrics of the service to promote (disk_usage), metadata.write_block_threshold_exceeded',
    wanted: `less than ${DISK_HIGH} % used on every node; from ${DISK_FULL} % on it is no candidate`,
    remedy: 'Add disk space to the service to promote: PostgreSQL on a full disk is read-only.',
    judge: judgeDisk,
  },
  {
    id: 'cpu-usage',
    title: 'The service to promote is not busy',
    guards: 'write',
    looksAt: 'POST …/metrics of the service to promote (cpu_usage)',
    wanted: `less than ${CPU_HIGH} % CPU on every node`,
    remedy: 'A passive service has little to do: find out what keeps its nodes busy.',
    judge: judgeCpu,
  },
  {
    id: 'plan-supported',
    title: 'The plans support cross-region disaster recovery',
    guards: 'write',
    looksAt: 'plan of both services',
    wanted: 'Startup or above on both',
    remedy: 'Hobbyist, Free and Developer plans are excluded by Aiven: ask Aiven support what this pair is.',
    judge: ({ facts }) => compare(facts, judgePlans),
  },
];

type Judged = Omit<Answer, 'evidence'>;

function judgeVersions(primary: Service, recovery: Service): Judged {
  const versions = [primary, recovery].map(versionOf);
  const observed = [primary, recovery]
    .map(({ serviceName }, index) => `${serviceName} has ${versions[index] ?? 'an unknown version'}`)
    .join('; ');
  if (versions.includes(undefined)) return { finding: 'unknown', observed };
  return { finding: versions[0] === versions[1] ? 'pass' : 'block', observed };
}

/** The major version: what the user configured, or what runs. */
function versionOf({ pgVersion, metadata }: Service): string | undefined {
  const running = metadata?.pg_version;
  const version = pgVersion ?? (typeof running === 'string' ? running : undefined);
  return version?.split('.')[0];
}

interface Size {
  what: string;
  of: (service: Service) => number | undefined;
}

const SIZES: readonly Size[] = [
  { what: 'nodes', of: ({ nodeCount }) => nodeCount },
  { what: 'CPU per node', of: ({ nodeCpuCount }) => nodeCpuCount },
  { what: 'MiB of memory per node', of: ({ nodeMemoryMb }) => nodeMemoryMb },
  // The API tells the disk of all nodes together.
  {
    what: 'MiB of disk per node',
    of: ({ diskSpaceMb, nodeCount }) => diskSpaceMb && nodeCount && Math.floor(diskSpaceMb / nodeCount),
  },
];

function judgeSizes(candidate: Service, current: Service): Judged {
  const plans = `plan ${candidate.plan}, the active service ${current.plan}`;
  const sizes = SIZES.map(({ what, of }) => ({ what, has: of(candidate), needs: of(current) }));
  const smaller = sizes.filter(({ has, needs }) => has !== undefined && needs !== undefined && has < needs);
  if (smaller.length > 0) {
    const told = smaller.map(({ what, has, needs }) => `${has} ${what} instead of ${needs}`);
    return { finding: 'ack', observed: `${plans}; ${told.join(', ')}` };
  }
  const missing = sizes.filter(({ has, needs }) => has === undefined || needs === undefined);
  if (missing.length > 0 && candidate.plan !== current.plan) {
    const observed = `${plans}; not told: ${missing.map(({ what }) => what).join(', ')}`;
    return { finding: 'unknown', observed };
  }
  return { finding: 'pass', observed: plans };
}

function judgeDisk({ facts }: Context): Answer {
  const { metrics } = facts;
  const { candidate } = candidateOf(facts);
  const evidence = [metrics, candidate];
  if (candidate.ok && candidate.value.metadata?.write_block_threshold_exceeded === true) {
    const observed = `${candidate.value.serviceName} is so full that the API says writes are blocked`;
    return { finding: 'block', observed, evidence };
  }
  const usage = metricOf(metrics, 'disk_usage');
  if (!Array.isArray(usage)) return usage;
  const highest = Math.max(...usage.map(({ value }) => value));
  const finding = highest >= DISK_FULL ? 'block' : highest >= DISK_HIGH ? 'ack' : 'pass';
  return { finding, observed: inPerCent(usage), evidence };
}

function judgeCpu({ facts: { metrics } }: Context): Answer {
  const usage = metricOf(metrics, 'cpu_usage');
  if (!Array.isArray(usage)) return usage;
  const busy = usage.some(({ value }) => value >= CPU_HIGH);
  return { finding: busy ? 'warn' : 'pass', observed: inPerCent(usage), evidence: [metrics] };
}

function metricOf(metrics: Facts['metrics'], name: string): NodeMetric[] | Answer {
  if (!metrics.ok) return unread(metrics);
  const values = metrics.value[name] ?? [];
  if (values.length > 0) return [...values];
  return { finding: 'unknown', observed: `the metrics have no ${name}`, evidence: [metrics] };
}

function inPerCent(values: NodeMetric[]): string {
  const worstFirst = values.toSorted((a, b) => b.value - a.value);
  return few(worstFirst.map(({ node, value }) => `${node} ${Math.round(value * 10) / 10} %`));
}

function judgePlans(...services: Service[]): Judged {
  const excluded = services.filter(({ plan }) => /^(hobbyist|free|developer)\b/i.test(plan));
  return {
    finding: excluded.length > 0 ? 'warn' : 'pass',
    observed: services.map(({ serviceName, plan }) => `${serviceName} ${plan}`).join(', '),
  };
}
