import type { TimelineEntry } from '../../src/contract/report';
import { holdAfter } from '../../src/rules/polling';
import { reportAfterMs } from '../../src/workflows/engine/background';
import { firstPage, fitting, fittingTimeline } from '../../src/workflows/engine/budget';

const entry = (event: string): TimelineEntry => ({
  at: '2026-11-26T03:00:00.000Z',
  phase: 'converge',
  event,
});

test('a timeline of 10,000 long entries fits into a quarter of a megabyte, and says what is left out', () => {
  const timeline = Array.from({ length: 10_000 }, (_, index) => entry(`${index} ${'x'.repeat(5_000)}`));
  const fits = fittingTimeline(timeline);
  expect(JSON.stringify(fits).length).toBeLessThan(256 * 1024);
  expect(fits[50]?.event).toMatch(/^… 97\d\d entries are left out here; the history has them$/);
  expect(fits[0]?.event).toMatch(/^0 x+…$/);
  expect(fits.at(-1)?.event).toMatch(/^9999 x/);
});

test('a short one is as it is', () => {
  expect(fittingTimeline([entry('a'), entry('b')])).toEqual([entry('a'), entry('b')]);
});

test('of other lists the first and the newest are kept', () => {
  const fits = fitting(Array.from({ length: 1_000 }, (_, index) => index));
  expect(fits).toHaveLength(300);
  expect([fits[0], fits.at(-1)]).toEqual([0, 999]);
});

test.each(['x', 'ü', '漢', '😀'])('in bytes, too, all lists together stay below 512 kB: %s', (character) => {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const long = Array.from({ length: 5_000 }, () => character.repeat(1_000));
  const approval = long.map((reason) => ({ by: reason.slice(0, 100), reason }));
  const timeline = bytes(fittingTimeline(long.map(entry)));
  expect(timeline + 4 * bytes(fitting(approval))).toBeLessThan(400 * 1024);
  expect(bytes(firstPage(approval))).toBeLessThan(400 * 1024);
});

test('whoever asks for the events again and again comes to the end of them', () => {
  const events = Array.from({ length: 3_000 }, (_, index) => `${index}${'x'.repeat(1_000)}`);
  const seen: string[] = [];
  for (let pages = 0; seen.length < events.length; pages += 1) {
    seen.push(...firstPage(events.slice(seen.length)));
    expect(pages).toBeLessThan(20);
  }
  expect(seen).toEqual(events);
  expect(firstPage(['x'.repeat(1_000_000)])).toHaveLength(1);
});

describe('thirty days of waiting fit into one history of 10,000 events', () => {
  const MONTH_MS = 30 * 24 * 3_600_000;
  /** How often something is taken down that takes that long at least, each time longer. */
  const times = (pauseAfter: (count: number) => number) => {
    let count = 0;
    for (let at = 0; at < MONTH_MS; at += pauseAfter(count)) count += 1;
    return count;
  };

  test('of a pair that flaps every second', () => {
    // A watch that ended and one that began, with the workflow task between them, and what the list of runs shows of it.
    const eventsPerChange = 9;
    expect(times((changes) => Math.max(1_000, holdAfter(changes))) * eventsPerChange).toBeLessThan(10_000);
  });

  test('of a proof that never succeeds', () => {
    // The proof, the watch before it, the read between them, and a workflow task for each.
    const eventsPerProof = 3 * 6;
    expect(times(reportAfterMs) * eventsPerProof).toBeLessThan(10_000);
  });
});
