import { fleetProcedures } from '../../src/contract/fleet-input';
import { faultsOfFleetMessage, fleetExamples } from '../../src/contract/fleet-messages';
import { parseFleetInput } from '../../src/contract/parse-fleet';
import { procedures } from '../../src/contract/procedure';

const PAIRS = { pairs: ['my-project/pg-1'] };
const faultsOf = (input: unknown) => {
  const parsed = parseFleetInput(input);
  return parsed.ok ? [] : parsed.faults;
};

test('a list of pairs is enough, and everything else has a default', () => {
  expect(parseFleetInput(PAIRS)).toEqual({
    ok: true,
    request: {
      procedure: 'switchback',
      mode: 'execute',
      pairs: [['my-project/pg-1']],
      select: undefined,
      waves: { canary: 0, sizes: [], byTag: undefined },
      concurrency: 10,
      budget: { wave: undefined, total: { count: 0 } },
      pauseBetweenWavesMs: 0,
      approval: 'none',
      fingerprint: undefined,
      run: {},
      startsPerExecution: 300,
      requestedBy: '',
      reason: '',
    },
  });
});

test('a list of lists is the waves themselves', () => {
  const parsed = parseFleetInput({ pairs: [['p/a'], ['p/b', 'p/c']] });
  expect(parsed).toMatchObject({ ok: true, request: { pairs: [['p/a'], ['p/b', 'p/c']] } });
});

test('a budget is a count or a share', () => {
  const parsed = parseFleetInput({ ...PAIRS, budget: { wave: '5%', total: 2 } });
  expect(parsed).toMatchObject({ request: { budget: { wave: { percent: 5 }, total: { count: 2 } } } });
});

test('a failover is for one pair and one person at a time', () => {
  expect(fleetProcedures).not.toContain('failover');
  for (const procedure of fleetProcedures) expect(Object.keys(procedures)).toContain(procedure);
  expect(faultsOf({ ...PAIRS, procedure: 'failover' })[0]).toMatch(/^"procedure" must be one of/);
});

test.each<[string, unknown, string | RegExp]>([
  ['a text', 'pg-1', 'the input must be one JSON object, but it is "pg-1"'],
  ['no pairs at all', {}, '"pairs" or "select" is missing: nothing says which pairs'],
  ['an empty list', { pairs: [] }, /^"pairs" must be a list/],
  ['an empty wave', { pairs: [['p/a'], []] }, '"pairs[1]" is a wave without pairs'],
  ['a pair without its project', { pairs: ['pg-1'] }, '"pairs": each must be PROJECT/PRIMARY, not "pg-1"'],
  ['a pair named twice', { pairs: [['p/a'], ['p/a']] }, '"pairs" names "p/a" twice'],
  [
    'pairs and a selector',
    { ...PAIRS, select: { project: 'p' } },
    '"pairs" and "select" are both given; give one of them',
  ],
  [
    'a selector without a project',
    { select: { name: 'pg-*' } },
    /^"select.project" must be the name of a project/,
  ],
  [
    'a tag that is no text',
    { select: { project: 'p', tags: { env: 1 } } },
    /^"select.tags" must be an object of texts/,
  ],
  [
    'a size of nothing',
    { ...PAIRS, waves: { sizes: [0] } },
    /^"waves.sizes" must be a list of whole numbers from 1/,
  ],
  [
    'waves of waves',
    { pairs: [['p/a']], waves: { canary: 1 } },
    /^"waves" is given, and "pairs" is a list of waves already/,
  ],
  [
    'no concurrency',
    { ...PAIRS, concurrency: 0 },
    '"concurrency" must be a whole number from 1 to 1000, not 0',
  ],
  [
    'a budget of half a pair',
    { ...PAIRS, budget: { total: 0.5 } },
    /^"budget.total" must be a count such as 2/,
  ],
  ['more than all', { ...PAIRS, budget: { total: '101%' } }, /^"budget.total" must be/],
  [
    'what the fleet says itself',
    { ...PAIRS, run: { mode: 'plan' } },
    '"run.mode" is not for all runs; the fleet says it',
  ],
  ['an option that no run has', { ...PAIRS, run: { settle: '1s' } }, /^"run": "settle" is not a known field/],
  [
    'a field that nobody knows',
    { ...PAIRS, wavs: 1 },
    /^"wavs" is not a known field; known are procedure, pairs/,
  ],
])('%s is refused', (_, input, fault) => {
  const faults = faultsOf(input);
  expect(faults).toHaveLength(1);
  if (typeof fault === 'string') expect(faults[0]).toBe(fault);
  else expect(faults[0]).toMatch(fault);
});

test('all faults are told at once', () => {
  expect(
    faultsOf({ pairs: ['x'], mode: 'later', concurrency: 'many', run: { settleWindow: 5 } }),
  ).toHaveLength(4);
});

test('an option of one procedure is none of another', () => {
  expect(faultsOf({ ...PAIRS, procedure: 'drill', run: { soak: '1m' } })).toEqual([]);
  expect(faultsOf({ ...PAIRS, run: { soak: '1m' } })[0]).toMatch(/"soak" is not a known field/);
});

test.each(Object.entries(fleetExamples))('the example for %s has no fault', (act, example) => {
  expect(faultsOfFleetMessage(act as keyof typeof fleetExamples, JSON.parse(example))).toEqual([]);
});

test('a message without a name, a reason or a known field is refused', () => {
  expect(faultsOfFleetMessage('skip', { by: ' ', pairs: [], more: 1 })).toEqual([
    '"by" must be a text',
    '"reason" must be a text',
    '"pairs" must be a list such as ["my-project/pg-1"]',
    '"more" is not a known field',
  ]);
});
