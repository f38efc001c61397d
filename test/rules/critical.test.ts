import { criticalFacts, driftBetween, isUntouched } from '../../src/rules/critical';
import type { Facts } from '../../src/rules/facts';
import { observePair } from '../../src/rules/observation';
import { facts, PRIMARY, pairing, RECOVERY, type ServiceLook, toldFacts, unread } from './facts';

const critical = (given: Facts) =>
  criticalFacts({ ...given, names: { primary: PRIMARY, recovery: RECOVERY } });

test('the critical facts are said in words, of both services', () => {
  expect(critical(facts())).toEqual({
    'primary pg-demo readable': 'yes',
    'primary pg-demo role': 'passive',
    'primary pg-demo state': 'RUNNING',
    'primary pg-demo nodes not running': 'none',
    'primary pg-demo update time': '2026-11-20T21:07:41Z',
    'primary pg-demo peers': 'pg-demo-recovery',
    'primary pg-demo in-service switchover': 'not told',
    'recovery pg-demo-recovery readable': 'yes',
    'recovery pg-demo-recovery role': 'active',
    'recovery pg-demo-recovery state': 'RUNNING',
    'recovery pg-demo-recovery nodes not running': 'none',
    'recovery pg-demo-recovery update time': '2026-11-20T21:07:41Z',
    'recovery pg-demo-recovery peers': 'pg-demo',
    'recovery pg-demo-recovery in-service switchover': 'not told',
  });
});

test.each<[string, ServiceLook, string]>([
  ['a role', { role: 'active' }, 'role passive → active'],
  ['a state', { state: 'REBUILDING' }, 'state RUNNING → REBUILDING'],
  ['a new state', { state: 'DREAMING' }, 'state RUNNING → DREAMING'],
  ['a node', { nodes: ['running', 'leaving'] }, 'nodes not running none → pg-demo-2 leaving'],
  ['the nodes', { nodes: [] }, 'nodes not running none → no nodes at all'],
  [
    'the update time',
    { more: { updateTime: '2026-11-22T02:59:00Z' } },
    'update time 2026-11-20T21:07:41Z → 2026-11-22T02:59:00Z',
  ],
  ['the integration', { integrations: [] }, 'peers pg-demo-recovery → none'],
  [
    'a second one',
    { integrations: [pairing(), pairing(PRIMARY, 'pg-x')] },
    'peers pg-demo-recovery → pg-demo-recovery and pg-x',
  ],
  [
    'maintenance',
    { more: { maintenance: { controlledSwitchover: { state: 'RUNNING' } } } },
    'in-service switchover not told → RUNNING',
  ],
])('%s that moved is named, with what it was and what it is', (_, primary, drift) => {
  expect(driftBetween(critical(facts()), critical(facts({ primary })))).toEqual([`primary pg-demo ${drift}`]);
});

test('in the promote-to-master dialect the status of the pair tells the roles', () => {
  const [before, now] = [toldFacts(['Passive', 'Active']), toldFacts(['Rebuilding', 'Active'])];
  expect(driftBetween(critical(before), critical(now))).toEqual(['primary pg-demo role passive → changing']);
});

test('a service that cannot be read any more is one difference, not seven', () => {
  const gone = critical(facts({}, { recovery: unread('GET r', 404) }));
  expect(driftBetween(critical(facts()), gone)).toEqual([
    'recovery pg-demo-recovery readable yes → no (GET r: 404)',
  ]);
  expect(driftBetween(gone, critical(facts()))).toHaveLength(1);
});

test('what is not critical may differ', () => {
  const other = facts(
    { primary: { more: { backups: [], tags: { a: 'b' } } } },
    { metrics: unread('POST m') },
  );
  expect(driftBetween(critical(facts()), critical(other))).toEqual([]);
});

test('facts of another shape are never called the same', () => {
  expect(driftBetween({ a: '1' }, {})).toEqual(['a 1 → not known']);
  expect(driftBetween({}, { a: '1' })).toEqual(['a not known → 1']);
});

describe('a pair is untouched', () => {
  const names = { primary: PRIMARY, recovery: RECOVERY };
  const untouched = (now: Facts) => isUntouched(critical(facts()), observePair({ ...now, names }));

  test('as long as both services say that they were not changed', () => {
    expect(untouched(facts())).toBe(true);
  });

  test.each<[string, Facts]>([
    ['the primary was changed', facts({ primary: { more: { updateTime: '2026-11-22T02:59:00Z' } } })],
    [
      'the recovery service was changed',
      facts({ recovery: { more: { updateTime: '2026-11-22T02:59:00Z' } } }),
    ],
    ['one of them is unread', facts({}, { recovery: unread('GET r', 404) })],
  ])('but not when %s', (_, now) => {
    expect(untouched(now)).toBe(false);
  });

  test('and never when nothing was known before', () => {
    expect(isUntouched({}, observePair({ ...facts(), names }))).toBe(false);
  });
});
