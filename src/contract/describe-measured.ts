import { formatDuration } from './duration';
import { describeLag } from './lag';
import type { ProbeReport } from './probe';
import type { EndpointReport, OldSessions, Proof } from './proof';
import type { Leg, RunFacts } from './report';

/** `writes: none acknowledged for 2.3 s, 0 of 312 acknowledged rows are missing` */
export function describeProbe(report: ProbeReport): string {
  return `writes through the Service URI: ${describeGap(report)}, ${describeLoss(report)}`;
}

/** `2.3 s without an acknowledged write`, the measured RTO. */
export function describeGap({ gap, gapNotMeasured, acknowledged, errors, problem }: ProbeReport): string {
  if (acknowledged === 0) return `none was acknowledged${problem === undefined ? '' : ` (${problem})`}`;
  if (gapNotMeasured !== undefined) return `the gap was not measured (${gapNotMeasured})`;
  if (gap === undefined) {
    return Object.keys(errors).length === 0
      ? 'no write failed, none took a second'
      : 'writes failed until the first acknowledged one, and none after it';
  }
  const end = gap.firstAfter === undefined ? ', and none came after' : '';
  return `${formatDuration(gap.ms)} without an acknowledged one${end}`;
}

/** `0 of 312 acknowledged rows are missing`, the measured RPO. */
export function describeLoss({ missing, acknowledged, unexpected, problem }: ProbeReport): string {
  if (missing === undefined) return `lost rows could not be counted (${problem ?? 'nothing was read back'})`;
  const twice =
    unexpected === undefined || unexpected.count === 0
      ? ''
      : `; ${unexpected.count} arrived although their write was answered with an error`;
  return `${missing.count} of ${acknowledged} acknowledged rows ${missing.count === 1 ? 'is' : 'are'} missing${twice}`;
}

/** What a run measured, one labelled line each, and what it could not; nothing while nothing was measured. */
export function measuredRows({
  legs = [],
  lag,
  probe,
  proof,
  endpoint,
  oldSessions,
  parity,
  notProven = [],
}: RunFacts): [string, string][] {
  return [
    ...legs.flatMap(legRows),
    ...(lag === undefined ? [] : [['lag before', describeLag(lag)] satisfies [string, string]]),
    ...(probe === undefined ? [] : probeRows(probe)),
    ...(proof === undefined ? [] : [['proof', describeProof(proof)] satisfies [string, string]]),
    ...(endpoint === undefined ? [] : [['endpoint', describeEndpoint(endpoint)] satisfies [string, string]]),
    ...(oldSessions === undefined
      ? []
      : [['old sessions', describeOldSessions(oldSessions, 'the passive side')] satisfies [string, string]]),
    ...(parity === undefined || parity.changes.length === 0
      ? []
      : [['changed', describeChanges(parity.changes)] satisfies [string, string]]),
    ...notProven.map((text): [string, string] => ['not proven', text]),
  ];
}

/** What a move that is behind the run has cost, and the time after it. */
export function legRows({ move, outcome, probe, soak }: Leg): [string, string][] {
  const cost = probe === undefined ? '' : `; ${describeProbe(probe)}`;
  return [
    [move, `${outcome}${cost}`],
    ...(soak === undefined ? [] : [['soak', describeProbe(soak)] satisfies [string, string]]),
  ];
}

function probeRows(probe: ProbeReport): [string, string][] {
  const { before, after } = probe.latency;
  const latency = [before, after].map((it) =>
    it === undefined ? '–' : `${it.p50.toFixed(1)} / ${it.p99.toFixed(1)} ms`,
  );
  const errors = Object.entries(probe.errors).map(([code, count]) => `${code} × ${count}`);
  return [
    ['write gap', `${describeGap(probe)}${probe.gapNotMeasured === undefined ? ' (RTO, measured)' : ''}`],
    ['lost rows', `${describeLoss(probe)} (RPO, measured)`],
    ['latency', `p50 / p99 ${latency[0]} before, ${latency[1]} after`],
    ...(errors.length === 0 ? [] : [['errors', errors.join(', ')] satisfies [string, string]]),
  ];
}

/** `refuted: 4 of 6 steps hold; the Service URI takes a write: 25006 …` */
export function describeProof({ verdict, steps }: Proof): string {
  const passed = steps.filter((step) => step.verdict === 'pass').length;
  const open = steps.find((step) => step.verdict !== 'pass');
  const why = open === undefined ? '' : `; ${open.title}: ${open.observed}`;
  return `${verdict}: ${passed} of ${steps.length} steps hold${why}`;
}

/** `dr-pg.example.com: 2 resolvers, all lead to the active side` */
export function describeEndpoint(endpoint: EndpointReport): string {
  const { name, agreed, notLookedAt, resolvers, sessionsOnOldSide } = endpoint;
  const who = `${resolvers.length} ${resolvers.length === 1 ? 'resolver' : 'resolvers'}`;
  const old =
    sessionsOnOldSide === undefined || sessionsOnOldSide === 0
      ? ''
      : `; ${sessionsOnOldSide} ${sessionsOnOldSide === 1 ? 'session is' : 'sessions are'} still on the old side`;
  if (agreed) return `${name}: ${who}, all lead to the active side${old}`;
  if (notLookedAt !== undefined) return `${name}: not looked at (${notLookedAt})${old}`;
  return `${name}: DEGRADED, not all of ${who} lead to the active side${old}`;
}

/** `3 client sessions on pg-b ended (app at 10.0.0.5 × 3), 1 may not be ended (cron at 10.0.0.6), 1 remains` */
export function describeOldSessions({ ended, refused, remaining }: OldSessions, service: string): string {
  const names = (sessions: OldSessions['ended']) =>
    sessions
      .slice(0, 3)
      .map(({ application, address, count }) => `${application || 'no name'} at ${address} × ${count}`)
      .join(', ');
  const sum = (sessions: OldSessions['ended']) => sessions.reduce((total, { count }) => total + count, 0);
  const parts = [
    `${sum(ended)} client sessions on ${service} ended${ended.length > 0 ? ` (${names(ended)})` : ''}`,
    ...(refused.length > 0 ? [`${sum(refused)} may not be ended by this role (${names(refused)})`] : []),
    ...(remaining === undefined ? [] : [`${remaining} remain`]),
  ];
  return parts.join(', ');
}

function describeChanges(changes: { service: string; field: string }[]): string {
  return changes.map(({ service, field }) => `${service} ${field}`).join(', ');
}
