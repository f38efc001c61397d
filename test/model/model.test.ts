import { procedures } from '../../src/contract/procedure';
import { explore } from './explore';
import { begin, RULES, type Rules } from './run';
import type { ModelService, World } from './world';

const active: ModelService = { role: 'active', state: 'RUNNING' };
const passive: ModelService = { role: 'passive', state: 'RUNNING' };
const failed: ModelService = { role: 'failed', state: 'POWEROFF' };
/** Whatever a run may find; somebody else acts twice at most. */
const WORLDS: World[] = [
  { primary: active, recovery: passive, others: 2 },
  { primary: { role: 'active', state: 'REBUILDING' }, recovery: passive, others: 2 },
  { primary: passive, recovery: active, others: 2 },
  { primary: failed, recovery: active, others: 2 },
  { primary: failed, recovery: passive, others: 2 },
  { primary: { role: 'passive', state: 'REBUILDING' }, recovery: active, others: 2 },
];
const all = (rules: Rules) =>
  Object.entries(procedures).map(([name, { moves }]) => ({
    name,
    ...explore(
      WORLDS.map((world) => begin(moves, world)),
      rules,
    ),
  }));
const sound = all(RULES);

test('no procedure breaks a promise, whatever is lost, dies or is done by somebody else, and each can always end', () => {
  for (const { name, states, counterExample, deadEnds } of sound) {
    expect({ name, counterExample, deadEnds }).toEqual({ name, counterExample: undefined, deadEnds: 0 });
    expect(states).toBeGreaterThan(500);
  }
});

test('every way to end that is documented can be reached', () => {
  const ends = new Set(sound.flatMap((one) => [...one.ends]));
  expect(ends).toEqual(
    new Set(['done', 'blocked', 'drifted', 'refused', 'accepted', 'given-up', 'returned', 'not-switched']),
  );
});

test.each<[string, Partial<Rules>, string]>([
  ['whatever is read may be promoted', { mayPromote: () => true }, 'a write while a side is unread'],
  [
    'a failed service may be promoted',
    {
      mayPromote: (target, situation, observed, goal) =>
        situation === 'failed-over' || RULES.mayPromote(target, situation, observed, goal),
    },
    'a promotion of a failed service',
  ],
  [
    'whatever is passive may be rebuilt',
    { mayRebuild: (situation) => situation === 'primary-active' },
    'a rebuild of a service that has not failed',
  ],
  [
    'a healthy primary may be failed',
    { mayFail: (seen) => RULES.mayFail(seen, true) },
    'a failover of a healthy primary',
  ],
  [
    'a primary may be failed whatever the other one is',
    { mayFail: () => true },
    'a write while a side is unread',
  ],
  ['an unknown write is sent again at once', { waitsForQuiet: false }, 'two effective writes of one move'],
])('a broken rule is found: %s', (_, broken, promise) => {
  const found = all({ ...RULES, ...broken }).flatMap(({ counterExample }) => counterExample ?? []);
  expect(found.map((one) => one.broken)).toContain(promise);
  for (const { way } of found) expect(way.length).toBeGreaterThan(0);
});
