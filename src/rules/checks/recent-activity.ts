import type { AccessToken, Maintenance, ProjectEvent, Service } from '../../aiven';
import { formatDuration } from '../../contract/duration';
import { EVENTS_ASKED, type Facts } from '../facts';
import { type Answer, type Context, each, few, notChecked, type Row, unread, withoutFraction } from './row';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Whoever changed a service within this time may not be done with it. */
const RECENT_MS = 10 * MINUTE;
/** What the platform itself does, in the event log. Source: Aiven docs, "Project event logs". */
const AUTOMATION = 'Aiven Automation';
const TRANSITION = 'service_disaster_recovery_transition';
const CHANGES = ['service_update', 'service_maintenance_perform', TRANSITION];
/** The log may write down the update a moment after the transition that it began. */
const SAME_MS = 5_000;
const WEEK = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Nobody and nothing else is at work on the pair, and nothing is about to be. */
export const RECENT_ACTIVITY: readonly Row<Facts>[] = [
  {
    id: 'one-run-per-pair',
    moves: 'all',
    title: 'No other run works on this pair',
    guards: 'run',
    looksAt: 'the lock of the pair, which the run takes before it checks: a second run ends there',
    wanted: 'the lock of the pair, held by this run',
    remedy: 'See that no other switchback of this pair is running: `switchback list --running`.',
    judge: ({ facts: { lock } }) =>
      lock === undefined
        ? { ...notChecked('no lock was taken'), evidence: 'none: Temporal would know' }
        : { finding: 'pass', observed: `this run holds ${lock}`, evidence: `the workflow ${lock}` },
  },
  {
    id: 'clocks-agree',
    moves: 'all',
    title: 'The clocks of the worker and of the API agree',
    guards: 'write',
    looksAt: 'the Date header of the replies',
    wanted: 'at most 5 s apart',
    remedy: "Set the worker's clock right (NTP): the times in the report are the worker's.",
    judge: judgeClocks,
  },
  {
    id: 'maintenance',
    moves: 'all',
    title: 'No maintenance is running or about to',
    guards: 'write',
    looksAt: 'maintenance of both services',
    wanted: 'no in-service switchover and no update due before the run can be over',
    remedy:
      'Wait until the maintenance is over, or move its window, then start again. Maintenance that has not begun can be acknowledged.',
    judge: (context) => each(context, (service) => judgeMaintenance(service, context.facts)),
  },
  {
    id: 'recent-change',
    moves: 'all',
    title: 'Nobody else changed a service in the last ten minutes',
    guards: 'write',
    looksAt: 'GET /v1/project/P/events, update_time of both services',
    wanted: 'no update, maintenance or role change by another actor',
    remedy: 'Ask the person named what they are doing. Then acknowledge it, or start again later.',
    judge: judgeRecentChange,
  },
  {
    id: 'automation-frozen',
    moves: 'all',
    title: 'Terraform and other automation leave the pair alone',
    guards: 'write',
    looksAt: 'nothing: only you can know',
    wanted: 'no automation that would set plan, power or integrations back meanwhile',
    remedy:
      'Freeze Terraform, the Kubernetes operator and the like for both services until the run is over: `terraform apply` recreates the integration of a switched pair.',
    judge: () => notChecked('no request tells what automation is about to do'),
  },
  {
    id: 'alerts',
    moves: 'all',
    title: 'No alert is open',
    guards: 'write',
    looksAt: 'GET /v1/project/P/alerts',
    wanted: 'no open alert about either service',
    remedy: 'Look at the alert in Aiven, and go on only if the service to promote is fit to take the writes.',
    judge: judgeAlerts,
  },
  {
    id: 'token-lifetime',
    moves: 'all',
    title: 'The API token outlives the run',
    guards: 'write',
    looksAt: 'GET /v1/access_token, the token in use',
    wanted: 'a token that does not expire before the run must be over',
    remedy:
      'Give the worker a newer token; with AIVEN_TOKEN_FILE it is picked up while the run goes on. A run whose token ends can neither watch nor return.',
    judge: judgeToken,
  },
];

/** How old something at the API is, is told by the API's clock, so that nothing depends on this. */
const CLOCKS_APART_MS = 5_000;

function judgeClocks({ facts: { clockOffsetMs } }: Context): Answer {
  const evidence = 'the Date header of the newest reply';
  if (clockOffsetMs === undefined) return { ...notChecked('no reply had a Date'), evidence };
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1_000);
  const way = clockOffsetMs > 0 ? 'behind' : 'ahead of';
  const observed = `the worker's clock is ${seconds} s ${way} the API's`;
  return { finding: Math.abs(clockOffsetMs) > CLOCKS_APART_MS ? 'warn' : 'pass', observed, evidence };
}

function judgeMaintenance({ serviceName, maintenance }: Service, facts: Facts) {
  if (maintenance === undefined) {
    return { finding: 'unknown' as const, observed: `${serviceName}: the API tells nothing of maintenance` };
  }
  const { finding, text } = stateOfMaintenance(maintenance, facts);
  return { finding, observed: `${serviceName}: ${text}` };
}

type Judged = { finding: Answer['finding']; text: string };

function stateOfMaintenance(maintenance: Maintenance, facts: Facts): Judged {
  const switchover = stateOfControlledSwitchover(maintenance, facts);
  if (switchover !== undefined) return switchover;
  const { updates = [] } = maintenance;
  if (updates.length === 0) return { finding: 'pass', text: 'nothing pending' };
  const due = updates.filter(({ startAt, deadline }) =>
    [startAt, deadline].some((time) => time !== undefined && isBefore(time, facts)),
  );
  const names = (list: typeof updates) => few(list.map(({ description }) => description ?? 'an update'));
  if (due.length > 0) return { finding: 'ack', text: `due: ${names(due)}` };
  const window = windowNear(maintenance, facts);
  if (window !== undefined) {
    return { finding: 'ack', text: `the window of ${window} is near, with ${names(updates)} pending` };
  }
  return { finding: 'pass', text: `${names(updates)} pending, not due` };
}

/** The in-service switchover that maintenance makes; its states are those of Aiven's Go client. */
function stateOfControlledSwitchover(
  { controlledSwitchover }: Maintenance,
  facts: Facts,
): Judged | undefined {
  const { state, scheduledStartTime } = controlledSwitchover ?? { state: 'INACTIVE' };
  const text = `in-service switchover ${state}`;
  switch (state) {
    case 'INACTIVE':
    case 'COMPLETED':
    case 'COMPLETED_EARLY':
      return undefined;
    case 'RUNNING':
      return { finding: 'block', text };
    case 'PENDING':
      return { finding: 'ack', text };
    case 'SCHEDULED':
      if (scheduledStartTime !== undefined && !isBefore(scheduledStartTime, facts)) return undefined;
      return { finding: 'ack', text: `${text} for ${scheduledStartTime ?? 'an unknown time'}` };
    default:
      return { finding: 'unknown', text };
  }
}

/** True of a time before the run must be over, and of one that cannot be read. */
function isBefore(time: string, { now, budgetMs }: Facts): boolean {
  return !(Date.parse(time) > Date.parse(now) + budgetMs);
}

/** The start of the weekly window (UTC), if it is no further from now than the run may take; either way. */
function windowNear({ enabled, dow, time }: Maintenance, { now, budgetMs }: Facts): string | undefined {
  const day = WEEK.indexOf(dow ?? '');
  const today = new Date(now);
  const clock = Date.parse(`1970-01-01T${time ?? ''}Z`);
  if (enabled === false || day === -1 || Number.isNaN(clock)) return undefined;
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  const thisWeek = midnight + (day - today.getUTCDay()) * DAY + clock;
  const starts = [-7, 0, 7].map((days) => thisWeek + days * DAY);
  const near = starts.find((start) => Math.abs(start - today.getTime()) <= budgetMs);
  return near === undefined ? undefined : withoutFraction(new Date(near).toISOString());
}

function judgeRecentChange({ facts }: Context): Answer {
  const { primary, recovery, events, me } = facts;
  const since = Date.parse(facts.now) - RECENT_MS;
  const evidence = [events, primary, recovery];
  const recent = events.ok ? changesSince(since, events.value, facts) : [];
  const self = me?.ok ? me.value.user : undefined;
  const others = recent.filter(({ actor }) => actor !== self);
  if (others.length > 0) return { finding: 'ack', observed: few(others.map(told)), evidence };
  const touched = [primary, recovery].flatMap((it) =>
    it.ok && !(Date.parse(it.value.updateTime) < since) ? [it.value] : [],
  );
  const services = touched.map((it) => `${it.serviceName} changed at ${withoutFraction(it.updateTime)}`);
  if (!events.ok || !reachesBackTo(since, events.value)) {
    const why = events.ok ? `the newest ${EVENTS_ASKED} events do not reach back ten minutes` : events.why;
    if (services.length > 0 || !primary.ok || !recovery.ok) {
      return { finding: 'unknown', observed: [why, ...services].join('; '), evidence };
    }
    return { finding: 'warn', observed: `${why}; by update_time both are unchanged`, evidence };
  }
  if (recent.length > 0) {
    const observed = `by the token’s own user: ${few(recent.map(told))}`;
    return { finding: 'warn', observed, evidence };
  }
  if (services.length > 0) {
    return { finding: 'warn', observed: `${services.join('; ')}; no event says by whom`, evidence };
  }
  return { finding: 'pass', observed: 'nothing in the event log', evidence };
}

/** Whether a check cannot be judged without knowing whose token it is. */
export function needsOwner(facts: Omit<Facts, 'me'>): boolean {
  const { events, tokens, now } = facts;
  const since = Date.parse(now) - RECENT_MS;
  return !tokens.ok || (events.ok && changesSince(since, events.value, facts).length > 0);
}

/** A transition that the platform carries out after somebody's update is that person's doing, and told once. */
function changesSince(
  since: number,
  events: readonly ProjectEvent[],
  { named, peer }: Pick<Facts, 'named' | 'peer'>,
): ProjectEvent[] {
  const changes = events.filter(
    ({ type, serviceName, time }) =>
      CHANGES.includes(type) &&
      (serviceName === named || serviceName === peer) &&
      !(Date.parse(time) < since),
  );
  const updates = changes.filter(({ type }) => type === 'service_update');
  return changes.filter(
    ({ type, actor, time }) =>
      type !== TRANSITION ||
      actor !== AUTOMATION ||
      !updates.some((update) => Date.parse(update.time) <= Date.parse(time) + SAME_MS),
  );
}

/** A full list whose oldest entry is younger may have left something out. */
function reachesBackTo(since: number, events: readonly ProjectEvent[]): boolean {
  return events.length < EVENTS_ASKED || events.some(({ time }) => Date.parse(time) < since);
}

function told({ time, actor, type, serviceName }: ProjectEvent): string {
  return `${withoutFraction(time)} ${actor} ${type} of ${serviceName}`;
}

function judgeAlerts({ facts: { alerts, named, peer, move } }: Context): Answer {
  if (!alerts.ok) return unread(alerts);
  // That the primary is in trouble is why it is to fail.
  const concerned = move === 'failover' ? [peer] : [named, peer];
  const open = alerts.value.filter(({ serviceName }) => concerned.includes(serviceName));
  const evidence = [alerts];
  if (open.length === 0)
    return {
      finding: 'pass',
      observed: `none about ${move === 'failover' ? peer : 'either service'}`,
      evidence,
    };
  const critical = open.filter(({ severity }) => severity.toLowerCase() === 'critical');
  const worstFirst = [...critical, ...open.filter((alert) => !critical.includes(alert))];
  const observed = few(worstFirst.map((it) => `${it.severity} ${it.event} of ${it.serviceName}`));
  return { finding: critical.length > 0 ? 'ack' : 'warn', observed, evidence };
}

function judgeToken({ facts }: Context): Answer {
  const { tokens } = facts;
  if (!tokens.ok) return unread(tokens);
  const evidence = [tokens];
  const inUse = tokens.value.find(({ currentlyActive }) => currentlyActive === true);
  if (inUse === undefined) {
    return { finding: 'unknown', observed: 'the list does not say which token is in use', evidence };
  }
  return { ...endOf(inUse, facts), evidence };
}

function endOf(
  { expiryTime, extendWhenUsed }: AccessToken,
  facts: Facts,
): Pick<Answer, 'finding' | 'observed'> {
  if (expiryTime === undefined) return { finding: 'pass', observed: 'it does not expire' };
  const end = `it expires at ${withoutFraction(expiryTime)}`;
  if (extendWhenUsed === true) return { finding: 'pass', observed: `${end}, later with every use` };
  const need = `the run may take ${formatDuration(facts.budgetMs)}`;
  return isBefore(expiryTime, facts)
    ? { finding: 'ack', observed: `${end}; ${need}` }
    : { finding: 'pass', observed: end };
}
