import { MockActivityEnvironment } from '@temporalio/testing';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { catchUp } from '../../src/activities/catch-up';
import type { CatchUpInput, CatchUpProgress, CatchUpResult } from '../../src/contract/activities';
import { Databases } from '../../src/postgres';
import { closedPort, HungServer } from '../postgres/hung-server';
import { Attempt, accessTo, pairOf } from './database-stage';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const KILOBYTE = 1_024;

let lab: Lab;
let labPair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200 });
  [labPair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

function looking(
  input: Partial<CatchUpInput> = {},
  databases = accessTo(lab, labPair),
  stopping: AbortSignal = NEVER,
): Attempt<CatchUpResult | CatchUpProgress> {
  const wanted: CatchUpInput = {
    pair: pairOf(lab, labPair),
    active: 'recovery',
    limit: { bytes: 64 * KILOBYTE },
    settleWindowMs: 0,
    reportAfterMs: 0,
  };
  return new Attempt(() => catchUp(databases, { ...wanted, ...input }, stopping));
}

const resultOf = (attempt: ReturnType<typeof looking>) => attempt.result as Promise<CatchUpResult>;
const seenIn = (details: CatchUpResult | CatchUpProgress) => (details as CatchUpProgress).observed;

/** Rows that nobody needs, of about a kilobyte each. */
const write = (rows: number) =>
  labPair.query(
    'recovery',
    `CREATE TABLE IF NOT EXISTS ballast (filler text);
     INSERT INTO ballast SELECT repeat(md5(n::text), 32) FROM generate_series(1, ${rows}) n`,
  );
const paused = (on: boolean) => lab.apply({ kind: 'replay', service: labPair.primary, paused: on });

test('a pair without a lag is within the limit at the first look', async () => {
  const { within, lag } = await resultOf(looking());
  expect(within).toBe(true);
  expect(lag.paused).toBe(false);
});

test('the first row of the write probe is waited for, where it runs', async () => {
  const { runId } = new MockActivityEnvironment().context.info.workflowExecution ?? {};
  const attempt = looking({ probing: true });
  await Promise.race([attempt.said((details) => seenIn(details) !== 'nothing yet'), attempt.result]);
  const first = await Promise.race([attempt.result.then(() => 'over'), Promise.resolve('waiting')]);
  expect(first).toBe('waiting');
  await labPair.query(
    'recovery',
    `INSERT INTO switchback.probe (run_id, attempt, seq) VALUES ('${runId}', 1, 1)`,
  );
  expect((await resultOf(attempt)).within).toBe(true);
  expect((await resultOf(looking({ probing: true }))).within).toBe(true);
});

test('a pair whose probe writes nothing is not waited for without end', async () => {
  await labPair.query('recovery', 'DELETE FROM switchback.probe');
  const attempt = looking({ probing: true });
  expect((await resultOf(attempt)).within).toBe(true);
  expect(performance.now() - attempt.startedAt).toBeGreaterThanOrEqual(5_000);
});

test('the lag must stay within the limit for the settle window', async () => {
  const attempt = looking({ settleWindowMs: 1_500 });
  const { within } = await resultOf(attempt);
  expect(within).toBe(true);
  expect(performance.now() - attempt.startedAt).toBeGreaterThanOrEqual(1_500);
  // It may report at any time, and still does not while it settles.
  expect(attempt.heartbeats.length).toBeGreaterThanOrEqual(2);
});

test('what is received and not replayed counts as lag, and a paused replay is never within', async () => {
  await paused(true);
  try {
    await write(500);
    const { within, lag } = await resultOf(looking());
    expect(within).toBe(false);
    expect(lag.paused).toBe(true);
    expect(lag.bytes).toBeGreaterThan(400 * KILOBYTE);
    const [received] = await labPair.query(
      'primary',
      'SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AS more',
    );
    expect(received?.more).toBe(true);
  } finally {
    await paused(false);
  }
});

test('it goes on looking until the lag is within the limit, and says on its way what it sees', async () => {
  await paused(true);
  await write(500);
  const attempt = looking({ reportAfterMs: 50_000 });
  try {
    const beat = await attempt.said((details) => seenIn(details).includes('behind'));
    expect(seenIn(beat)).toMatch(/kB, .* behind, and the replay is paused/);
  } finally {
    await paused(false);
  }
  expect(await resultOf(attempt)).toMatchObject({ within: true });
});

test('a lag that nobody can measure is not a small one', async () => {
  const port = await closedPort();
  const doors = { primary: { host: '127.0.0.1', port }, recovery: { host: '127.0.0.1', port } };
  const { within, lag } = await resultOf(looking({}, accessTo(lab, labPair, { doors })));
  expect(within).toBe(false);
  expect(lag.problem).toMatch(/ECONNREFUSED/);
  expect(lag.bytes).toBeUndefined();
});

test('without access it says so, no sooner than it is asked to, or the run would ask again at once', async () => {
  const attempt = looking({ reportAfterMs: 1_200 }, new Databases());
  const { within, lag } = await resultOf(attempt);
  expect(within).toBe(false);
  expect(lag.problem).toMatch(/no database access/);
  expect(performance.now() - attempt.startedAt).toBeGreaterThan(1_100);
});

test('an active side that cannot be asked is no small lag, however young what was replayed last is', async () => {
  await write(1);
  const doors = { recovery: { host: '127.0.0.1', port: await closedPort() } };
  const attempt = looking({ limit: { seconds: 3_600 } }, accessTo(lab, labPair, { doors }));
  expect(await resultOf(attempt)).toMatchObject({ within: false, lag: { seconds: expect.any(Number) } });
});

describe('with a server that never answers', () => {
  let hung: HungServer;
  beforeAll(async () => {
    hung = await HungServer.listen();
  });
  afterAll(() => hung.close());
  const access = () => accessTo(lab, labPair, { doors: { primary: { host: '127.0.0.1', port: hung.port } } });

  test('heartbeats go on, and the active side’s own reports count', async () => {
    const attempt = looking({}, access());
    const { lag } = await resultOf(attempt);
    expect(attempt.longestSilenceMs).toBeLessThan(4_000);
    expect(lag.bytes).toBeDefined();
  });

  test('a cancellation ends it at once', async () => {
    const attempt = looking({}, access());
    await attempt.said(() => true);
    const cancelledAt = performance.now();
    attempt.cancel();
    await expect(attempt.result).rejects.toThrow('CANCELLED');
    // Before the five seconds for a connection are over.
    expect(performance.now() - cancelledAt).toBeLessThan(2_500);
  });
});

test('a worker that is told to stop hands on at once', async () => {
  await paused(true);
  try {
    await write(500);
    const stopping = new AbortController();
    const attempt = looking({ reportAfterMs: 50_000 }, accessTo(lab, labPair), stopping.signal);
    await attempt.said(() => true);
    stopping.abort(new Error('handed on'));
    await expect(attempt.result).rejects.toThrow('handed on');
  } finally {
    await paused(false);
  }
});
