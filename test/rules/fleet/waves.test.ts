import fc from 'fast-check';
import type { FleetRequest } from '../../../src/contract/fleet-input';
import { type ListedPair, type ListedService, selectPairs } from '../../../src/rules/fleet/select';
import { wavesOf } from '../../../src/rules/fleet/waves';

type Waves = FleetRequest['waves'];
const NONE: Waves = { canary: 0, sizes: [], byTag: undefined };

const pair = (n: number, tags: Record<string, string> = {}): ListedPair => ({
  pair: `p/pg-${n}`,
  recovery: `pg-${n}-recovery`,
  cloud: 'google-europe-west1',
  tags,
});
const pairs = (count: number) => Array.from({ length: count }, (_, index) => pair(index + 1));
const shape = (given: ListedPair[][], waves: Partial<Waves>) =>
  wavesOf(given, { ...NONE, ...waves }).map(({ name, pairs: { length } }) => `${name}: ${length}`);

test.each<[string, number, Partial<Waves>, string[]]>([
  ['nothing is one wave', 5, {}, ['wave 1: 5']],
  ['a size repeats', 5, { sizes: [2] }, ['wave 1: 2', 'wave 2: 2', 'wave 3: 1']],
  [
    'a ramp ends with its last size',
    9,
    { sizes: [1, 3] },
    ['wave 1: 1', 'wave 2: 3', 'wave 3: 3', 'wave 4: 2'],
  ],
  ['a canary comes first', 5, { canary: 1 }, ['canary: 1', 'wave 2: 4']],
  [
    'a canary is no step of the ramp',
    5,
    { canary: 1, sizes: [1, 3] },
    ['canary: 1', 'wave 2: 1', 'wave 3: 3'],
  ],
  ['a canary of all leaves nothing', 2, { canary: 5 }, ['canary: 2']],
])('%s', (_, count, waves, expected) => {
  expect(shape([pairs(count)], waves)).toEqual(expected);
});

test('a tag makes a wave of each value, in natural order, and those without it come last', () => {
  const tiers = ['10', '2', undefined, '2'].map((tier, n) => pair(n, tier === undefined ? {} : { tier }));
  expect(shape([tiers], { byTag: 'tier' })).toEqual(['tier=2: 2', 'tier=10: 1', 'without tier: 1']);
  expect(shape([tiers], { byTag: 'tier', canary: 1 })).toEqual([
    'canary: 1',
    'tier=2: 1',
    'tier=10: 1',
    'without tier: 1',
  ]);
});

test('waves that are given stay as they are', () => {
  const [one, ...others] = pairs(3);
  expect(wavesOf([[one as ListedPair], others], NONE).map((wave) => wave.pairs)).toEqual([
    ['p/pg-1'],
    ['p/pg-2', 'p/pg-3'],
  ]);
});

test('whatever is asked for, every pair is in one wave, and no wave is empty', () => {
  const waves = fc.record({
    canary: fc.nat(10),
    sizes: fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 4 }),
    byTag: fc.option(fc.constant('tier'), { nil: undefined }),
  });
  const tagged = fc.array(fc.option(fc.constantFrom('1', '2', 'gold'), { nil: undefined }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(waves, tagged, (asked, tiers) => {
      const given = tiers.map((tier, n) => pair(n, tier === undefined ? {} : { tier }));
      const made = wavesOf([given], asked);
      expect(made.flatMap((wave) => wave.pairs).sort()).toEqual(given.map((one) => one.pair).sort());
      expect(made.filter((wave) => wave.pairs.length === 0)).toEqual([]);
    }),
  );
});

describe('which pairs are meant', () => {
  const service = (name: string, more: Partial<ListedService> = {}): ListedService => ({
    project: 'p',
    name,
    cloud: 'google-europe-west1',
    tags: { env: 'prod' },
    integrations: [
      {
        type: 'disaster_recovery',
        sourceProject: 'p',
        sourceService: name.replace('-recovery', ''),
        destService: `${name.replace('-recovery', '')}-recovery`,
      },
    ],
    ...more,
  });
  const services = [
    service('pg-10'),
    service('pg-2', { tags: {} }),
    service('pg-2-recovery', { cloud: 'google-europe-west4' }),
    service('other-1', { cloud: 'aws-eu-central-1' }),
    service('lonely', { integrations: [] }),
  ];
  const select = (more: object) =>
    selectPairs({ pairs: undefined, select: { project: 'p', ...more } }, services);
  const named = (...names: string[]) => selectPairs({ pairs: [names], select: undefined }, services);
  const namesIn = (found: ReturnType<typeof select>) =>
    'pairs' in found ? found.pairs.flat().map((one) => one.pair) : found.faults;

  test.each<[string, object, string[]]>([
    ['all of a project, by their primaries, in natural order', {}, ['p/other-1', 'p/pg-2', 'p/pg-10']],
    ['by name', { name: 'pg-*' }, ['p/pg-2', 'p/pg-10']],
    ['by a name in the middle', { name: '*her*1' }, ['p/other-1']],
    ['by the very name', { name: 'pg-2' }, ['p/pg-2']],
    ['by cloud', { cloud: 'aws-*' }, ['p/other-1']],
    ['by tags', { tags: { env: 'prod' } }, ['p/other-1', 'p/pg-10']],
    ['by all at once', { tags: { env: 'prod' }, name: 'pg-*', cloud: 'google-*' }, ['p/pg-10']],
  ])('a selector takes %s', (_, asked, expected) => {
    expect(namesIn(select(asked))).toEqual(expected);
  });

  test('a pattern matches no overlap of its own parts', () => {
    expect(namesIn(select({ name: 'pg-2*2' }))[0]).toMatch(/matches nothing/);
  });

  test('a selector that finds nothing says what there is', () => {
    expect(select({ tags: { env: 'test' } })).toEqual({
      faults: ['"select" matches nothing: p has 3 pairs, and none with tags {"env":"test"}'],
    });
  });

  test('every name that is not a pair is told, with what it is', () => {
    expect(named('p/pg-2', 'p/nobody', 'p/pg-2-recovery', 'p/lonely')).toEqual({
      faults: [
        'p/nobody is not known: there is no such service',
        'p/pg-2-recovery is the recovery service of p/pg-2; name the primary',
        'p/lonely is the primary of no pair',
      ],
    });
  });
});
