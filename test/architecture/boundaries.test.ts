import { readFileSync } from 'node:fs';
import { callModule } from '../support/scripts/module';

interface Import {
  from: string;
  to: string;
}

const HOUSE = 'scripts/lib/house.mjs';

const faultsOf = (...imports: [] | [Import[]]) => callModule(HOUSE, 'faultsOf', imports);

test('every import of the sources points down, none past a front, and none in a circle', () => {
  expect(callModule(HOUSE, 'importsOfSources', [])).toContainEqual({
    from: 'worker.ts',
    to: 'hosting/worker.ts',
  });
  expect(faultsOf()).toEqual([]);
});

test.each<[string, Import[], string[]]>([
  [
    'an import of a higher layer',
    [{ from: 'contract/input.ts', to: 'rules/moves.ts' }],
    ['contract/input.ts imports rules/moves.ts, which is not below it'],
  ],
  [
    'an import of a room on the same layer',
    [{ from: 'notify/post.ts', to: 'aiven/http.ts' }],
    ['notify/post.ts imports aiven/http.ts, which is not below it'],
  ],
  [
    'an import past the front of a room',
    [{ from: 'activities/notify.ts', to: 'notify/settings.ts' }],
    ['activities/notify.ts imports notify/settings.ts, past notify/index.ts'],
  ],
  [
    'anything of ours imported at the bottom',
    [{ from: 'util/text.ts', to: 'contract/events.ts' }],
    ['util/text.ts imports contract/events.ts, which is not below it'],
  ],
  [
    'the lab imported by the product',
    [{ from: 'hosting/worker.ts', to: '../lab/src/lab.ts' }],
    ['.. has no place in the house'],
  ],
  [
    'a room without a layer',
    [{ from: 'attic/box.ts', to: 'util/text.ts' }],
    ['attic has no place in the house'],
  ],
  [
    'a circle inside a room',
    [
      { from: 'cli/a.ts', to: 'cli/b.ts' },
      { from: 'cli/b.ts', to: 'cli/a.ts' },
    ],
    ['a circle: cli/a.ts → cli/b.ts → cli/a.ts'],
  ],
])('%s is a fault', (_, imports, faults) => {
  expect(faultsOf(imports)).toEqual(faults);
});

test('nothing but the failover activity holds the warrant without which no service can be made to fail', () => {
  const imports = callModule(HOUSE, 'importsOfSources', []) as Import[];
  const uses = (word: RegExp) =>
    [...new Set(imports.map(({ from }) => from))].filter((file) =>
      word.test(readFileSync(`src/${file}`, 'utf8')),
    );
  expect(uses(/new FailoverWarrant\(/)).toEqual(['activities/fail.ts']);
  expect(uses(/disaster_recovery_role: 'failed'/)).toEqual(['contract/promotion.ts']);
  // The body is sent by the client alone; the run shows it in its plan.
  const users = ['aiven/client.ts', 'contract/promotion.ts', 'workflows/engine/run-record.ts'];
  expect(uses(/failBody/).sort()).toEqual(users);
  expect(uses(/client\.fail\(|\.fail\(\s*project/)).toEqual(['activities/fail.ts']);
  // One workflow has it done.
  expect(uses(/failPrimary/).sort()).toEqual(['workflows/engine/failing.ts', 'workflows/failover.ts']);
});

test('of the lab, only what plays the product imports it', () => {
  expect(callModule(HOUSE, 'faultsOfLab', [])).toEqual([]);
  const product = '../../dist/client';
  expect(callModule(HOUSE, 'faultsOfLab', [[{ from: 'lab.ts', to: product }]])).toHaveLength(1);
  for (const from of ['demo/main.ts', 'torture/main.ts'])
    expect(callModule(HOUSE, 'faultsOfLab', [[{ from, to: product }]])).toEqual([]);
});
