import { FleetScene, tally } from './fleet-scene';
import { type Harness, useHarness } from './harness';

const { harness, scenario } = useHarness({ dialect: 'role', pairs: 60 });

/** A scene of its own pairs, played beside all others. */
function fleet<T>(size: number, play: (scene: FleetScene) => Promise<T>): () => Promise<T> {
  return scenario((one) => play(new FleetScene(one.harness as Harness, size)));
}

const home = fleet(6, async (it) => {
  const ended = await it.run({
    waves: { canary: 1, sizes: [2, 3] },
    concurrency: 2,
    requestedBy: 'ops@example.com',
    reason: 'the region is back',
  });
  return { ...ended, it };
});

test('brings every pair home, in waves, each by a run of its own under its canonical id', async () => {
  const { code, report, roles, promotions, it } = await home();
  expect(code).toBeUndefined();
  expect(report).toMatchObject({ outcome: 'completed', counts: { total: 6, done: 6, failed: 0 } });
  expect(report.waves.map(({ name, counts }) => [name, counts.total])).toEqual([
    ['canary', 1],
    ['wave 2', 2],
    ['wave 3', 3],
  ]);
  expect(tally(roles)).toEqual({ 'active/passive': 6 });
  expect(promotions).toEqual([1, 1, 1, 1, 1, 1]);
  const run = await harness().client.find(it.harness.lab.project, it.pair(0).primary);
  expect(run).toMatchObject({
    workflowId: `switchback.${it.harness.lab.project}.${it.pair(0).primary}`,
    outcome: 'switched-back',
  });
});
