import type { Service } from '../../../src/aiven';
import { facts, known, measured, PRIMARY, unread } from '../facts';
import type { CheckRow } from './rows';

type More = { [Field in keyof Service]?: Service[Field] | undefined };

const primary = (more: More) => facts({ primary: { more } });
const recovery = (more: More) => facts({ recovery: { more } });
const metrics = (changes: Parameters<typeof measured>[0]) =>
  facts({}, { metrics: known(measured(changes), `POST metrics of ${PRIMARY}`) });
const noMetrics = facts({}, { metrics: unread('POST metrics', 403) });
const unreadPrimary = facts({}, { primary: unread('GET p') });

export const CAPACITY_ROWS: CheckRow[] = [
  ['same-version', 'the same', facts(), 'pass', /pg-demo has 17; pg-demo-recovery has 17/],
  ['same-version', 'another', primary({ pgVersion: '16' }), 'block', /pg-demo has 16; .*17/],
  [
    'same-version',
    'not configured, but running',
    primary({ pgVersion: undefined, metadata: { pg_version: '17.2' } }),
    'pass',
    /pg-demo has 17/,
  ],
  [
    'same-version',
    'not told at all',
    recovery({ pgVersion: undefined, metadata: {} }),
    'unknown',
    /recovery has an unknown version/,
  ],
  ['same-version', 'unread', unreadPrimary, 'unknown', /no connection/],

  ['primary-size', 'the same', facts(), 'pass', /plan business-8, the active service business-8/],
  ['primary-size', 'larger', primary({ plan: 'business-16', nodeMemoryMb: 16_384 }), 'pass', /business-16/],
  ['primary-size', 'fewer nodes', primary({ nodeCount: 1 }), 'ack', /1 nodes instead of 2/],
  [
    'primary-size',
    'of the recovery service, for a switchover',
    facts(
      { primary: { role: 'active' }, recovery: { role: 'passive', more: { nodeCount: 1 } } },
      { move: 'switchover' },
    ),
    'ack',
    /1 nodes instead of 2/,
  ],
  ['primary-size', 'less CPU', recovery({ nodeCpuCount: 4 }), 'ack', /2 CPU per node instead of 4/],
  ['primary-size', 'less memory', primary({ nodeMemoryMb: 4_096 }), 'ack', /4096 MiB of memory/],
  ['primary-size', 'less disk', primary({ diskSpaceMb: 100_000 }), 'ack', /50000 MiB of disk per node/],
  [
    'primary-size',
    'as much disk a node, on one node more',
    primary({ nodeCount: 3, diskSpaceMb: 268_800 }),
    'pass',
    /business-8/,
  ],
  ['primary-size', 'not told, same plan', primary({ nodeCpuCount: undefined }), 'pass', /business-8/],
  [
    'primary-size',
    'not told, another plan',
    primary({ nodeCpuCount: undefined, plan: 'custom' }),
    'unknown',
    /not told: CPU per node/,
  ],
  ['primary-size', 'unread', unreadPrimary, 'unknown', /no connection/],

  ['disk-usage', 'room', facts(), 'pass', /pg-demo-1 31 %, pg-demo-2 30 %/],
  ['disk-usage', 'just room', metrics({ disk_usage: [84.94, 3] }), 'pass', /84\.9 %/],
  ['disk-usage', 'high on one node', metrics({ disk_usage: [30, 85] }), 'ack', /pg-demo-2 85 %/],
  ['disk-usage', 'almost full', metrics({ disk_usage: [95, 30] }), 'block', /pg-demo-1 95 %/],
  [
    'disk-usage',
    'writes blocked, whatever the metrics say',
    primary({ metadata: { write_block_threshold_exceeded: true } }),
    'block',
    /writes are blocked/,
  ],
  ['disk-usage', 'not measured', metrics({ disk_usage: undefined }), 'unknown', /no disk_usage/],
  ['disk-usage', 'unread', noMetrics, 'unknown', /403/],

  ['cpu-usage', 'idle', facts(), 'pass', /pg-demo-1 4 %/],
  ['cpu-usage', 'busy', metrics({ cpu_usage: [10, 97.33] }), 'warn', /pg-demo-2 97\.3 %/],
  ['cpu-usage', 'not measured', metrics({ cpu_usage: undefined }), 'unknown', /no cpu_usage/],
  ['cpu-usage', 'unread', noMetrics, 'unknown', /403/],

  ['plan-supported', 'business', facts(), 'pass', /pg-demo business-8/],
  ['plan-supported', 'hobbyist', recovery({ plan: 'hobbyist' }), 'warn', /recovery hobbyist/],
  ['plan-supported', 'free', primary({ plan: 'free-1-5gb' }), 'warn', /pg-demo free-1-5gb/],
  ['plan-supported', 'unread', unreadPrimary, 'unknown', /no connection/],
];
