import { facts, PRIMARY, pairing, RECOVERY, toldFacts, unread } from '../facts';
import type { CheckRow } from './rows';

const linked = (changes: Parameters<typeof pairing>[2]) => ({
  integrations: [pairing(PRIMARY, RECOVERY, changes)],
});
const ID = 'integration-running';
const nodes = (...roles: (string | undefined)[]) => ({
  more: {
    nodeStates: roles.map((role, index) => ({
      name: `n-${index + 1}`,
      state: 'running',
      ...(role === undefined ? {} : { role }),
    })),
  },
});
const streaming = { phase: 'stream', current: 60, max: 100, unit: 'wal_lsn' };
const progress = (completed: boolean | undefined, state = 'running') => ({
  more: {
    nodeCount: 1,
    nodeStates: [
      {
        name: 'n-1',
        state,
        role: 'standby',
        progressUpdates: [
          { phase: 'prepare', completed: true },
          { ...streaming, ...(completed === undefined ? {} : { completed }) },
        ],
      },
    ],
  },
});

export const REPLICATION_ROWS: CheckRow[] = [
  [ID, 'running', facts(), 'pass', /pg-demo: running; pg-demo-recovery: running/],
  [ID, 'not active', facts({ primary: linked({ active: false }) }), 'block', /pg-demo: not active/],
  [ID, 'not enabled', facts({ recovery: linked({ enabled: false }) }), 'block', /recovery: not enabled/],
  [ID, 'failed', facts({ primary: linked({ status: { status: 'failed' } }) }), 'block', /pg-demo: failed/],
  [ID, 'inactive', facts({ recovery: linked({ status: { status: 'inactive' } }) }), 'block', /inactive/],
  [
    ID,
    'with errors',
    facts({ primary: linked({ status: { status: 'running', errors: ['no route'] } }) }),
    'block',
    /running, no route/,
  ],
  [ID, 'starting', facts({ primary: linked({ status: { status: 'starting' } }) }), 'ack', /starting/],
  [ID, 'a new status', facts({ primary: linked({ status: { status: 'pausing' } }) }), 'ack', /pausing/],
  [
    ID,
    'no status told',
    facts({ primary: { integrations: [omit(pairing(), 'status')] } }),
    'warn',
    /pg-demo: the API tells no status/,
  ],
  [
    ID,
    'nothing told of active',
    facts({ primary: { integrations: [omit(pairing(), 'active')] } }),
    'warn',
    /tells no active and enabled/,
  ],
  [ID, 'no integration', facts({ primary: { integrations: [] } }), 'unknown', /no disaster_recovery/],
  [ID, 'unread', facts({}, { recovery: unread('GET r', 503) }), 'unknown', /503/],
  [
    ID,
    'failed on one side, the other unread',
    facts({ primary: linked({ status: { status: 'failed' } }) }, { recovery: unread('GET r', 503) }),
    'block',
    /failed.*503/,
  ],
  [
    ID,
    'starting on one side, the other unread: an acknowledgement of the one must not cover the other',
    facts({ primary: linked({ status: { status: 'starting' } }) }, { recovery: unread('GET r', 503) }),
    'unknown',
    /starting.*503/,
  ],

  ['one-master', 'one', facts(), 'pass', /pg-demo-recovery has master .*; pg-demo has no master/],
  ['one-master', 'by the told status', toldFacts(['Passive', 'Active']), 'pass', /recovery has master/],
  ['one-master', 'two', facts({ recovery: nodes('master', 'master') }), 'block', /n-1 and n-2/],
  ['one-master', 'none', facts({ recovery: nodes('standby', 'standby') }), 'block', /recovery has no master/],
  [
    'one-master',
    'one on the passive service',
    facts({ primary: nodes('standby', 'master') }),
    'ack',
    /pg-demo has master n-2/,
  ],
  ['one-master', 'not told', facts({ primary: nodes('standby', undefined) }), 'warn', /does not tell/],
  ['one-master', 'no nodes', facts({ primary: { nodes: [] } }), 'warn', /does not tell/],
  ['one-master', 'both active', facts({ primary: { role: 'active' } }), 'unknown', /active\/active/],
  ['one-master', 'unread', facts({}, { primary: unread('GET p') }), 'unknown', /no connection/],

  ['nodes-caught-up', 'all', facts(), 'pass', /pg-demo: none; pg-demo-recovery: none/],
  ['nodes-caught-up', 'completed', facts({ primary: progress(true) }), 'pass', /none/],
  ['nodes-caught-up', 'not yet', facts({ primary: progress(false) }), 'ack', /n-1 stream 60 of 100 wal_lsn/],
  ['nodes-caught-up', 'not told whether', facts({ recovery: progress(undefined) }), 'ack', /n-1 stream/],
  [
    'nodes-caught-up',
    'of a node that does not run, which is another check’s',
    facts({ primary: progress(false, 'syncing_data') }),
    'pass',
    /none/,
  ],
  ['nodes-caught-up', 'unread', facts({}, { primary: unread('GET p') }), 'unknown', /no connection/],
];

function omit<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = value;
  return rest;
}
