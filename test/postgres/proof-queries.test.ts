import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { until } from '../../lab/src/postgres/until';
import {
  countSessions,
  hasNonce,
  newNonce,
  readRole,
  readServer,
  Session,
  writeNonce,
} from '../../src/postgres';
import { doorTo } from '../activities/database-stage';

jest.setTimeout(60_000);

let lab: Lab;
let labPair: LabPair;
let sessions: { primary: Session; recovery: Session };

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200, state: 'fresh' });
  [labPair] = lab.pairs as [LabPair];
  sessions = {
    primary: await Session.open(doorTo(labPair.primaryUri, labPair)),
    recovery: await Session.open(doorTo(labPair.recoveryUri, labPair)),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(sessions).map((session) => session.end()));
  await lab.close();
});

test('a role that may do nothing but log in can be told what each side is', async () => {
  await labPair.query('primary', "CREATE ROLE nobody LOGIN PASSWORD 'x'");
  await until(
    async () => (await labPair.query('recovery', "SELECT FROM pg_roles WHERE rolname = 'nobody'")).length > 0,
    10_000,
  );
  const as = { user: 'nobody', password: async () => 'x' };
  for (const [uri, inRecovery] of [
    [labPair.primaryUri, false],
    [labPair.recoveryUri, true],
  ] as const) {
    const session = await Session.open({ ...doorTo(uri, labPair), ...as });
    expect(await readRole(session)).toEqual({
      inRecovery,
      readOnly: inRecovery,
      replayPaused: false,
      ...(inRecovery ? {} : { timeline: 1 }),
    });
    expect(await readServer(session)).toMatchObject({ inRecovery, readOnly: inRecovery });
    expect(await countSessions(session)).toBeUndefined();
    await session.end();
  }
});

test('each server is another one, and the same through every address', async () => {
  const [primary, recovery] = await Promise.all([
    readServer(sessions.primary),
    readServer(sessions.recovery),
  ]);
  const through = await Session.open(doorTo(labPair.serviceUri, labPair));
  expect(primary.id).toMatch(/^\d{16}$/);
  expect(recovery.id).not.toBe(primary.id);
  expect((await readServer(through)).id).toBe(primary.id);
  await through.end();
});

test('a row is found by all that it is, on the other side too once it is replayed', async () => {
  const nonce = newNonce('a-run');
  expect(await hasNonce(sessions.primary, nonce)).toBe(false);
  await writeNonce(sessions.primary, nonce);
  expect(await hasNonce(sessions.primary, nonce)).toBe(true);
  expect(await hasNonce(sessions.primary, { ...nonce, text: 'another' })).toBe(false);
  expect(await hasNonce(sessions.primary, { ...nonce, runId: 'another' })).toBe(false);
  expect(await hasNonce(sessions.primary, { ...nonce, seq: '1' })).toBe(false);
  await until(() => hasNonce(sessions.recovery, nonce), 10_000);
});

test('ten thousand rows of one run are all different, and fit the column', async () => {
  const seqs = Array.from({ length: 10_000 }, () => newNonce('a-run').seq);
  // As many as one process could make within a few milliseconds: a clash would only cost one try.
  expect(new Set(seqs).size).toBeGreaterThan(9_900);
  expect(seqs.every((seq) => BigInt(seq) < 2n ** 63n)).toBe(true);
});

test('a default of read-only counts, since that is what an application meets', async () => {
  await sessions.primary.query('SET default_transaction_read_only = on');
  expect(await readRole(sessions.primary)).toMatchObject({ inRecovery: false, readOnly: true });
  await sessions.primary.query('SET default_transaction_read_only = off');
  expect(await readRole(sessions.primary)).toMatchObject({ inRecovery: false, readOnly: false });
});

test.each([
  'UPDATE switchback.probe SET nonce = NULL',
  'TRUNCATE switchback.probe',
  'CREATE TABLE switchback.mine ()',
  'CREATE TABLE public.mine ()',
  'CREATE ROLE mine',
  'SELECT FROM yours.orders',
  'SELECT pg_wal_replay_pause()',
])('the role that deploy/database.sql makes may not %s', async (sql) => {
  await labPair.query(
    'primary',
    'CREATE SCHEMA IF NOT EXISTS yours; CREATE TABLE IF NOT EXISTS yours.orders ()',
  );
  await expect(sessions.primary.query(sql)).rejects.toMatchObject({ code: '42501' });
});

test('an administrator without more rights can take all of it away again', async () => {
  const { username, password } = new URL(labPair.primaryUri ?? '');
  const admin = await Session.open({
    ...doorTo(labPair.primaryUri, labPair),
    user: username,
    password: async () => password,
  });
  await admin.query('DROP SCHEMA switchback CASCADE; DROP ROLE switchback');
  await admin.end();
  const left = `SELECT rolname FROM pg_roles WHERE rolname = 'switchback'
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'switchback'`;
  expect(await labPair.query('primary', left)).toEqual([]);
});
