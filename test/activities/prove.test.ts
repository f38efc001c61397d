import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { until } from '../../lab/src/postgres/until';
import { prove } from '../../src/activities/prove';
import type { ProveInput } from '../../src/contract/activities';
import type { Pair } from '../../src/contract/observation';
import type { Proof, ProofStepId } from '../../src/contract/proof';
import { Databases } from '../../src/postgres';
import { closedPort, HungServer } from '../postgres/hung-server';
import { Attempt, accessTo, pairOf } from './database-stage';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const ALL: ProofStepId[] = [
  'write-through-service-uri',
  'active-is-writable',
  'passive-is-standby',
  'timeline-advanced',
  'arrived-on-passive',
  'second-write',
];

let lab: Lab;
let labPair: LabPair;
let pair: Pair;
let timelineBefore: number;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200 });
  [labPair] = lab.pairs as [LabPair];
  pair = pairOf(lab, labPair);
  timelineBefore = await timelineOf('recovery');
  await labPair.switchback();
});
afterAll(() => lab.close());

/** By another function than the product's; a checkpoint makes it true at once. */
async function timelineOf(side: 'primary' | 'recovery'): Promise<number> {
  await labPair.query(side, 'CHECKPOINT');
  const [row] = await labPair.query(side, 'SELECT timeline_id FROM pg_control_checkpoint()');
  return Number(row?.timeline_id);
}

function proving(
  input: Partial<ProveInput> = {},
  databases = accessTo(lab, labPair),
  stopping = NEVER,
): Attempt<Proof> {
  const claim = { pair, active: 'primary' as const, runId: 'run-1', timelineBefore, reportAfterMs: 0 };
  return new Attempt(() => prove(databases, { ...claim, ...input }, stopping));
}

function verdicts({ steps }: Proof): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, verdict }) => [id, verdict]));
}

function observed({ steps }: Proof, id: ProofStepId): string {
  return steps.find((step) => step.id === id)?.observed ?? 'no such step';
}

describe('after a real switchback', () => {
  test('every step is proven, in order, at the first try', async () => {
    const attempt = proving({ reportAfterMs: 30_000 });
    const proof = await attempt.result;
    expect(proof.verdict).toBe('proven');
    expect(proof.steps.map(({ id }) => id)).toEqual(ALL);
    expect(proof.steps.map(({ verdict }) => verdict)).toEqual(ALL.map(() => 'pass'));
    expect(observed(proof, 'timeline-advanced')).toBe(`${timelineBefore} before, ${timelineBefore + 1} now`);
    expect(attempt.heartbeats.filter((beat) => beat !== undefined)).toEqual([]);
  });

  test('again and again, for each try writes rows of its own, marked as this run', async () => {
    await Promise.all([proving({ runId: 'run-2' }).result, proving({ runId: 'run-2' }).result]);
    const rows = await labPair.query(
      'recovery',
      `SELECT attempt, count(*)::int, count(DISTINCT nonce)::int AS nonces
       FROM switchback.probe WHERE run_id = 'run-2/proof' GROUP BY attempt`,
    );
    expect(rows).toEqual([{ attempt: 0, count: 4, nonces: 4 }]);
  });

  test('no session is left open', async () => {
    await proving().result;
    const open = "SELECT FROM pg_stat_activity WHERE application_name = 'switchback'";
    for (const side of ['primary', 'recovery'] as const) {
      await until(async () => (await labPair.query(side, open)).length === 0, 5_000);
    }
  });

  test('without a timeline of before, nothing is said about it', async () => {
    const { timelineBefore: _, ...input } = {
      pair,
      active: 'primary' as const,
      runId: 'run-1',
      timelineBefore,
    };
    const attempt = new Attempt(() => prove(accessTo(lab, labPair), { ...input, reportAfterMs: 0 }, NEVER));
    const proof = await attempt.result;
    expect(proof.verdict).toBe('proven');
    expect(proof.steps.map(({ id }) => id)).toEqual(ALL.filter((id) => id !== 'timeline-advanced'));
  });
});

describe('refutes', () => {
  test('a timeline that has not advanced', async () => {
    const now = await timelineOf('primary');
    const proof = await proving({ timelineBefore: now }).result;
    expect(proof.verdict).toBe('refuted');
    expect(verdicts(proof)).toMatchObject({ 'timeline-advanced': 'fail', 'arrived-on-passive': 'pass' });
    expect(observed(proof, 'timeline-advanced')).toBe(`${now} before, ${now} now`);
  });

  test('a claim about the wrong side', async () => {
    const proof = await proving({ active: 'recovery' }).result;
    expect(proof.verdict).toBe('refuted');
    expect(verdicts(proof)).toMatchObject({
      'write-through-service-uri': 'pass',
      'active-is-writable': 'fail',
      'passive-is-standby': 'fail',
      'timeline-advanced': 'unknown',
    });
  });

  test('an active side that is read-only, until that is mended', async () => {
    await lab.apply({ kind: 'read-only', service: labPair.primary, on: true });
    const attempt = proving({ reportAfterMs: 30_000 });
    const refuted = await attempt.said(({ verdict }) => verdict === 'refuted');
    expect(verdicts(refuted)).toEqual({
      'write-through-service-uri': 'fail',
      'active-is-writable': 'fail',
      'passive-is-standby': 'pass',
      'timeline-advanced': 'pass',
      'arrived-on-passive': 'unknown',
      'second-write': 'unknown',
    });
    expect(observed(refuted, 'write-through-service-uri')).toBe(
      'cannot execute INSERT in a read-only transaction (25006)',
    );
    expect(observed(refuted, 'active-is-writable')).toBe('not in recovery, but read-only');
    await lab.apply({ kind: 'read-only', service: labPair.primary, on: false });
    expect((await attempt.result).verdict).toBe('proven');
  });

  test('a replication that does not arrive, until that is mended', async () => {
    await lab.apply({ kind: 'replay', service: labPair.recovery, paused: true });
    const attempt = proving({ reportAfterMs: 30_000 });
    const refuted = await attempt.said(({ verdict }) => verdict === 'refuted');
    expect(verdicts(refuted)).toMatchObject({
      'write-through-service-uri': 'pass',
      'active-is-writable': 'pass',
      'passive-is-standby': 'pass',
      'arrived-on-passive': 'fail',
      'second-write': 'pass',
    });
    expect(observed(refuted, 'arrived-on-passive')).toMatch(
      /^not there after [4-9]\d\d\d ms; the replay is paused$/,
    );
    expect(attempt.longestSilenceMs).toBeLessThan(4_000);
    await lab.apply({ kind: 'replay', service: labPair.recovery, paused: false });
    expect((await attempt.result).verdict).toBe('proven');
  });

  test('a Service URI that leads to the old side, until it follows', async () => {
    await lab.apply({ kind: 'endpoint', service: labPair.primary, follows: false });
    await labPair.switchover();
    try {
      const attempt = proving({ active: 'recovery', reportAfterMs: 30_000 });
      const refuted = await attempt.said(({ verdict }) => verdict === 'refuted');
      expect(verdicts(refuted)).toMatchObject({
        'write-through-service-uri': 'fail',
        'active-is-writable': 'unknown',
        'passive-is-standby': 'pass',
        'timeline-advanced': 'pass',
      });
      expect(observed(refuted, 'write-through-service-uri')).toContain('(25006)');
      await lab.apply({ kind: 'endpoint', service: labPair.primary, follows: true });
      expect((await attempt.result).verdict).toBe('proven');
    } finally {
      await labPair.switchback();
    }
  });

  test('a Service URI that nobody answers at', async () => {
    const door = { host: '127.0.0.1', port: await closedPort() };
    const proof = await proving({}, accessTo(lab, labPair, { doors: { service: door } })).result;
    expect(proof.verdict).toBe('refuted');
    expect(observed(proof, 'write-through-service-uri')).toContain('(ECONNREFUSED)');
    expect(verdicts(proof)['passive-is-standby']).toBe('pass');
  });
});

test('what does not become true is reported when it is time to', async () => {
  const now = await timelineOf('primary');
  // Longer than a look takes on a slow machine.
  const attempt = proving({ timelineBefore: now, reportAfterMs: 5_000 });
  expect((await attempt.result).verdict).toBe('refuted');
  expect(performance.now() - attempt.startedAt).toBeGreaterThan(5_000);
  expect(attempt.heartbeats.filter((beat) => beat?.verdict === 'refuted').length).toBeGreaterThan(0);
});

describe('leaves unproven', () => {
  test('what the own URI of a side does not tell', async () => {
    const door = { host: '127.0.0.1', port: await closedPort() };
    const proof = await proving({}, accessTo(lab, labPair, { doors: { recovery: door } })).result;
    expect(proof.verdict).toBe('unproven');
    expect(verdicts(proof)).toMatchObject({
      'active-is-writable': 'pass',
      'passive-is-standby': 'unknown',
      'arrived-on-passive': 'unknown',
      'second-write': 'pass',
    });
    expect(observed(proof, 'passive-is-standby')).toContain('(ECONNREFUSED)');
  });

  test('what our own credential is refused for: that says nothing about the pair', async () => {
    const password = async () => 'wrong';
    const doors = { service: { password }, primary: { password }, recovery: { password } };
    const proof = await proving({}, accessTo(lab, labPair, { doors })).result;
    expect(proof.verdict).toBe('unproven');
    expect(new Set(Object.values(verdicts(proof)))).toEqual(new Set(['unknown']));
    expect(observed(proof, 'write-through-service-uri')).toContain('(28P01)');
  });

  test('everything, without access', async () => {
    const proof = await proving({}, new Databases()).result;
    expect(proof.verdict).toBe('unproven');
    expect(proof.steps.map(({ id }) => id)).toEqual(ALL);
    expect(new Set(proof.steps.map(({ observed }) => observed))).toEqual(
      new Set(['no database access is configured']),
    );
  });

  test('and says so no sooner than it is asked to, or the run would ask again at once', async () => {
    const attempt = proving({ reportAfterMs: 1_200 }, new Databases());
    await attempt.result;
    expect(performance.now() - attempt.startedAt).toBeGreaterThan(1_100);
  });
});

describe('when a server accepts and never answers', () => {
  let hung: HungServer;
  beforeEach(async () => {
    hung = await HungServer.listen();
  });
  afterEach(() => hung.close());

  test('heartbeats go on, and the try ends with that as its answer', async () => {
    const door = { host: '127.0.0.1', port: hung.port };
    const attempt = proving({}, accessTo(lab, labPair, { doors: { service: door, recovery: door } }));
    const proof = await attempt.result;
    expect(proof.verdict).toBe('refuted');
    expect(observed(proof, 'write-through-service-uri')).toContain('(timeout)');
    expect(observed(proof, 'passive-is-standby')).toContain('(timeout)');
    expect(attempt.beatAt.length).toBeGreaterThan(0);
    expect(attempt.longestSilenceMs).toBeLessThan(4_000);
  });

  test.each([
    ['a cancellation', (attempt: Attempt<Proof>) => attempt.cancel()],
    [
      'a worker that is told to stop',
      (_: Attempt<Proof>, stopping: AbortController) => stopping.abort(new Error('stop')),
    ],
  ])('%s ends it at once, and no connection is left', async (_, end) => {
    const door = { host: '127.0.0.1', port: hung.port };
    const stopping = new AbortController();
    const databases = accessTo(lab, labPair, { doors: { service: door, primary: door, recovery: door } });
    const attempt = proving({ reportAfterMs: 30_000 }, databases, stopping.signal);
    await hung.connections(3);
    const before = performance.now();
    end(attempt, stopping);
    await expect(attempt.result).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(2_000);
    await hung.empty();
  });
});
