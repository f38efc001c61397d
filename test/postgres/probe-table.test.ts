import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { type ConnectionName, Session } from '../../src/postgres';
import { deleteOldProbeRows, readProbeRows, writeProbeRow } from '../../src/postgres/probe-table';

let lab: Lab;
let pair: LabPair;
const sessions: Session[] = [];

beforeAll(async () => {
  lab = await startLab({ pairs: 1, transitionMs: 600, state: 'fresh' });
  [pair] = lab.pairs as [LabPair];
});
afterAll(async () => {
  await Promise.all(sessions.map((session) => session.end()));
  await lab.close();
});

/** As the role that deploy/database.sql makes: what it may do is part of the test. */
async function open(door: ConnectionName): Promise<Session> {
  const { probe } = pair;
  if (probe === undefined) throw new Error('the lab has no PostgreSQL');
  const { hostname, port } = new URL(String(pair[`${door}Uri`]));
  const session = await Session.open({
    host: hostname,
    port: Number(port),
    database: 'defaultdb',
    user: probe.user,
    password: async () => probe.password,
  });
  sessions.push(session);
  return session;
}

test('rows that were written are read back as ranges, those of other runs left out', async () => {
  const session = await open('service');
  for (const [runId, attempt, seq] of [
    ['a', 1, 1],
    ['a', 1, 2],
    ['a', 1, 4],
    ['b', 1, 3],
    ['a', 2, 1_000_001],
    ['a', 2, 1_000_002],
  ] as const) {
    await writeProbeRow(session, { runId, attempt, seq });
  }
  expect(await readProbeRows(session, 'a')).toEqual([
    [1, 2],
    [4, 4],
    [1_000_001, 1_000_002],
  ]);
  expect(await readProbeRows(session, 'nobody')).toEqual([]);
});

test('a number is written once', async () => {
  const session = await open('service');
  await writeProbeRow(session, { runId: 'once', attempt: 1, seq: 1 });
  await expect(writeProbeRow(session, { runId: 'once', attempt: 1, seq: 1 })).rejects.toMatchObject({
    code: '23505',
  });
});

test('a hundred thousand rows come back within a second, as few ranges', async () => {
  await pair.query(
    'primary',
    `INSERT INTO switchback.probe SELECT 'many', 1, n FROM generate_series(1, 100000) n WHERE n % 1000 <> 0`,
  );
  const session = await open('service');
  let ranges: [number, number][] = [];
  const took: number[] = [];
  // The quickest of some, for a machine may stand still during one of them.
  for (let read = 0; read < 5 && !took.some((ms) => ms < 1_000); read += 1) {
    const startedAt = performance.now();
    ranges = await readProbeRows(session, 'many');
    took.push(performance.now() - startedAt);
  }
  expect(Math.min(...took)).toBeLessThan(1_000);
  expect(ranges).toHaveLength(100);
  expect(ranges[99]).toEqual([99_001, 99_999]);
});

test('a standby is not believed, whatever it has', async () => {
  const standby = await open('recovery');
  await expect(readProbeRows(standby, 'a')).rejects.toMatchObject({ code: '25006' });
});

test('old rows of other runs are deleted, at most 50 000 at a time and the oldest first', async () => {
  await pair.query(
    'primary',
    `INSERT INTO switchback.probe
     SELECT 'earlier', 1, n, NULL, clock_timestamp() - interval '1 day' - n * interval '1 ms'
     FROM generate_series(1, 60000) n;
     INSERT INTO switchback.probe VALUES ('mine', 1, 1, NULL, clock_timestamp() - interval '2 days')`,
  );
  const session = await open('service');
  await deleteOldProbeRows(session, 'mine', 3_600_000);
  expect(await readProbeRows(session, 'earlier')).toEqual([[1, 10_000]]);
  expect(await readProbeRows(session, 'mine')).toEqual([[1, 1]]);
  await deleteOldProbeRows(session, 'mine', 3_600_000);
  expect(await readProbeRows(session, 'earlier')).toEqual([]);
});
