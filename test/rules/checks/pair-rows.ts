import type { Facts } from '../../../src/rules/facts';
import { facts, known, PRIMARY, pairing, RECOVERY, told, toldFacts, unread } from '../facts';
import type { CheckRow } from './rows';

const GET_PRIMARY = `GET service ${PRIMARY}`;
const GET_RECOVERY = `GET service ${RECOVERY}`;
const GET_DR = `GET disaster-recovery of ${PRIMARY}`;
const notToken = unread('GET /me');
const REBUILDING = { state: 'REBUILDING' };

/** After a failover, as a rebuild looks at it. */
const lost = (looks: Parameters<typeof facts>[0] = {}) =>
  facts({ primary: { role: 'failed', state: 'POWEROFF', nodes: [] }, ...looks }, { move: 'rebuild' });

/** As a switchover looks at it. */
const over = (looks: Parameters<typeof facts>[0] = {}) => facts(looks, { move: 'switchover' });

/** As a failover looks at it. */
const destroy = (
  looks: Parameters<typeof facts>[0] = {},
  more: Partial<Facts> = {},
  failover = { allowed: true, drill: false },
) =>
  facts(
    { primary: { role: 'active', ...REBUILDING }, recovery: { role: 'passive' }, ...looks },
    { move: 'failover', failover, ...more },
  );
const WELL = { role: 'active' } as const;

const FAILOVER_ROWS: CheckRow[] = [
  ['failover-allowed', 'allowed', destroy(), 'pass', /^allowed/],
  [
    'failover-allowed',
    'off',
    destroy({}, {}, { allowed: false, drill: true }),
    'block',
    /SWITCHBACK_FAILOVER=allowed/,
  ],
  ['failover-needed', 'in trouble', destroy(), 'pass', /pg-demo is active\/REBUILDING/],
  ['failover-needed', 'no answer', destroy({}, { primary: unread(GET_PRIMARY, 500) }), 'pass', /unreadable/],
  ['failover-needed', 'no such service', destroy({}, { primary: unread(GET_PRIMARY, 404) }), 'block', /404/],
  ['failover-needed', 'healthy', destroy({ primary: WELL }), 'block', /DESTROY THIS PRIMARY.*"drill": true/],
  [
    'failover-needed',
    'healthy, and wanted all the same',
    destroy({ primary: WELL }, {}, { allowed: true, drill: true }),
    'pass',
    /HEALTHY, AND TO BE DESTROYED ALL THE SAME/,
  ],
  ['failover-needed', 'passive', destroy({ primary: { role: 'passive' } }), 'block', /switchback get/],
  [
    'failover-needed',
    'failed already',
    destroy({ primary: { role: 'failed', state: 'POWEROFF' } }),
    'pass',
    /failed/,
  ],
  ['recovery-ready', 'passive and settled', destroy(), 'pass', /passive\/RUNNING/],
  [
    'recovery-ready',
    'not settled',
    destroy({ recovery: { role: 'passive', ...REBUILDING } }),
    'block',
    /take its place/,
  ],
  ['recovery-ready', 'failed', destroy({ recovery: { role: 'failed' } }), 'block', /ask Aiven support/],
  ['recovery-ready', 'unread', destroy({}, { recovery: unread(GET_RECOVERY, 500) }), 'unknown', /500/],
  [
    'recovery-ready',
    'taking over already',
    destroy({
      primary: { role: 'failed', state: 'POWEROFF' },
      recovery: { role: 'active', ...REBUILDING },
    }),
    'pass',
    /active\/REBUILDING/,
  ],
];

export const PAIR_ROWS: CheckRow[] = [
  ...FAILOVER_ROWS,
  ['token-valid', 'accepted', facts(), 'pass', /accepted as ops@example\.com/],
  ['token-valid', '401', facts({}, { me: unread('GET /me', 401) }), 'block', /GET \/me: 401.*AIVEN_TOKEN/],
  ['token-valid', '403', facts({}, { me: unread('GET /me', 403) }), 'block', /GET \/me: 403/],
  [
    'token-valid',
    '500',
    facts({}, { me: unread('GET /me', 500) }),
    'unknown',
    /GET \/me: 500.*when the API answers/,
  ],
  [
    'token-valid',
    '429',
    facts({}, { me: unread('GET /me', 429) }),
    'unknown',
    /GET \/me: 429.*limits the requests/,
  ],
  ['token-valid', 'no connection', facts({}, { me: notToken }), 'unknown', /no connection/],

  ['services-exist', 'both', facts(), 'pass', /pg-demo and pg-demo-recovery exist/],
  [
    'services-exist',
    'primary 404',
    facts({}, { primary: unread(GET_PRIMARY, 404) }),
    'block',
    /pg-demo: 404.*spelling/,
  ],
  [
    'services-exist',
    'recovery 403',
    facts({}, { recovery: unread(GET_RECOVERY, 403) }),
    'block',
    /recovery: 403/,
  ],
  [
    'services-exist',
    'recovery 500',
    facts({}, { recovery: unread(GET_RECOVERY, 500) }),
    'unknown',
    /recovery: 500/,
  ],
  [
    'services-exist',
    'one 404, one unread',
    facts({}, { primary: unread(GET_PRIMARY), recovery: unread(GET_RECOVERY, 404) }),
    'block',
    /pg-demo: no connection; .*recovery: 404/,
  ],

  ['dialect-known', 'role', facts(), 'pass', /^role \(disaster_recovery_role\)/],
  ['dialect-known', 'told', toldFacts(['Passive', 'Active']), 'pass', /^promote-to-master/],
  ['dialect-known', 'a role that nobody knows', facts({ primary: { role: 'sleeping' } }), 'pass', /^role/],
  ['dialect-known', 'primary unread', facts({}, { primary: unread(GET_PRIMARY, 500) }), 'unknown', /500/],
  [
    'dialect-known',
    'neither',
    facts({ primary: { role: null } }, { disasterRecovery: unread(GET_DR, 404) }),
    'block',
    /no disaster_recovery_role, and .*404/,
  ],
  [
    'dialect-known',
    'no role, and the other form could not be asked',
    facts({ primary: { role: null } }, { disasterRecovery: unread(GET_DR, 500) }),
    'unknown',
    /no disaster_recovery_role, and .*500/,
  ],
  [
    'dialect-known',
    'no role, nothing else asked',
    facts({ primary: { role: null } }),
    'unknown',
    /was not asked/,
  ],

  ['postgresql', 'both pg', facts(), 'pass', /pg-demo is pg; pg-demo-recovery is pg/],
  [
    'postgresql',
    'recovery mysql',
    facts({ recovery: { type: 'mysql' } }),
    'block',
    /pg-demo-recovery is mysql/,
  ],
  [
    'postgresql',
    'recovery unread',
    facts({}, { recovery: unread(GET_RECOVERY) }),
    'unknown',
    /no connection/,
  ],
  [
    'postgresql',
    'primary kafka, recovery unread',
    facts({ primary: { type: 'kafka' } }, { recovery: unread(GET_RECOVERY) }),
    'block',
    /pg-demo is kafka/,
  ],

  [
    'crdr-peers',
    'each other',
    facts(),
    'pass',
    /pg-demo has peer pg-demo-recovery; pg-demo-recovery has peer pg-demo/,
  ],
  ['crdr-peers', 'no integration', facts({ primary: { integrations: [] } }), 'block', /pg-demo has no peer/],
  [
    'crdr-peers',
    'none on the far side',
    facts({ recovery: { integrations: [] } }),
    'block',
    /recovery has no peer/,
  ],
  [
    'crdr-peers',
    'two',
    facts({ primary: { integrations: [pairing(), pairing(PRIMARY, 'pg-other')] } }),
    'block',
    /peer pg-demo-recovery and pg-other \(expected pg-demo-recovery\)/,
  ],
  ['crdr-peers', 'another than named', facts({}, { peer: 'pg-other' }), 'block', /expected pg-other/],
  [
    'crdr-peers',
    'the recovery belongs to another',
    facts({ recovery: { integrations: [pairing('pg-other', RECOVERY)] } }),
    'block',
    /pg-demo-recovery has peer pg-other \(expected pg-demo\)/,
  ],
  [
    'crdr-peers',
    'a namesake in another project',
    facts({ primary: { integrations: [pairing(PRIMARY, RECOVERY, { destProject: 'elsewhere' })] } }),
    'block',
    /peer elsewhere\/pg-demo-recovery/,
  ],
  ['crdr-peers', 'primary unread', facts({}, { primary: unread(GET_PRIMARY) }), 'unknown', /no connection/],
  [
    'crdr-peers',
    'ends swapped, which may be how a switch leaves them',
    facts({
      primary: { integrations: [pairing(RECOVERY, PRIMARY)] },
      recovery: { integrations: [pairing(RECOVERY, PRIMARY)] },
    }),
    'pass',
    /pg-demo has peer pg-demo-recovery/,
  ],

  ['named-is-primary', 'source', facts(), 'pass', /pg-demo is the source/],
  [
    'named-is-primary',
    'destination',
    facts({ primary: { integrations: [pairing(RECOVERY, PRIMARY)] } }),
    'block',
    /pg-demo is the recovery end; the primary is pg-demo-recovery.*"service":"pg-demo-recovery".*would be a switchover/,
  ],
  [
    'named-is-primary',
    'destination, but both named',
    facts({ primary: { integrations: [pairing(RECOVERY, PRIMARY)] } }, { confirmed: true }),
    'ack',
    /pg-demo-recovery is the source of the integration, and the input calls pg-demo the primary.*If pg-demo-recovery is the primary, do not go on/s,
  ],
  [
    'named-is-primary',
    'destination, but both named, and the ages known',
    facts(
      {
        primary: { integrations: [pairing(RECOVERY, PRIMARY)], more: { createTime: '2024-02-03T08:14:22Z' } },
        recovery: { more: { createTime: '2025-07-01T10:00:00Z' } },
      },
      { confirmed: true },
    ),
    'ack',
    /pg-demo was made on 2024-02-03 in .*, pg-demo-recovery was made on 2025-07-01 in .*The primary is the older one, in your home region/s,
  ],
  [
    'named-is-primary',
    'no integration',
    facts({ primary: { integrations: [] } }),
    'unknown',
    /does not say which end/,
  ],
  [
    'named-is-primary',
    'no integration, both named',
    facts({ primary: { integrations: [] } }, { confirmed: true }),
    'unknown',
    /does not say which end/,
  ],
  ['named-is-primary', 'unread', facts({}, { primary: unread(GET_PRIMARY, 503) }), 'unknown', /503/],
  ['named-is-primary', 'told so', toldFacts(['Passive', 'Active']), 'pass', /pg-demo is/],
  [
    'named-is-primary',
    'told otherwise',
    toldFacts(
      ['', ''],
      {},
      { disasterRecovery: known(told([RECOVERY, 'Active'], [PRIMARY, 'Passive']), GET_DR) },
    ),
    'block',
    /the primary is pg-demo-recovery/,
  ],

  [
    'switchover-completed',
    'passive/active',
    facts(),
    'pass',
    /pg-demo is passive\/RUNNING; pg-demo-recovery is active/,
  ],
  [
    'switchover-completed',
    'nothing to do',
    facts({ primary: { role: 'active' }, recovery: { role: 'passive' } }),
    'pass',
    /pg-demo is active/,
  ],
  [
    'switchover-completed',
    'primary failed',
    facts({ primary: { role: 'failed', state: 'POWEROFF', nodes: [] } }),
    'block',
    /failed\/POWEROFF.*Rebuild the failed primary first/,
  ],
  [
    'switchover-completed',
    'recovery failed',
    facts({ recovery: { role: 'failed' } }),
    'block',
    /recovery is failed/,
  ],
  [
    'switchover-completed',
    'both active',
    facts({ primary: { role: 'active' } }),
    'block',
    /active\/RUNNING; .*active/,
  ],
  [
    'switchover-completed',
    'none active',
    facts({ recovery: { role: 'passive' } }),
    'block',
    /passive.*passive/,
  ],
  [
    'switchover-completed',
    'a role that nobody knows',
    facts({ primary: { role: 'sleeping' } }),
    'unknown',
    /unknown role "sleeping"/,
  ],
  ['switchover-completed', 'no role', facts({ recovery: { role: null } }), 'unknown', /no role/],
  [
    'switchover-completed',
    'unread',
    facts({}, { recovery: unread(GET_RECOVERY) }),
    'unknown',
    /unreadable \(.*no conn/,
  ],
  ['switchover-completed', 'told', toldFacts(['PASSIVE', 'active']), 'pass', /passive\/RUNNING/],
  [
    'switchover-completed',
    'told to be on its way home',
    toldFacts(['Rebuilding', 'Passive']),
    'pass',
    /rebuilding\/RUNNING/,
  ],
  [
    'switchover-completed',
    'told to be rebuilt beside an active one',
    toldFacts(['Rebuilding', 'Active']),
    'block',
    /rebuilding\/RUNNING.*under way/,
  ],
  [
    'switchover-completed',
    'told something new',
    toldFacts(['Dreaming', 'Active']),
    'unknown',
    /unknown status "Dreaming"/,
  ],
  [
    'switchover-completed',
    'status not read',
    toldFacts(['', ''], {}, { disasterRecovery: unread(GET_DR, 500) }),
    'unknown',
    /unreadable \(.*500/,
  ],
  [
    'switchover-completed',
    'told of other services',
    toldFacts(
      ['', ''],
      {},
      { disasterRecovery: known(told([PRIMARY, 'Passive'], ['pg-other', 'Active']), GET_DR) },
    ),
    'unknown',
    /does not speak of pg-demo-recovery/,
  ],

  [
    'primary-active',
    'active/passive',
    over({ primary: { role: 'active' }, recovery: { role: 'passive' } }),
    'pass',
    /pg-demo is active\/RUNNING/,
  ],
  ['primary-active', 'switched over already', over(), 'pass', /pg-demo-recovery is active/],
  [
    'primary-active',
    'on its way',
    over({ primary: { role: 'passive' }, recovery: { role: 'active', ...REBUILDING } }),
    'pass',
    /active\/REBUILDING/,
  ],
  [
    'primary-active',
    'both active',
    over({ primary: { role: 'active' } }),
    'block',
    /active\/RUNNING; .*active/,
  ],
  [
    'primary-active',
    'recovery failed',
    over({ primary: { role: 'active' }, recovery: { role: 'failed' } }),
    'block',
    /recovery is failed/,
  ],
  ['primary-active', 'no role', over({ recovery: { role: null } }), 'unknown', /no role/],

  ['primary-failed', 'failed over', lost(), 'pass', /failed\/POWEROFF; pg-demo-recovery is active/],
  [
    'primary-failed',
    'rebuilding already',
    lost({ primary: { role: 'passive', ...REBUILDING } }),
    'pass',
    /passive\/REBUILDING/,
  ],
  ['primary-failed', 'switched over', lost({ primary: {} }), 'pass', /passive\/RUNNING/],
  ['primary-failed', 'both active', lost({ primary: { role: 'active' } }), 'block', /is active/],
  ['primary-failed', 'nobody has the data', lost({ recovery: { role: 'passive' } }), 'block', /is passive/],
  [
    'primary-failed',
    'the only copy is not settled',
    lost({ recovery: { role: 'active', ...REBUILDING } }),
    'block',
    /active\/REBUILDING/,
  ],
  ['primary-failed', 'unread', { ...lost(), recovery: unread(GET_RECOVERY) }, 'unknown', /unreadable/],

  ['both-settled', 'both', facts(), 'pass', /RUNNING.*RUNNING/],
  ['both-settled', 'primary rebuilding', facts({ primary: REBUILDING }), 'block', /passive\/REBUILDING/],
  [
    'both-settled',
    'recovery rebalancing',
    facts({ recovery: { state: 'REBALANCING' } }),
    'block',
    /active\/REBALANCING/,
  ],
  [
    'both-settled',
    'powered off',
    facts({ primary: { state: 'POWEROFF', nodes: [] } }),
    'block',
    /passive\/POWEROFF/,
  ],
  [
    'both-settled',
    'a node that times out',
    facts({ recovery: { nodes: ['running', 'timing_out'] } }),
    'block',
    /node pg-demo-recovery-2 timing_out/,
  ],
  ['both-settled', 'no nodes', facts({ primary: { nodes: [] } }), 'block', /passive\/RUNNING/],
  ['both-settled', 'unread', facts({}, { primary: unread(GET_PRIMARY) }), 'unknown', /no connection/],
  [
    'both-settled',
    'a state that nobody knows',
    facts({ primary: { state: 'DREAMING' } }),
    'unknown',
    /unknown state "DREAMING"/,
  ],
  [
    'both-settled',
    'a state that nobody knows, roles right already',
    facts({ primary: { role: 'active', state: 'DREAMING' }, recovery: { role: 'passive' } }),
    'unknown',
    /unknown state "DREAMING"/,
  ],
  [
    'both-settled',
    'roles right already, still settling: the run will only wait',
    facts({ primary: { role: 'active', ...REBUILDING }, recovery: { role: 'passive' } }),
    'pass',
    /active\/REBUILDING/,
  ],
  [
    'crdr-peers',
    'joined by two integrations',
    facts({ recovery: { integrations: [pairing(PRIMARY, RECOVERY, { id: 'i-2' })] } }),
    'block',
    /by two integrations \(i-1, i-2\)/,
  ],
  [
    'both-settled',
    'a node missing',
    facts({ primary: { nodes: ['running'] } }),
    'block',
    /pg-demo shows 1 of 2 nodes/,
  ],
  [
    'both-settled',
    'a node count that is not told',
    facts({ primary: { nodes: ['running'], more: { nodeCount: undefined } } }),
    'pass',
    /RUNNING/,
  ],
];
