import type { AccessToken, Maintenance, ProjectEvent } from '../../../src/aiven';
import type { FreezeWindow } from '../../../src/contract/freeze';
import { EVENTS_ASKED, type Facts } from '../../../src/rules/facts';
import { facts, known, NOW, PRIMARY, RECOVERY, unread } from '../facts';
import type { CheckRow } from './rows';

const MINUTE = 60_000;
/** Minutes from now. */
const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * MINUTE).toISOString();
const SELF = 'ops@example.com';

const maintained = (maintenance: Maintenance | undefined) => facts({ primary: { more: { maintenance } } });
const switchover = (state: string, scheduledStartTime?: string) =>
  maintained({
    controlledSwitchover: { state, ...(scheduledStartTime === undefined ? {} : { scheduledStartTime }) },
  });
const update = { description: 'a security update' };
const window = (dow: string, time: string, more: Maintenance = {}) =>
  maintained({ enabled: true, dow, time, updates: [update], ...more });

type Events = Partial<ProjectEvent>[];
const events = (list: Events, changes: Parameters<typeof facts>[1] = {}, looks = {}) =>
  facts(looks, {
    events: known(
      list.map((one) => ({
        time: at(-5),
        actor: 'another@example.com',
        type: 'service_update',
        serviceName: PRIMARY,
        ...one,
      })),
      'GET events of demo',
    ),
    ...changes,
  });
const transition = {
  type: 'service_disaster_recovery_transition',
  actor: 'Aiven Automation',
  serviceName: RECOVERY,
};
const changedNow = { primary: { more: { updateTime: at(-1) } } };
const crowd: Events = Array.from({ length: EVENTS_ASKED }, () => ({ serviceName: 'other' }));
const unreadEvents = { events: unread('GET events', 403) };

const alerts = (...list: [severity: string, serviceName?: string][]) =>
  facts(
    {},
    {
      alerts: known(
        list.map(([severity, serviceName = PRIMARY]) => ({ event: 'disk_full', severity, serviceName })),
        'GET alerts of demo',
      ),
    },
  );
const token = (...tokens: AccessToken[]) => facts({}, { tokens: known(tokens, 'GET /access_token') });

const FREEZE: FreezeWindow = {
  kind: 'weekly',
  name: 'Sundays',
  timeZone: 'Europe/Helsinki',
  days: [0],
  from: 0,
  to: 24 * 60,
};
const frozen = (more: Partial<Facts> = {}) =>
  facts({}, { freeze: known([FREEZE], 'the file of SWITCHBACK_FREEZE_FILE'), ...more });

export const CALM_ROWS: CheckRow[] = [
  ['freeze-window', 'not configured', facts(), 'pass', /no freeze windows are configured/],
  ['freeze-window', 'on', frozen(), 'ack', /^"Sundays" until 00:00 Europe\/Helsinki /],
  ['freeze-window', 'off', frozen({ now: '2026-11-23T03:00:00Z' }), 'pass', /none of 1 windows is on/],
  [
    'freeze-window',
    'on, for a run that it does not hold',
    frozen({ passesFreeze: true }),
    'warn',
    /it does not hold this run/,
  ],
  [
    'freeze-window',
    'unread',
    facts({}, { freeze: unread('the file of SWITCHBACK_FREEZE_FILE') }),
    'unknown',
    /no conn/,
  ],
  [
    'freeze-window',
    'unread, for a run that it does not hold',
    facts({}, { freeze: unread('the file of SWITCHBACK_FREEZE_FILE'), passesFreeze: true }),
    'warn',
    /no connection/,
  ],

  [
    'one-run-per-pair',
    'the lock held',
    facts({}, { lock: 'switchback-lock.demo' }),
    'pass',
    /holds switchback-lock/,
  ],
  ['one-run-per-pair', 'no lock', facts(), 'unknown', /not checked: no lock/],

  ['clocks-agree', 'together', facts(), 'pass', /the worker's clock is 0 s/],
  ['clocks-agree', 'fast', facts({}, { clockOffsetMs: -360_000 }), 'warn', /360 s ahead of the API's/],
  ['clocks-agree', 'slow', facts({}, { clockOffsetMs: 6_000 }), 'warn', /6 s behind the API's/],
  [
    'clocks-agree',
    'not told',
    (({ clockOffsetMs: _, ...rest }) => rest)(facts()),
    'unknown',
    /not checked: no reply had a Date/,
  ],

  ['maintenance', 'nothing', facts(), 'pass', /pg-demo: nothing pending; .*recovery: nothing pending/],
  ['maintenance', 'running', switchover('RUNNING'), 'block', /pg-demo: in-service switchover RUNNING/],
  ['maintenance', 'pending', switchover('PENDING'), 'ack', /switchover PENDING/],
  ['maintenance', 'soon', switchover('SCHEDULED', at(29)), 'ack', /SCHEDULED for 2026-11-22T03:29/],
  ['maintenance', 'scheduled, but not when', switchover('SCHEDULED'), 'ack', /an unknown time/],
  ['maintenance', 'scheduled, not to be read', switchover('SCHEDULED', 'soon'), 'ack', /for soon/],
  ['maintenance', 'later', switchover('SCHEDULED', at(31)), 'pass', /nothing pending/],
  ['maintenance', 'over', switchover('COMPLETED_EARLY'), 'pass', /nothing pending/],
  ['maintenance', 'a new state', switchover('PAUSED'), 'unknown', /switchover PAUSED/],
  [
    'maintenance',
    'an update that starts soon',
    maintained({ updates: [{ ...update, startAt: at(10) }] }),
    'ack',
    /due: a security update/,
  ],
  [
    'maintenance',
    'an update past its deadline',
    maintained({ updates: [{ deadline: at(-60) }] }),
    'ack',
    /due: an update/,
  ],
  [
    'maintenance',
    'an update of next week',
    maintained({ updates: [{ ...update, deadline: at(9_000) }] }),
    'pass',
    /pending, not due/,
  ],
  [
    'maintenance',
    'an update, its window near',
    window('sunday', '03:20:00'),
    'ack',
    /window of 2026-11-22T03:20:00Z is near/,
  ],
  [
    'maintenance',
    'an update, its window just begun',
    window('sunday', '02:31:00'),
    'ack',
    /window of .*02:31/,
  ],
  ['maintenance', 'an update, its window far', window('sunday', '04:00:00'), 'pass', /not due/],
  ['maintenance', 'an update, its window on another day', window('monday', '03:00:00'), 'pass', /not due/],
  [
    'maintenance',
    'an update, its window turned off',
    window('sunday', '03:20:00', { enabled: false }),
    'pass',
    /not due/,
  ],
  [
    'maintenance',
    'the window near, nothing pending',
    window('sunday', '03:20:00', { updates: [] }),
    'pass',
    /nothing/,
  ],
  [
    'maintenance',
    'the window near over the end of a week',
    facts(
      { primary: { more: { maintenance: { dow: 'saturday', time: '23:50:00', updates: [update] } } } },
      { now: '2026-11-22T00:10:00Z' },
    ),
    'ack',
    /window of 2026-11-21T23:50:00Z/,
  ],
  ['maintenance', 'not told', maintained(undefined), 'unknown', /tells nothing of maintenance/],
  ['maintenance', 'unread', facts({}, { recovery: unread('GET r') }), 'unknown', /no connection/],

  ['recent-change', 'none', facts(), 'pass', /nothing in the event log/],
  ['recent-change', 'of another service', events([{ serviceName: 'pg-other' }]), 'pass', /nothing/],
  ['recent-change', 'of another kind', events([{ type: 'service_user_secrets_read' }]), 'pass', /nothing/],
  ['recent-change', 'long ago', events([{ time: at(-11) }]), 'pass', /nothing/],
  [
    'recent-change',
    'by another actor',
    events([{}]),
    'ack',
    /02:55:00Z another@example\.com service_update of pg-demo/,
  ],
  [
    'recent-change',
    'by the user of the token',
    events([{ actor: SELF }]),
    'warn',
    /own user: .*service_update/,
  ],
  [
    'recent-change',
    'by the user of the token, if that were known',
    events([{ actor: SELF }], { me: unread('GET /me', 500) }),
    'ack',
    /ops@example\.com service_update/,
  ],
  [
    'recent-change',
    'maintenance',
    events([{ type: 'service_maintenance_perform', actor: 'Aiven Automation' }]),
    'ack',
    /Aiven Automation service_maintenance_perform/,
  ],
  [
    'recent-change',
    'a transition of the platform',
    events([transition]),
    'ack',
    /Aiven Automation service_disaster/,
  ],
  [
    'recent-change',
    'a transition that the user of the token asked for',
    events([{ ...transition, time: at(-4) }, { actor: SELF }]),
    'warn',
    /own user/,
  ],
  [
    'recent-change',
    'a transition before the user of the token did anything',
    events([{ actor: SELF }, { ...transition, time: at(-6) }]),
    'ack',
    /Aiven Automation/,
  ],
  [
    'recent-change',
    'that no event explains',
    events([], {}, changedNow),
    'warn',
    /pg-demo changed at .*no event says/,
  ],
  [
    'recent-change',
    'events unread, but nothing moved',
    facts({}, unreadEvents),
    'warn',
    /403; by update_time/,
  ],
  [
    'recent-change',
    'events unread, and something moved',
    facts(changedNow, unreadEvents),
    'unknown',
    /403; pg-demo changed/,
  ],
  [
    'recent-change',
    'more events than were asked for',
    events(crowd),
    'warn',
    /do not reach back ten minutes; by update_time/,
  ],
  [
    'recent-change',
    'more events, and something moved',
    events(crowd, {}, changedNow),
    'unknown',
    /do not reach back/,
  ],
  ['recent-change', 'more events, one of them ours', events([...crowd, {}]), 'ack', /another@example/],
  [
    'recent-change',
    'more events, the last one old',
    events([...crowd, { time: at(-11) }]),
    'pass',
    /nothing/,
  ],
  [
    'recent-change',
    'events unread, a service too',
    facts({}, { ...unreadEvents, recovery: unread('GET r') }),
    'unknown',
    /403/,
  ],

  ['automation-frozen', 'nobody knows', facts(), 'unknown', /^not checked/],

  ['alerts', 'none', facts(), 'pass', /none/],
  ['alerts', 'about another service', alerts(['critical', 'pg-other']), 'pass', /none/],
  ['alerts', 'a warning', alerts(['warning']), 'warn', /warning disk_full of pg-demo/],
  [
    'alerts',
    'a critical one',
    alerts(['warning'], ['critical', RECOVERY]),
    'ack',
    /^critical disk_full of pg-demo-recovery, warning/,
  ],
  ['alerts', 'unread', facts({}, { alerts: unread('GET alerts', 500) }), 'unknown', /500/],

  ['token-lifetime', 'no end', facts(), 'pass', /does not expire/],
  [
    'token-lifetime',
    'long enough',
    token({ expiryTime: at(1) }, { currentlyActive: true, expiryTime: at(31) }),
    'pass',
    /03:31/,
  ],
  [
    'token-lifetime',
    'too short',
    token({ currentlyActive: true, expiryTime: at(29) }),
    'ack',
    /expires at .*03:29.*may take 30 min/,
  ],
  [
    'token-lifetime',
    'short, but extended',
    token({ currentlyActive: true, expiryTime: at(5), extendWhenUsed: true }),
    'pass',
    /with every use/,
  ],
  ['token-lifetime', 'which one is not told', token({ expiryTime: at(1) }), 'unknown', /which token/],
  ['token-lifetime', 'unread', facts({}, { tokens: unread('GET /access_token', 403) }), 'unknown', /403/],
];
