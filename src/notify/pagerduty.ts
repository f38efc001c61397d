import type { EventSeverity, RunEvent } from '../contract/events';
import { outcomes } from '../contract/outcome';
import { compact } from '../util/compact';
import { cut } from '../util/text';
import type { FeedEntry } from './event-feed';
import { checkStatus } from './failure';
import { faultOfToken, read } from './secrets';
import type { SinkSettings } from './settings';
import type { Delivery, Sink } from './sink';

type Action = 'trigger' | 'acknowledge' | 'resolve';

/** Limits of PagerDuty, in characters. */
const [SUMMARY, DEDUP_KEY] = [1_024, 255];

/** One incident for each pair, whatever happens to it and in however many runs. */
export function pagerDutySink(settings: Extract<SinkSettings, { type: 'pagerduty' }>): Sink {
  return {
    deliver: async (delivery) => {
      const action = actionOf(delivery.known.slice(0, delivery.place + 1).filter(delivery.isWanted));
      if (action === undefined) return false;
      const reply = await delivery.post(async () => ({
        url: `${settings.baseUrl}/v2/enqueue`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          routing_key: await read('routing key', settings.routingKey, faultOfToken),
          event_action: action,
          dedup_key: cut(`switchback/${delivery.run.project}/${delivery.run.primary}`, DEDUP_KEY),
          ...(action === 'trigger' ? incidentOf(delivery) : {}),
        }),
      }));
      checkStatus(reply);
      return true;
    },
  };
}

/** What the last of these entries means for the incident, which depends on those before. */
function actionOf(entries: readonly FeedEntry[]): Action | undefined {
  let isOpen = false;
  let action: Action | undefined;
  for (const entry of entries) {
    action = nextAction(entry, isOpen);
    if (action === 'trigger') isOpen = true;
    if (action === 'resolve') isOpen = false;
  }
  return action;
}

function nextAction({ event, state }: FeedEntry, isOpen: boolean): Action | undefined {
  const { type, end } = event;
  if (type === 'switchback.alarm.raised' || type === 'switchback.person.needed') return 'trigger';
  if (type === 'switchback.run.lost') return 'trigger';
  if (end !== undefined) {
    const row = end.outcome === 'no-report' ? undefined : outcomes[end.outcome];
    if (row?.isUndone) return 'trigger';
    // At home, whatever an earlier run of the pair left open is done, too.
    return isOpen || row?.isAtGoal ? 'resolve' : undefined;
  }
  if (!isOpen) return undefined;
  if (type === 'switchback.person.acted') return 'acknowledge';
  // Also when a phase that asked is over: nothing is wrong then, and nobody is needed.
  return state.alarms.length === 0 && state.need === undefined ? 'resolve' : undefined;
}

function incidentOf({ run, event, link }: Delivery) {
  const pair = `${run.project}/${run.primary}`;
  const links =
    link === undefined ? {} : { client_url: link, links: [{ href: link, text: 'The run in Temporal' }] };
  return {
    client: 'switchback',
    ...links,
    payload: {
      summary: cut(`${pair}: ${event.summary}`, SUMMARY),
      source: pair,
      severity: severityOf(event),
      timestamp: event.at,
      component: run.primary,
      group: run.project,
      class: event.type,
      custom_details: detailsOf({ run, event }),
    },
  };
}

function detailsOf({ run, event }: Pick<FeedEntry, 'run' | 'event'>): Record<string, unknown> {
  const { need, end } = event;
  return {
    headline: event.headline,
    phase: event.phase,
    ...compact({ situation: event.situation }),
    ...(end === undefined ? {} : { outcome: end.outcome, next: end.next }),
    ...(need === undefined
      ? {}
      : {
          'waits for': need.for,
          commands: need.answers.map(({ command, does }) => `${command}   # ${does}`),
        }),
    ...(need?.until === undefined ? {} : { until: need.until }),
    ...(run.requestedBy === undefined ? {} : { 'requested by': run.requestedBy }),
    ...compact({ reason: run.reason }),
    workflow: run.workflowId,
    run: run.runId,
  };
}

/** An alarm is an alarm; an end that leaves something to do is bad, but nothing is on fire any more. */
function severityOf({ type, severity }: RunEvent): EventSeverity | 'error' {
  if (type === 'switchback.alarm.raised') return 'critical';
  return type === 'switchback.run.ended' ? 'error' : severity;
}
