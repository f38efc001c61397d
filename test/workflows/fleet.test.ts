import { Worker } from '@temporalio/worker';
import { testEnvironment } from '../support/environment';
import { FleetScene, tally } from './fleet-scene';
import { replyTo, useHarness } from './harness';

/** Enough for all scenes of this file, each of which takes one more than its fleet has. */
const { harness, scenario } = useHarness({ dialect: 'role', pairs: 80, serviceList: true });

const scenes: FleetScene[] = [];

/** A scene of its own pairs, played beside all others. */
function fleet<T>(size: number, play: (scene: FleetScene) => Promise<T>): () => Promise<T> {
  return scenario((one) => {
    const scene = new FleetScene(one.harness, size);
    scenes.push(scene);
    return play(scene);
  });
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

/** Who is where when the third one fails: past its write, waiting for a person, joined and over, failed, and not begun. */
const [STUCK, ASKING, JOINED, FIRST, SECOND, THIRD] = [0, 1, 2, 3, 4, 5];

const parkedFleet = fleet(8, async (it) => {
  it.pair(STUCK).behave({ stuck: true });
  await it.asks(ASKING);
  await it.asks(JOINED);
  await it.startsAlone(JOINED);
  for (const index of [FIRST, SECOND, THIRD]) it.breaks(index);
  await it.start({ concurrency: 3, budget: { total: 2 } });
  await it.untilRun(STUCK, 'converge');
  const asking = await it.until('it tells who asks', ({ needs }) =>
    needs.some(({ urgency }) => urgency === 'asks'),
  );
  await it.untilRun(ASKING, 'approval');
  await it.acknowledges(JOINED);
  const parked = await it.until(
    'it is parked',
    ({ phase, counts }) => phase === 'needs-operator' && counts.stopped === 1 && counts.running === 1,
  );
  const entries = await it.entries();
  const before = it.pairs.map((pair) => `${pair.status().primary.role}/${pair.status().recovery.role}`);
  const refused = await replyTo(it.tell('pause'));
  for (const index of [FIRST, SECOND, THIRD]) it.mends(index);
  it.pair(ASKING).restore();
  await it.pair(STUCK).settled();
  it.pair(STUCK).set('primary', { state: 'RUNNING' });
  const retried = await it.tell('retry');
  return { asking, parked, entries, before, refused, retried, ...(await it.end()) };
});

test('starts no new run when more have failed than may: it stops who has written nothing, lets the others finish, and asks', async () => {
  const { parked, entries, before, refused } = await parkedFleet();
  expect(parked.headline).toContain('3 pairs failed, and 2 of 8 may. No new run is started.');
  expect(entries.map(({ state }) => state)).toEqual([
    'running',
    'stopped',
    'done',
    'failed',
    'failed',
    'failed',
    'waiting',
    'waiting',
  ]);
  expect(entries[JOINED]).toMatchObject({ joined: true, outcome: 'switched-back' });
  expect(entries[FIRST]).toMatchObject({ code: 'BLOCKED', outcome: 'blocked' });
  // Nobody is half-switched: one is home, one is on its way, all others are where they were.
  expect(tally(before.slice(FIRST))).toEqual({ 'passive/failed': 3, 'passive/active': 2 });
  expect(before[ASKING]).toBe('passive/active');
  expect(parked.answers.map(({ update }) => update)).toEqual(['retry', 'resume', 'skip', 'abort']);
  expect(parked.needs.map(({ urgency }) => urgency)).toEqual(['failed', 'failed', 'failed']);
  expect(refused.refusal).toContain('The fleet starts no new run already');
});

test('shows whose run waits for a person, and how to see it', async () => {
  const { asking } = await parkedFleet();
  const need = asking.needs.find(({ urgency }) => urgency === 'asks');
  expect(need?.why).toBe('its run waits for an approval or an acknowledgement');
  expect(need?.command).toBe(`switchback get ${need?.pair}`);
});

test('goes on after a retry, with what had failed and what it had stopped', async () => {
  const { retried, report, roles, promotions } = await parkedFleet();
  expect(retried).toMatchObject({ act: 'retry', by: 'ops@example.com', effect: '4 started again' });
  expect(report).toMatchObject({ outcome: 'completed', counts: { done: 8, failed: 0, stopped: 0 } });
  expect(tally(roles)).toEqual({ 'active/passive': 8 });
  expect(promotions).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});

const pausedFleet = fleet(4, async (it) => {
  await it.asks(0);
  await it.start({ concurrency: 1 });
  await it.untilRun(0, 'approval');
  const act = await it.tell('pause');
  await it.acknowledges(0);
  const paused = await it.until('the run under way is over', ({ counts }) => counts.done === 1);
  const resumed = await it.tell('resume');
  return { act, paused, resumed, ...(await it.end()) };
});

test('starts no new run while it is paused, lets those under way finish, and goes on', async () => {
  const { act, paused, report } = await pausedFleet();
  expect(act.effect).toBe('no new run; 1 go on');
  expect(paused).toMatchObject({ phase: 'paused', counts: { done: 1, running: 0, waiting: 3 } });
  expect(paused.headline).toContain('ops@example.com paused the fleet (INC-123)');
  expect(report).toMatchObject({ outcome: 'completed', counts: { done: 4 } });
  expect(report.acts.map(({ act }) => act)).toEqual(['pause', 'resume']);
});

const aborted = fleet(4, async (it) => {
  await Promise.all([it.asks(0), it.asks(1)]);
  await it.start({ concurrency: 2 });
  await Promise.all([it.untilRun(0, 'approval'), it.untilRun(1, 'approval')]);
  await it.tell('abort');
  return it.end();
});

test('that is aborted stops who has written nothing, and says so of each pair', async () => {
  const { code, message, report, promotions } = await aborted();
  expect(code).toBe('FLEET_ABORTED');
  expect(message).toContain('ops@example.com aborted the fleet (INC-123)');
  expect(report.counts).toMatchObject({ stopped: 2, waiting: 2, done: 0 });
  expect(promotions).toEqual([0, 0, 0, 0]);
});

const foreign = fleet(1, async (it) => {
  await it.asks(0);
  await it.startsAlone(0);
  await it.start();
  await it.untilRun(0, 'approval');
  await it.until('it has joined', ({ counts }) => counts.running === 1);
  await it.tell('abort');
  await it.acknowledges(0);
  return it.end();
});

test('leaves a run alone that somebody else has started, also when it is aborted', async () => {
  const { code, report, promotions } = await foreign();
  expect(code).toBe('FLEET_ABORTED');
  expect(report.pairs).toMatchObject([{ state: 'done', joined: true, outcome: 'switched-back' }]);
  expect(promotions).toEqual([1]);
});

const terminated = fleet(1, async (it) => {
  await it.asks(0);
  await it.start();
  await it.untilRun(0, 'approval');
  await it.handle.terminate('the fleet is gone');
  await it.acknowledges(0);
  return harness().client.result(it.runIdOf(0));
});

test('that is terminated leaves its runs alone', async () => {
  expect(await terminated()).toMatchObject({ outcome: 'switched-back' });
});

const cancelled = fleet(2, async (it) => {
  await it.asks(0);
  await it.start({ concurrency: 1 });
  await it.untilRun(0, 'approval');
  await it.handle.cancel();
  return it.end();
});

test('that is cancelled in Temporal stops as by an abort, and reports', async () => {
  const { code, report, promotions } = await cancelled();
  expect(code).toBe('FLEET_ABORTED');
  expect(report.counts).toMatchObject({ stopped: 1, waiting: 1 });
  expect(promotions).toEqual([0, 0]);
});

const locked = fleet(2, async (it) => {
  const holder = `${it.workflowId}.holder`;
  await it.asks(0);
  await it.startsAlone(0, holder);
  await it.untilRun(0, 'approval', holder);
  const ended = await it.run({ budget: { total: 1 } });
  return { holder, ...ended };
});

test('does not fight for a pair that somebody else has locked: it counts as failed, and names the holder', async () => {
  const { code, report, holder, promotions } = await locked();
  expect(code).toBe('FLEET_INCOMPLETE');
  expect(report.pairs[0]).toMatchObject({ state: 'failed', code: 'LOCKED' });
  expect(report.pairs[0]?.note).toContain(holder);
  expect(report.counts).toMatchObject({ done: 1, failed: 1 });
  expect(promotions).toEqual([0, 1]);
});

const continued = fleet(6, async (it) => {
  await it.asks(0);
  await it.start({ concurrency: 3, startsPerExecution: 2, waves: { sizes: [4, 2] } });
  const { firstExecutionRunId } = it.handle as { firstExecutionRunId?: string };
  const status = await it.until('all others of the wave are over', ({ counts }) => counts.done === 3);
  const now = await it.handle.describe();
  await it.acknowledges(0);
  return { firstExecutionRunId, now: now.runId, status, ...(await it.end()) };
});

test('continues as new with runs under way, and loses none of them', async () => {
  const { firstExecutionRunId, now, status, report, promotions } = await continued();
  expect(now).not.toBe(firstExecutionRunId);
  expect(status.counts).toMatchObject({ running: 1, waiting: 2 });
  expect(report).toMatchObject({ outcome: 'completed', counts: { done: 6 } });
  expect(report.pairs.filter(({ joined }) => joined)).toEqual([]);
  expect(promotions).toEqual([1, 1, 1, 1, 1, 1]);
});

const approvedByWave = fleet(2, async (it) => {
  await it.start({
    approval: 'per-wave',
    pairs: it.names.map((pair) => [pair]),
    requestedBy: 'ops@example.com',
  });
  const first = await it.until('it asks', ({ phase }) => phase === 'approval');
  const { fingerprint } = first;
  const sre = { by: 'sre@example.com' };
  const refusals = {
    same: (await replyTo(it.tell('approve', { fingerprint }))).refusal,
    stale: (await replyTo(it.tell('approve', { ...sre, fingerprint: 'ffffffffffff' }))).refusal,
    later: (await replyTo(it.tell('approve', { ...sre, fingerprint, wave: 2 }))).refusal,
    faulty: (await replyTo(it.tell('approve', { by: '', more: 1 }))).refusal,
  };
  const before = it.pairs.flatMap((pair) => pair.requests().filter(({ method }) => method === 'PUT'));
  await it.tell('approve', { ...sre, fingerprint, wave: 1 });
  const second = await it.until(
    'it asks again',
    ({ phase, counts }) => phase === 'approval' && counts.done === 1,
  );
  await it.tell('approve', { ...sre, fingerprint });
  return { first, second, refusals, before, ...(await it.end()) };
});

test('waits for an approval of every wave, of the plan that was read, by a second person', async () => {
  const { first, second, refusals, before, report } = await approvedByWave();
  expect(first.headline).toContain('A person is needed: wave 1 of 2 waves waits for an approval');
  expect(refusals.same).toContain('a second person must approve it (four eyes)');
  expect(refusals.stale).toContain(`The plan has the fingerprint ${first.fingerprint}, not ffffffffffff`);
  expect(refusals.later).toBe('Wave 1 waits for an approval, not wave 2');
  expect(refusals.faulty).toMatch(/"by" must be a text; .*"more" is not a known field.* Send for example/);
  expect(before).toEqual([]);
  expect(second.counts).toMatchObject({ done: 1, waiting: 1 });
  expect(report).toMatchObject({ outcome: 'completed', counts: { done: 2 } });
});

const planned = fleet(3, async (it) => {
  it.breaks(1);
  return it.run({ mode: 'plan' });
});

test('as a plan has every pair checked, and writes nothing', async () => {
  const { code, message, report, promotions } = await planned();
  expect(code).toBe('BLOCKED');
  expect(message).toContain('Nothing was written. Switchback of 3 pairs: 2 of 3 are ready, 1 failed.');
  expect(report.counts).toMatchObject({ done: 2, failed: 1 });
  expect(promotions).toEqual([0, 0, 0]);
});

const skipped = fleet(3, async (it) => {
  it.breaks(0);
  await it.start({ concurrency: 1 });
  await it.until('it is parked', ({ phase }) => phase === 'needs-operator');
  const [first = '', , last = ''] = it.names;
  const refused = await replyTo(it.tell('skip', { pairs: ['my-project/nobody'] }));
  await it.tell('skip', { pairs: [first, last] });
  await it.tell('resume');
  return { refused, ...(await it.end()) };
});

test('leaves out what is skipped', async () => {
  const { refused, report, promotions } = await skipped();
  expect(refused.refusal).toBe('my-project/nobody is not in this fleet');
  expect(report).toMatchObject({ outcome: 'completed', counts: { done: 1, skipped: 2 } });
  expect(promotions).toEqual([0, 1, 0]);
});

const refused = fleet(2, async (it) => {
  const { project } = it.harness.lab;
  const [first = ''] = it.names;
  const ended = async (input: Record<string, unknown>) =>
    (await new FleetScene(it.harness, 0).run(input)).message;
  return {
    nothing: await ended({ pairs: undefined, select: { project, name: 'pg-nobody-*' } }),
    twice: await ended({ pairs: [first, first] }),
    unknown: await ended({ pairs: [first, `${project}/pg-nobody`, `${first}-recovery`] }),
    other: await ended({ pairs: [first], fingerprint: '0f3a1c9b77d2' }),
    failover: await ended({ pairs: [first], procedure: 'failover' }),
    untouched: it
      .pair(0)
      .requests()
      .filter(({ method }) => method === 'PUT'),
  };
});

test('refuses what cannot be meant with one clear error, before anything is started', async () => {
  const { nothing, twice, unknown, other, failover, untouched } = await refused();
  expect(nothing).toContain('INVALID_INPUT: Nothing was started: "select" matches nothing');
  expect(nothing).toContain('and none with name "pg-nobody-*"');
  expect(twice).toMatch(/INVALID_INPUT: The input is not valid: "pairs" names "[^"]*" twice/);
  expect(unknown).toContain('pg-nobody is not known: there is no such service; ');
  expect(unknown).toContain('-recovery is the recovery service of ');
  expect(other).toMatch(
    /Nothing was started: the plan has the fingerprint [0-9a-f]{12} now, not 0f3a1c9b77d2/,
  );
  expect(failover).toContain('"procedure" must be one of "switchback", "switchover", "failback", "drill"');
  expect(untouched).toEqual([]);
});

const selected = fleet(3, async (it) => {
  const { project } = it.harness.lab;
  for (const index of [0, 1]) it.pair(index).override('primary', { set: { tags: { it: it.workflowId } } });
  const select = { project, cloud: 'google-europe-*', tags: { it: it.workflowId } };
  return it.run({ pairs: undefined, select });
});

test('takes the pairs that a selector finds, and no others', async () => {
  const { report, promotions } = await selected();
  expect(report).toMatchObject({ outcome: 'completed', counts: { total: 2, done: 2 } });
  expect(promotions).toEqual([1, 1, 0]);
});

const spaced = fleet(2, async (it) => {
  await it.start({ pairs: it.names.map((pair) => [pair]), pauseBetweenWaves: '1h' });
  const between = await it.until('it waits between the waves', ({ phase }) => phase === 'between-waves');
  const resumed = await it.tell('resume');
  return { between, resumed, ...(await it.end()) };
});

test('waits between two waves, says until when, and goes on early when it is told to', async () => {
  const { between, report } = await spaced();
  expect(between.counts).toMatchObject({ done: 1, waiting: 1 });
  expect(between.headline).toContain(`wave 2 of 2 begins at ${between.until}`);
  expect(report).toMatchObject({ outcome: 'completed', counts: { done: 2 } });
});

test('every one of these fleets goes the same way when it is replayed', async () => {
  const started = scenes.filter(({ hasStarted }) => hasStarted);
  const histories = await Promise.all(
    started.map(async ({ workflowId, handle }) => ({ workflowId, history: await handle.fetchHistory() })),
  );
  expect(histories.length).toBeGreaterThan(10);
  const workflowBundle = { codePath: testEnvironment.workflowBundle() };
  const failed: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error !== undefined) failed.push(`${workflowId}: ${error.message}`);
  expect(failed).toEqual([]);
});
