import { cut } from '../util/text';
import { faultOfText } from './text';

/** `block` stops the run; `ack` stops it until a person acknowledges; `warn` is for the record. */
export type Severity = 'block' | 'ack' | 'warn';

/** `unknown` means the fact could not be read; it stops the run wherever the check's severity would. */
export type Verdict = 'pass' | 'warn' | 'block' | 'unknown';

/**
 * Every check there is, in the order in which a person would look, with the severities that its findings can have.
 * The first one is also that of a fact that could not be read. The ids are what people acknowledge: they never change.
 */
export const checkSeverities = {
  'token-valid': ['block'],
  'services-exist': ['block'],
  'dialect-known': ['block'],
  postgresql: ['block'],
  'crdr-peers': ['block'],
  'named-is-primary': ['block', 'ack'],
  'switchover-completed': ['block'],
  'primary-active': ['block'],
  'primary-failed': ['block'],
  'both-settled': ['block'],
  'failover-allowed': ['block'],
  'failover-needed': ['block'],
  'recovery-ready': ['block'],
  'integration-running': ['block', 'ack', 'warn'],
  'one-master': ['block', 'ack', 'warn'],
  'nodes-caught-up': ['ack'],
  'database-access': ['warn', 'ack'],
  'api-agrees-with-sql': ['warn', 'block'],
  'same-cluster': ['warn', 'block'],
  timeline: ['warn', 'ack', 'block'],
  'replay-running': ['warn', 'block'],
  streaming: ['warn', 'ack'],
  'replication-lag': ['warn'],
  'long-transactions': ['warn', 'ack'],
  'prepared-transactions': ['warn', 'ack'],
  'ddl-in-flight': ['warn', 'ack'],
  'logical-slots': ['warn', 'ack'],
  subscriptions: ['warn'],
  'writes-allowed': ['warn', 'ack'],
  'synchronous-settings': ['warn', 'ack'],
  'standby-settings': ['warn', 'ack', 'block'],
  extensions: ['warn', 'ack'],
  'connection-headroom': ['warn', 'ack'],
  'wal-senders': ['warn', 'ack', 'block'],
  'archive-backlog': ['warn', 'ack'],
  'probe-ready': ['warn'],
  'same-version': ['block'],
  'primary-size': ['ack'],
  'disk-usage': ['ack', 'block'],
  'cpu-usage': ['warn'],
  'plan-supported': ['warn'],
  'freeze-window': ['ack', 'warn'],
  'one-run-per-pair': ['warn'],
  'clocks-agree': ['warn'],
  maintenance: ['ack', 'block'],
  'recent-change': ['ack', 'warn'],
  'automation-frozen': ['warn'],
  alerts: ['warn', 'ack'],
  'token-lifetime': ['warn', 'ack'],
  'recent-backup': ['warn', 'ack', 'block'],
  'primary-region': ['warn'],
  dependents: ['warn'],
  'network-parity': ['warn'],
  'shared-address': ['warn'],
  'settings-parity': ['warn'],
  'pool-parity': ['warn'],
  'termination-protection': ['warn'],
  notifications: ['warn'],
} as const satisfies Record<string, readonly [Severity, ...Severity[]]>;

export type CheckId = keyof typeof checkSeverities;

/** Who takes responsibility for a finding, and why. */
export interface Acknowledged {
  by: string;
  reason: string;
}

/** One entry of the input's list, and the payload of an update: `{"check":"maintenance","by":"…","reason":"…"}`. */
export interface Acknowledgement extends Acknowledged {
  check: string;
}

/** The answer of one precondition. The catalogue is rules/checks/; docs/checks.md is generated from it. */
export interface CheckResult {
  id: string;
  title: string;
  /** Of this very finding. */
  severity: Severity;
  verdict: Verdict;
  observed: string;
  wanted: string;
  /** What to do about it; empty when the verdict is `pass`. */
  remedy: string;
  /** Which requests say so, and when they were answered. */
  evidence: string;
  /** Set on a soft finding that a person answers for. */
  acknowledged?: Acknowledged;
}

/** True when this answer must stop the run before anything is written. */
export function stops(check: CheckResult): boolean {
  if (check.severity === 'ack' && check.acknowledged !== undefined) return false;
  return check.severity !== 'warn' && check.verdict !== 'pass' && check.verdict !== 'warn';
}

/** The checks, each soft finding that somebody answers for marked as such; a hard one never is. */
export function withAcknowledgements(
  checks: readonly CheckResult[],
  acknowledgements: readonly Acknowledgement[],
): CheckResult[] {
  return checks.map((check) => {
    const found = acknowledgements.find((one) => one.check === check.id);
    if (found === undefined || check.severity !== 'ack' || !stops(check)) return check;
    return { ...check, acknowledged: { by: found.by, reason: found.reason } };
  });
}

/** Shown with every complaint about an acknowledgement. */
export const EXAMPLE_ACKNOWLEDGEMENT = '{"check":"maintenance","by":"you@example.com","reason":"INC-123"}';

/**
 * Every fault of an acknowledgement of unknown shape; none when it is good. Given the checks as they are now, it must
 * also meet one that stops the run.
 */
export function faultsOfAcknowledgement(payload: unknown, checks?: readonly CheckResult[]): string[] {
  const value = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>;
  const faults = faultsOfCheckId(value.check, checks);
  for (const field of ['by', 'reason']) faults.push(...[faultOfText(field, value[field], true) ?? []].flat());
  for (const field of Object.keys(value)) {
    if (!['check', 'by', 'reason'].includes(field)) {
      faults.push(`"${cut(field, 60)}" is not a known field; known are check, by, reason`);
    }
  }
  return faults;
}

function faultsOfCheckId(id: unknown, checks: readonly CheckResult[] | undefined): string[] {
  if (typeof id !== 'string' || !Object.hasOwn(checkSeverities, id)) {
    return [`"check" must be the id of a check, such as ${softChecks().join(', ')}`];
  }
  const severities: readonly Severity[] = checkSeverities[id as CheckId];
  if (severities.includes('block') && !severities.includes('ack')) {
    return [`"${id}" is a hard check: it cannot be acknowledged, only mended`];
  }
  const now = checks?.find((check) => check.id === id);
  if (now === undefined) return [];
  if (!stops(now)) return [`"${id}" does not stop the run: there is nothing to acknowledge`];
  if (now.severity === 'ack') return [];
  return [`"${id}" is a hard finding (${now.observed}): it cannot be acknowledged. ${now.remedy}`];
}

function softChecks(): string[] {
  const all: [string, readonly Severity[]][] = Object.entries(checkSeverities);
  return all.flatMap(([id, severities]) => (severities.includes('ack') ? [id] : []));
}

/**
 * The checks as a person wants to see them: those that say something, and how many have nothing to say. Of those that
 * were not checked for one and the same reason, the first stands for all.
 */
export function digest(checks: readonly CheckResult[]): {
  passed: number;
  notChecked: CheckResult[];
  findings: CheckResult[];
} {
  const isQuiet = (check: CheckResult) => check.severity === 'warn' && check.verdict === 'unknown';
  const quiet = checks.filter(isQuiet);
  return {
    passed: checks.filter(({ verdict }) => verdict === 'pass').length,
    notChecked: quiet.filter(
      ({ observed }, index) => quiet.findIndex((one) => one.observed === observed) === index,
    ),
    findings: checks.filter((check) => check.verdict !== 'pass' && !isQuiet(check)),
  };
}
