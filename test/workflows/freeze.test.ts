import type { FreezeReading } from '../../src/contract/freeze';
import { type Scenario, useHarness } from './harness';

const ALWAYS: FreezeReading = {
  windows: [
    { kind: 'once', name: 'the sale', timeZone: 'UTC', from: '2020-01-01T00:00', to: '2099-01-01T00:00' },
  ],
};
const BY = { by: 'ann@example.com', reason: 'INC-123' };
const ACKNOWLEDGED = {
  acknowledge: [
    { check: 'recent-change', ...BY },
    { check: 'freeze-window', ...BY },
  ],
};

/** What the file says: at first nothing, and the sale from then on. */
let reading: FreezeReading = { windows: [] };
let begin: () => void;
const begun = new Promise<void>((resolve) => {
  begin = () => {
    reading = ALWAYS;
    resolve();
  };
});
const readFreezes = () => reading;
const frozen = (play: (it: Scenario) => ReturnType<Scenario['run']>) => async (it: Scenario) => {
  await begun;
  return play(it);
};
const freezeOf = (checks: { id: string }[] = []) => checks.find(({ id }) => id === 'freeze-window');

const drills = useHarness({ state: 'fresh', readFreezes }, 'drill');
const switchovers = useHarness({ state: 'fresh', readFreezes }, 'switchover');

const away = drills.scenario(async (it) => {
  await it.start({ soak: '1s', acknowledge: [{ check: 'recent-change', ...BY }] });
  await it.until('it has written', ({ pointOfNoReturn }) => pointOfNoReturn !== undefined);
  begin();
  return it.end();
});

test('a freeze that begins while a drill is away does not keep it there', async () => {
  const { report, roles } = await away();
  expect(report).toMatchObject({ outcome: 'drilled' });
  expect(freezeOf(report.checks)).toMatchObject({
    verdict: 'warn',
    observed: '"the sale" until 2099-01-01 00:00 UTC; it does not hold this run',
  });
  expect(roles).toBe('active/passive');
});

const held = switchovers.scenario(
  frozen(async (it) => {
    await it.start();
    const { answers = [] } = await it.until('it asks', ({ phase }) => phase === 'approval');
    expect(it.pair.requests().filter(({ method }) => method === 'PUT')).toEqual([]);
    expect(answers[0]).toMatchObject({ update: 'acknowledge', payload: { check: 'freeze-window' } });
    await it.harness.client.acknowledge(it.workflowId, { check: 'freeze-window', ...BY });
    return it.end();
  }),
);

test('a run in a freeze waits before the write, until somebody answers for it by name and reason', async () => {
  const { report, writes } = await held();
  expect(report).toMatchObject({ outcome: 'switched-over' });
  expect(freezeOf(report.checks)).toMatchObject({ verdict: 'block', severity: 'ack', acknowledged: BY });
  expect(writes).toHaveLength(1);
});

const overridden = switchovers.scenario(frozen((it) => it.run(ACKNOWLEDGED)));

test('in one step: who starts it answers for it', async () => {
  const { report } = await overridden();
  expect(report).toMatchObject({ outcome: 'switched-over' });
  expect(freezeOf(report.checks)).toMatchObject({ acknowledged: BY });
});

const rehearsed = switchovers.scenario(frozen((it) => it.run({ mode: 'rehearse' })));

test('does not hold a rehearsal, which says that there is one', async () => {
  const { report, writes } = await rehearsed();
  expect(report).toMatchObject({ outcome: 'rehearsed' });
  expect(freezeOf(report.checks)).toMatchObject({ verdict: 'warn' });
  expect(writes).toEqual([]);
});
