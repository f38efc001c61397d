import { useProbeLab } from './probe-stage';

const harness = useProbeLab();

describe('when the network hangs', () => {
  const cancelled = harness.scenario(async () => {
    const proxy = await harness.proxy();
    const attempt = harness.run({ service: proxy }).start();
    await attempt.more(10);
    proxy.isFrozen = true;
    await attempt.until(({ errors }) => (errors.timeout ?? 0) >= 1);
    const startedAt = performance.now();
    const report = await attempt.cancel();
    return { report, tookMs: performance.now() - startedAt };
  });

  test('a cancellation still returns within its limits', async () => {
    const { report, tookMs } = await cancelled();
    // A worker that is told to stop has so long until it is killed.
    expect(tookMs).toBeLessThan(20_000);
    expect(report.acknowledged).toBeGreaterThanOrEqual(10);
    expect(report.gap).not.toHaveProperty('firstAfter');
    expect(report.gap?.lastBefore.row).toBe(report.acknowledged);
    expect(report.gap?.ms).toBeGreaterThan(1_900);
  });

  test('the rows are read from the one server that takes writes', async () => {
    const { report } = await cancelled();
    expect(report.missing).toEqual({ count: 0, ranges: [] });
    expect(report.problem).toBeUndefined();
  });

  const stopped = harness.scenario(async () => {
    const proxy = await harness.proxy();
    const attempt = harness.run({ service: proxy }).start();
    await attempt.more(10);
    proxy.isFrozen = true;
    await proxy.swallowed();
    const startedAt = performance.now();
    const reason = new Error('handed on');
    const endedWith = await attempt.stop(reason);
    return { reason, endedWith, tookMs: performance.now() - startedAt };
  });

  test('a worker that is told to stop ends at once', async () => {
    const { reason, endedWith, tookMs } = await stopped();
    expect(endedWith).toBe(reason);
    // Before the two seconds for a write are over.
    expect(tookMs).toBeLessThan(1_500);
  });

  const slow = harness.scenario(async () => {
    const proxy = await harness.proxy();
    const attempt = harness.run({ service: proxy }).start();
    await attempt.more(10);
    const from = attempt.clock.now();
    proxy.isFrozen = true;
    await attempt.until(({ errors }) => (errors.timeout ?? 0) >= 2);
    const to = attempt.clock.now();
    await attempt.stop(new Error('enough'));
    return to - from;
  });

  test('a try costs no more than its limits', async () => {
    // One statement, one session and the pause between, and two heartbeats that tell of them.
    expect(await slow()).toBeLessThan(2_500 + 2_000 + 250 + 2_000);
  });

  const unread = harness.scenario(async () => {
    const proxy = await harness.proxy();
    const attempt = harness.run({ service: proxy, primary: proxy, recovery: proxy }).start();
    await attempt.more(10);
    proxy.isClosed = true;
    proxy.cut();
    const startedAt = performance.now();
    const before = attempt.heartbeats.length;
    const report = await attempt.cancel();
    const heartbeats = attempt.heartbeats.length - before;
    return { report, heartbeats, tookMs: performance.now() - startedAt };
  });

  test('without any way to the rows the report says that they were not read back', async () => {
    const { report, tookMs } = await unread();
    expect(tookMs).toBeLessThan(20_000);
    expect(report.acknowledged).toBeGreaterThanOrEqual(10);
    expect(report).not.toHaveProperty('missing');
    expect(report).not.toHaveProperty('unexpected');
    expect(report.problem).toMatch(
      /^the rows could not be read back: service: [\w-]+ .*, primary: .*, recovery: /,
    );
  });

  test('Temporal is told that the worker lives while it tries', async () => {
    const { heartbeats, tookMs } = await unread();
    expect(heartbeats).toBeGreaterThanOrEqual(Math.floor(tookMs / 2_000));
  });
});
