import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { testEnvironment } from '../support/environment';
import { DIALECTS, type Scenario, useHarness } from './harness';

const run = promisify(execFile);
const inPhase = (it: Scenario, wanted: string) =>
  it.until(`phase ${wanted}`, ({ phase }) => phase === wanted);

describe.each(DIALECTS)('a cancellation, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, transitionMs: 1_500 });
  // A 429 stops all requests of a worker.
  const { scenario: alone } = useHarness({ dialect, ownWorker: true });
  /** The checks take that long, so that there is time to cancel. */
  const slowly = (it: Scenario, delayMs: number, after: number) =>
    it.lab.addFault({
      match: { path: `/service\\/${it.pair.primary}$/`, after },
      do: { type: 'delay', delayMs },
    });

  const early = scenario(async (it) => {
    slowly(it, 5_000, 1);
    await it.start();
    await inPhase(it, 'preflight');
    await it.handle.cancel();
    const end = await it.end();
    return { ...end, status: await it.status(), closed: (await it.handle.describe()).status.name };
  });

  test('before the write ends the run, with nothing written', async () => {
    const { code, closed, writes, status, roles } = await early();
    expect([code, closed]).toEqual(['CANCELLED', 'CANCELLED']);
    expect(writes).toEqual([]);
    expect(roles).toBe('passive/active');
    expect(status).toMatchObject({
      phase: 'report',
      outcome: 'aborted',
      headline: expect.stringMatching(/^Nothing was written to \S+: the run was cancelled\.$/),
    });
    expect(status).not.toHaveProperty('pointOfNoReturn');
  });

  const late = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    await inPhase(it, 'converge');
    await it.handle.cancel();
    await it.unstick();
    return it.end();
  });

  test('after the write is put on record, and the run goes on to the end', async () => {
    const { report, effective } = await late();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toHaveLength(1);
    const { cancelRequestedAt = '', pointOfNoReturn = '' } = report;
    expect(cancelRequestedAt > pointOfNoReturn).toBe(true);
    expect(report.timeline.map(({ event }) => event)).toContainEqual(
      'cancellation requested after the point of no return: finishing forward',
    );
  });

  const throttled = alone(async (it) => {
    // Nobody waits for that long, since the cancellation ends it.
    it.faultOnWrite({ type: 'status', status: 429, retryAfter: 60 });
    await it.start();
    await it.until('the rate limit', ({ timeline }) => timeline.some(({ event }) => event.includes('429')));
    await it.handle.cancel();
    return it.end();
  });

  test('while the only write so far was turned away ends the run', async () => {
    const { code, writes, effective, roles } = await throttled();
    expect(code).toBe('CANCELLED');
    expect(writes.map(({ status }) => status)).toEqual([429]);
    expect(effective).toEqual([]);
    expect(roles).toBe('passive/active');
  });

  const idle = scenario(async (it) => {
    await it.pair.switchback();
    it.pair.override('primary', { set: { 'node_states.1.state': 'syncing_data' } });
    await it.start();
    await inPhase(it, 'converge');
    await it.handle.cancel();
    return it.end();
  });

  test('of a run that only waits ends it', async () => {
    const { code, writes } = await idle();
    expect(code).toBe('CANCELLED');
    expect(writes).toEqual([]);
  });
});

describe.each(DIALECTS)(
  'a cancellation that comes together with the last answer, in the %s dialect',
  (dialect) => {
    const { scenario } = useHarness({ dialect, ownWorker: true });

    const together = scenario(async (it) => {
      const second = { path: `/service\\/${it.pair.primary}$/`, after: 1 };
      it.lab.addFault({ match: second, do: { type: 'delay', delayMs: 4_000 } });
      await it.start();
      await inPhase(it, 'preflight');
      // The worker lets the checks come to their end within its 5 s, but nobody is there to go on with the run.
      await it.harness.workers[0]?.stop();
      await it.handle.cancel();
      await it.harness.startWorker();
      return it.end();
    });

    test('ends the run as well, with nothing written', async () => {
      const { code, writes, roles } = await together();
      expect(code).toBe('CANCELLED');
      expect(writes).toEqual([]);
      expect(roles).toBe('passive/active');
    });
  },
);

describe.each(DIALECTS)('waiting, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });

  const watched = scenario(async (it) => {
    it.pair.behave({ stuck: true });
    await it.start();
    const status = await it.until('what is seen', ({ live, situation }) => {
      return live?.situation === 'moving' && situation === 'moving';
    });
    it.pair.set('primary', { state: 'RUNNING' });
    return { status, ...(await it.end()) };
  });

  test('is never silent: the status says for what, since when and until when', async () => {
    const { status } = await watched();
    expect(status).toMatchObject({ phase: 'converge', situation: 'moving' });
    expect(status.waiting).toMatchObject({
      for: 'both services to settle',
      observed: expect.stringMatching(/^primary pg-demo(-\d+)? .*, recovery pg-demo(-\d+)?-recovery /),
      wanted: expect.stringMatching(
        /pg-demo(-\d+)? active\/RUNNING and pg-demo(-\d+)?-recovery passive\/RUNNING/,
      ),
    });
    const { since = '', until = '' } = status.waiting ?? {};
    expect(Date.parse(until) - Date.parse(since)).toBe(120_000);
  });

  test('ends only after the pair was seen to move and to settle', async () => {
    const { report } = await watched();
    const said = report.timeline.map(({ event }) => event).join('\n');
    expect(said).toMatch(/only reads prove it\n.*\nmoving: primary .*\nprimary-active: primary /s);
  });

  test('shows what was read last, fresher than the history', async () => {
    const { status } = await watched();
    expect(status.live).toMatchObject({
      situation: 'moving',
      goodReads: 0,
      observed: expect.stringMatching(/REB/i),
    });
    expect(status.live?.requests?.reads).toBeGreaterThan(0);
  });
});

describe.each(DIALECTS)('a worker that shuts down, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, ownWorker: true });

  const handedOver = scenario(async (it) => {
    const [first] = it.harness.workers;
    it.pair.behave({ stuck: true });
    await it.start();
    // Not a watch that may end at any moment as it sees the pair move: the run itself knows that the recovery service is
    // passive and settled, so that nothing changes any more while the primary is stuck.
    await it.until('the last watch', ({ live, situation, observed }) => {
      const recovery = observed?.recovery;
      const isOver = recovery?.readable === true && recovery.role === 'passive' && recovery.settled;
      return live?.situation === 'moving' && situation === 'moving' && isOver;
    });
    await it.harness.startWorker();
    await first?.stop();
    it.pair.set('primary', { state: 'RUNNING' });
    return { ...(await it.end()), ...(await it.history()) };
  });

  test('hands its watch to another one, and nothing is written again', async () => {
    const { report, effective, writes, attempts } = await handedOver();
    expect(Math.max(...attempts)).toBe(2);
    expect(report.outcome).toBe('switched-back');
    expect(writes).toHaveLength(1);
    expect(effective).toHaveLength(1);
  });
});

describe.each(DIALECTS)('the Temporal CLI, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });
  const temporal = async (...args: string[]) => {
    const { stdout } = await run(testEnvironment.temporalCli(), [
      ...args,
      '--address',
      testEnvironment.temporalAddress(),
    ]);
    return stdout;
  };

  const byCli = scenario(async (it) => {
    const { project } = it.lab;
    const input = JSON.stringify({ project, service: it.pair.primary, settleWindow: '0s' });
    const id = ['--workflow-id', it.workflowId];
    await temporal(
      'workflow',
      'start',
      '--type',
      'switchbackWorkflow',
      '--task-queue',
      project,
      ...id,
      '--input',
      input,
    );
    const end = await it.end();
    return {
      ...end,
      shown: await temporal('workflow', 'query', '--type', 'status', ...id, '--output', 'json'),
    };
  });

  test('starts the same run with the same JSON', async () => {
    const { report, effective, roles } = await byCli();
    expect(report).toMatchObject({ outcome: 'switched-back', dialect });
    expect(effective).toHaveLength(1);
    expect(roles).toBe('active/passive');
  });

  test('asks for the status', async () => {
    const { shown } = await byCli();
    expect(shown).toContain('switched-back');
  });
});
