import { pipeline } from 'node:stream/promises';
import { Throttle } from '../../lab/src/network/throttle';

/** Counts what passes, as a socket that takes everything. */
function through(throttle: Throttle) {
  const stream = throttle.stream();
  const seen = { bytes: 0 };
  stream.on('data', (chunk: Buffer) => {
    seen.bytes += chunk.length;
  });
  return { stream, seen };
}

const elapse = () => new Promise((resolve) => setTimeout(resolve, 250));

test('without a limit everything passes, unchanged', async () => {
  const chunks: Buffer[] = [];
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 251));
  await pipeline([sent], new Throttle().stream(), async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) chunks.push(chunk);
  });
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});

test('two streams share one limit', async () => {
  const throttle = new Throttle();
  throttle.limit(100_000);
  const [a, b] = [through(throttle), through(throttle)];
  const begun = performance.now();
  a.stream.write(Buffer.alloc(1_000_000));
  b.stream.write(Buffer.alloc(1_000_000));
  const allowedSince = (then: number) => (100_000 * (performance.now() - then)) / 1000;
  const passed = () => a.seen.bytes + b.seen.bytes;
  // What a process that stands still does not use is lost, so that not every stretch has its share.
  let share = 0;
  for (let stretch = 0; stretch < 40 && share < 0.6; stretch += 1) {
    const [before, then] = [passed(), performance.now()];
    await elapse();
    share = (passed() - before) / allowedSince(then);
    expect(passed()).toBeLessThanOrEqual(allowedSince(begun) + 5000);
  }
  expect(share).toBeGreaterThan(0.6);
  a.stream.destroy();
  b.stream.destroy();
});

test('a limit of 0 lets not one byte pass, and bytes that wait feel the end of it at once', async () => {
  const throttle = new Throttle();
  throttle.limit(0);
  const { stream, seen } = through(throttle);
  stream.write(Buffer.alloc(50_000));
  await elapse();
  expect(seen.bytes).toBe(0);
  throttle.limit(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen.bytes).toBe(50_000);
});

test('a stream that is destroyed waits for nothing', async () => {
  const throttle = new Throttle();
  throttle.limit(1);
  const { stream, seen } = through(throttle);
  const closed = new Promise((resolve) => stream.on('close', resolve));
  stream.write(Buffer.alloc(50_000));
  stream.destroy();
  await closed;
  throttle.limit(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen.bytes).toBeLessThan(2);
});
