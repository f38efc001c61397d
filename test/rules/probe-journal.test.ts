import fc from 'fast-check';
import { type ProbeProgress, type ProbeReport, type Range, ROWS_PER_ATTEMPT } from '../../src/contract/probe';
import { type Moment, ProbeJournal, progressOf } from '../../src/rules/probe/journal';
import { intervalAt } from '../../src/rules/probe/pace';
import { union } from '../../src/rules/probe/ranges';
import { type ReadBack, reportOf } from '../../src/rules/probe/report';

const RATE = 20;
const INTERVAL_MS = 1_000 / RATE;
const BEGIN = Date.parse('2026-11-22T03:00:00.000Z');
const READ_ONLY = { code: '25006', message: 'cannot execute INSERT in a read-only transaction' };

describe('what is there is compared with what was acknowledged', () => {
  const fate = fc.record({
    acknowledged: fc.boolean(),
    there: fc.boolean(),
    /** A worker that dies after this row: it tells nobody of the next so many. */
    untold: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 8 }),
  });

  test('every row is in no more than one of missing, unexpected and unrecorded, and in the right one', () => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 60 }), (fates) => {
        const tape = new Tape();
        const expected = { missing: [] as number[], unexpected: [] as number[], unrecorded: 0 };
        const there: number[] = [];
        for (const { acknowledged, there: isThere, untold } of fates) {
          const row = acknowledged ? tape.acknowledge() : tape.fail();
          if (isThere) there.push(row);
          if (acknowledged && !isThere) expected.missing.push(row);
          if (!acknowledged && isThere) expected.unexpected.push(row);
          if (untold === null) continue;
          for (let rows = 1; rows <= untold; rows += 1) there.push(row + rows);
          expected.unrecorded += untold;
          tape.die(5_000);
        }
        const report = tape.report({ there: rangesOf(there) });
        const isAny = report.acknowledged > 0;
        expect(report.acknowledged).toBe(fates.filter(({ acknowledged }) => acknowledged).length);
        expect(report.missing && [report.missing.count, numbersOf(report.missing)]).toEqual(
          isAny ? [expected.missing.length, expected.missing.slice(0, listed(report.missing))] : undefined,
        );
        expect(report.unexpected?.count).toBe(expected.unexpected.length);
        expect(report.unrecorded ?? 0).toBe(expected.unrecorded);
      }),
      { numRuns: 500 },
    );
  });

  test('which ones are missing is told exactly', () => {
    const tape = new Tape();
    for (let row = 1; row <= 300; row += 1) tape.acknowledge();
    expect(
      tape.report({
        there: [
          [1, 20],
          [22, 40],
          [291, 300],
        ] as Range[],
      }).missing,
    ).toEqual({
      count: 251,
      ranges: [
        [21, 21],
        [41, 290],
      ],
    });
  });

  test('nothing is missing when the rows could not be read back: nobody knows', () => {
    const tape = new Tape();
    tape.acknowledge();
    const { missing, unexpected, problem } = tape.report({ problem: 'service: timeout' });
    expect({ missing, unexpected, problem }).toEqual({
      missing: undefined,
      unexpected: undefined,
      problem: 'the rows could not be read back: service: timeout',
    });
  });

  test('nor when not one was acknowledged, and the report says why', () => {
    const tape = new Tape();
    tape.fail();
    const { missing, gap, problem, errors } = tape.report({ there: [] });
    expect({ missing, gap, errors }).toEqual({ missing: undefined, gap: undefined, errors: { 25006: 1 } });
    expect(problem).toBe(
      'not one row could be written: 25006 cannot execute INSERT in a read-only transaction',
    );
  });
});

describe('gaps', () => {
  test('lie between acknowledged writes; the longest one is the measured RTO', () => {
    const tape = new Tape();
    tape.acknowledge();
    tape.pass(1_500);
    tape.acknowledge();
    const lastBefore = tape.shown(2);
    tape.fail();
    tape.pass(4_000);
    tape.acknowledge();
    const firstAfter = tape.shown(4);
    tape.pass(2_000);
    tape.acknowledge();
    const { gap, otherGaps, problem } = tape.report({ there: [[1, 5]] });
    expect(gap).toEqual({ lastBefore, firstAfter, ms: 4_000 + 2 * INTERVAL_MS });
    expect(otherGaps?.map(({ ms, lastBefore: { row } }) => [row, ms])).toEqual([
      [1, 1_500 + INTERVAL_MS],
      [4, 2_000 + INTERVAL_MS],
    ]);
    expect(problem).toBeUndefined();
  });

  test.each([
    { passMs: 999 - INTERVAL_MS, is: 'none' },
    { passMs: 1_000 - INTERVAL_MS, is: 'one' },
  ])('below a second there is none ($passMs ms and an interval: $is)', ({ passMs, is }) => {
    const tape = new Tape();
    tape.acknowledge();
    tape.pass(passMs);
    tape.acknowledge();
    expect(tape.report({ there: [[1, 2]] }).gap === undefined ? 'none' : 'one').toBe(is);
  });

  test('however short, one in which a write failed is one', () => {
    const tape = new Tape();
    tape.acknowledge();
    tape.fail();
    tape.acknowledge();
    tape.acknowledge();
    const { gap, otherGaps } = tape.report({ there: [[1, 4]] });
    expect(gap?.lastBefore.row).toBe(1);
    expect(gap?.firstAfter?.row).toBe(3);
    expect(gap?.ms).toBe(2 * INTERVAL_MS);
    expect(otherGaps).toBeUndefined();
  });

  test('a rate of one row per second is none', () => {
    const tape = new Tape(1);
    for (let row = 1; row <= 10; row += 1) {
      tape.acknowledge();
      tape.pass(30);
    }
    expect(tape.report({ there: [[1, 10]] }).gap).toBeUndefined();
  });

  test('one that lasts until the end has no end of its own', () => {
    const tape = new Tape();
    tape.acknowledge();
    const lastBefore = tape.shown(1);
    tape.fail();
    tape.pass(3_000);
    const { gap, series } = tape.report({ there: [[1, 1]] });
    expect(gap).toEqual({ lastBefore, ms: 3_000 + 2 * INTERVAL_MS });
    expect(series.acknowledged).toEqual([1, 0, 0, 0]);
  });

  test('at most 20 others are told: the longest, in order', () => {
    const tape = new Tape();
    const lengths = Array.from({ length: 30 }, (_, index) => 2_000 + ((index * 7) % 30) * 100);
    tape.acknowledge();
    for (const length of lengths) {
      tape.pass(length);
      tape.acknowledge();
    }
    const { gap, otherGaps = [] } = tape.report({ there: [[1, 31]] });
    const [longest, ...others] = [...lengths].sort((a, b) => b - a);
    const kept = others.slice(0, 20);
    expect(gap?.ms).toBe(Number(longest) + INTERVAL_MS);
    expect(otherGaps.map(({ ms }) => ms - INTERVAL_MS)).toEqual(lengths.filter((ms) => kept.includes(ms)));
  });

  test('writes that do not work from the start are no gap, and the report says so', () => {
    const tape = new Tape();
    tape.fail();
    tape.pass(7_000);
    tape.acknowledge();
    const { gap, problem } = tape.report({ there: [[2, 2]] });
    expect(gap).toBeUndefined();
    expect(problem).toMatch(/^the first row was acknowledged 7\.\d s after the start/);
  });
});

describe('latency', () => {
  test('is told apart by the longest gap, whichever gap came first', () => {
    const tape = new Tape();
    for (let row = 1; row <= 10; row += 1) tape.acknowledge(1);
    tape.pass(2_000);
    for (let row = 1; row <= 10; row += 1) tape.acknowledge(10);
    tape.pass(9_000);
    for (let row = 1; row <= 40; row += 1) tape.acknowledge(100);
    tape.pass(3_000);
    for (let row = 1; row <= 40; row += 1) tape.acknowledge(200);
    const { before, after } = tape.report({ there: [[1, 100]] }).latency;
    expect(before?.count).toBe(20);
    expect(before?.p99).toBeCloseTo(10, -0.5);
    expect(after?.count).toBe(80);
    expect(after?.p50).toBeGreaterThan(95);
    expect(after?.p50).toBeLessThan(105);
    expect(after?.p99).toBeGreaterThan(190);
    expect(after?.p99).toBeLessThan(210);
  });

  test('is all before when there is no gap, and when the gap has no end', () => {
    const tape = new Tape();
    tape.acknowledge(5);
    expect(tape.report({ there: [[1, 1]] }).latency).toEqual({
      before: { p50: expect.any(Number), p99: expect.any(Number), count: 1 },
    });
    tape.pass(5_000);
    expect(tape.report({ there: [[1, 1]] }).latency.after).toBeUndefined();
  });
});

describe('when nobody was watching', () => {
  test('a gap over that time is not called an outage silently', () => {
    const tape = new Tape();
    tape.acknowledge();
    tape.die(12_000);
    tape.pass(500);
    tape.acknowledge();
    const { gap, unwatched, problem } = tape.report({
      there: [
        [1, 1],
        [ROWS_PER_ATTEMPT + 1, ROWS_PER_ATTEMPT + 1],
      ],
    });
    expect(unwatched).toEqual([{ from: expect.any(String), to: expect.any(String), ms: 12_000 }]);
    expect(gap).toMatchObject({ ms: 12_500 + INTERVAL_MS, unwatchedMs: 12_000 });
    expect(problem).toBe('for 12 s of the longest gap no probe was running');
  });

  test('a gap at another time is as measured', () => {
    const tape = new Tape();
    tape.acknowledge();
    tape.die(2_000);
    tape.acknowledge();
    tape.pass(6_000);
    tape.acknowledge();
    const { gap, otherGaps, unwatched, problem } = tape.report({ there: [] });
    expect(gap?.ms).toBe(6_000 + INTERVAL_MS);
    expect(gap).not.toHaveProperty('unwatchedMs');
    expect(otherGaps).toEqual([expect.objectContaining({ unwatchedMs: 2_000 })]);
    expect(unwatched).toHaveLength(1);
    expect(problem).toBeUndefined();
  });

  test('a worker that dies again and again is told of at length, not for ever', () => {
    const tape = new Tape();
    let nobodyMs = 0;
    for (let deaths = 1; deaths <= 100; deaths += 1) {
      tape.acknowledge();
      tape.die(1_000 + deaths);
      nobodyMs += 1_000 + deaths;
    }
    const { unwatched = [] } = tape.report({ there: [] });
    expect(unwatched.length).toBeLessThanOrEqual(20);
    // Neighbours are put together, so that it is rather too much than too little.
    expect(unwatched.reduce((sum, { ms }) => sum + ms, 0)).toBeGreaterThanOrEqual(nobodyMs);
    expect(unwatched.map(({ from }) => from)).toEqual(unwatched.map(({ from }) => from).sort());
  });

  test('what was said in another form is not gone on from, and the report says so', () => {
    expect(progressOf({ version: 2, rows: 'all' })).toBeUndefined();
    expect(progressOf(undefined)).toBeUndefined();
    const journal = ProbeJournal.begin(moment(0), 2);
    expect(journal.numberBefore(2)).toBe(ROWS_PER_ATTEMPT);
    const report = reportOf(journal.progress(moment(10)), RATE, INTERVAL_MS, { there: [[1, 7]] });
    expect(report).toMatchObject({ unrecorded: 7, problem: expect.stringContaining('earlier attempts') });
  });
});

describe('row numbers', () => {
  test.each([
    { wrote: 0, attempt: 1, before: 0 },
    { wrote: 5, attempt: 2, before: ROWS_PER_ATTEMPT },
    { wrote: 5, attempt: 4, before: 3 * ROWS_PER_ATTEMPT },
    // An operator reset the activity: attempts are counted from one again.
    { wrote: 5, attempt: 1, before: ROWS_PER_ATTEMPT },
  ])('attempt $attempt goes on after $before when $wrote are known', ({ wrote, attempt, before }) => {
    const tape = new Tape();
    for (let row = 1; row <= wrote; row += 1) tape.acknowledge();
    expect(ProbeJournal.goOn(tape.progress(), moment(9_999)).numberBefore(attempt)).toBe(before);
  });
});

describe('a heartbeat', () => {
  test('is small after an hour with a role change', () => {
    const tape = new Tape();
    for (let row = 1; row <= 36_000; row += 1) tape.acknowledge(jitter(row));
    for (let failure = 1; failure <= 60; failure += 1) tape.fail();
    for (let row = 1; row <= 1_740; row += 1) tape.acknowledge(jitter(row));
    expect(tape.progress().t).toBe(3_600_000);
    expect(tape.report({ there: [] }).otherGaps).toBeUndefined();
    expect(sizeOf(tape)).toBeLessThan(10_000);
  });

  test('is below 30 kB whatever happens in a day', () => {
    const tape = new Tape();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      for (let time = 1; time <= 20; time += 1) {
        tape.acknowledge(jitter(tape.rows));
        tape.fail({ code: `X${tape.rows % 200}`, message: 'x'.repeat(5_000) });
      }
      tape.pass(58_000);
      if (minute % 20 === 0) tape.die(15_000);
    }
    expect(sizeOf(tape)).toBeLessThan(30_000);
  });

  test('has few kinds of errors, however many there are, and counts every one', () => {
    const tape = new Tape();
    for (let kind = 1; kind <= 100; kind += 1) tape.fail({ code: `X${kind}`, message: '' });
    const { errors } = tape.progress();
    expect(Object.keys(errors)).toHaveLength(41);
    expect(errors).toMatchObject({ X1: 1, X40: 1, other: 60 });
  });

  test('that no longer tells old rows apart says so, and is right about all others', () => {
    const tape = new Tape();
    for (let time = 1; time <= 5_000; time += 1) {
      tape.acknowledge();
      tape.fail();
    }
    const { foldedTo } = tape.progress();
    expect(foldedTo).toBeGreaterThan(0);
    expect(foldedTo).toBeLessThan(9_000);
    const acknowledged = Array.from({ length: 5_000 }, (_, index) => 2 * index + 1);
    const there = acknowledged.filter((row) => row !== 9_001 && row !== 3).concat(9_100);
    const report = tape.report({ there: rangesOf(there) });
    expect(report.acknowledged).toBe(5_000);
    expect(report.missing).toEqual({ count: 1, ranges: [[9_001, 9_001]] });
    expect(report.unexpected).toEqual({ count: 1, ranges: [[9_100, 9_100]] });
    expect(report.unrecorded).toBeUndefined();
    expect(report.problem).toContain(`rows up to ${foldedTo} were not compared`);
  });

  test('is read back as it was written', () => {
    const tape = new Tape();
    tape.acknowledge();
    tape.pass(2_000);
    tape.acknowledge();
    const progress = tape.progress();
    expect(progressOf(JSON.parse(JSON.stringify(progress)))).toEqual(progress);
  });

  test('is a copy: what happens afterwards does not change it', () => {
    const tape = new Tape();
    tape.acknowledge();
    const progress = tape.progress();
    const before = JSON.stringify(progress);
    tape.acknowledge();
    tape.fail();
    expect(JSON.stringify(progress)).toBe(before);
  });

  test('says in one line how it goes', () => {
    const tape = new Tape();
    tape.acknowledge();
    expect(tape.progress().observed).toBe('1 row acknowledged');
    tape.pass(4_000);
    tape.fail({ code: '57P01', message: 'terminating connection\n due to administrator command' });
    expect(tape.progress().observed).toBe(
      '1 row acknowledged, none for 4.1 s: 57P01 terminating connection due to administrator command',
    );
    tape.acknowledge();
    expect(tape.progress().observed).toBe('2 rows acknowledged');
  });
});

/** A probe of which one tells what happens, over all attempts. */
class Tape {
  #t = 0;
  #attempt = 1;
  #row = 0;
  #journal = ProbeJournal.begin(moment(0), 1);
  readonly #moments = new Map<number, Moment>();
  rows = 0;

  constructor(private readonly rate = RATE) {}

  acknowledge(tookMs = 2): number {
    const row = this.#next();
    this.#moments.set(row, moment(this.#t));
    this.#journal.acknowledged(row, moment(this.#t), tookMs, this.#intervalMs);
    this.#t += this.#intervalMs;
    return row;
  }

  fail(failure = READ_ONLY): number {
    const row = this.#next();
    this.#journal.failed(failure, moment(this.#t), row);
    this.#t += this.#intervalMs;
    return row;
  }

  pass(ms: number): void {
    this.#t += ms;
  }

  /** The worker dies, and after that time the next one goes on. */
  die(ms: number): void {
    const before = JSON.parse(JSON.stringify(this.progress())) as ProbeProgress;
    this.#t += ms;
    this.#attempt += 1;
    this.#journal = ProbeJournal.goOn(before, moment(this.#t));
    this.#row = this.#journal.numberBefore(this.#attempt);
  }

  progress(): ProbeProgress {
    return this.#journal.progress(moment(this.#t));
  }

  report(readBack: ReadBack): ProbeReport {
    return reportOf(this.progress(), this.rate, this.#intervalMs, readBack);
  }

  shown(row: number) {
    return { row, at: this.#moments.get(row)?.at };
  }

  get #intervalMs(): number {
    return intervalAt(this.rate, this.#t);
  }

  #next(): number {
    this.rows += 1;
    this.#row += 1;
    return this.#row;
  }
}

function moment(t: number): Moment {
  return { at: new Date(BEGIN + t).toISOString(), t };
}

function sizeOf(tape: Tape): number {
  return Buffer.byteLength(JSON.stringify(tape.progress()));
}

/** Latencies over the whole scale, in an order that looks random. */
function jitter(row: number): number {
  return 10 ** (((row * 7_919) % 4_000) / 1_000);
}

function rangesOf(all: number[]): Range[] {
  return union(
    all.map((number): Range => [number, number]),
    [],
  );
}

function numbersOf({ ranges }: { ranges: Range[] }): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/** How many numbers the 20 ranges that are told have. */
function listed(set: { ranges: Range[] } | undefined): number {
  return set === undefined ? 0 : numbersOf(set).length;
}
