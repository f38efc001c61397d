import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { until } from '../../lab/src/postgres/until';
import type { PairDatabase, Session } from '../../src/postgres';
import { writeProbeRow } from '../../src/postgres/probe-table';
import { accessTo, pairOf } from '../activities/database-stage';

const LONG_MS = 30_000;

let lab: Lab;
let pair: LabPair;
let database: PairDatabase;

beforeAll(async () => {
  lab = await startLab({ pairs: 1, state: 'fresh' });
  [pair] = lab.pairs as [LabPair];
  database = accessTo(lab, pair).of(pairOf(lab, pair)) as PairDatabase;
  await pair.query('primary', `ALTER SYSTEM SET synchronous_standby_names = 'one_that_is_not_there'`);
  await pair.query('primary', 'SELECT pg_reload_conf()');
});
afterAll(() => lab?.close());

const write = (session: Session) =>
  writeProbeRow(session, { runId: 'sync-rep', attempt: 1, seq: Date.now() });

/** What our sessions on the server wait for: SyncRep heeds neither `statement_timeout` nor a client that has left. */
const ours = () =>
  pair.query('primary', `SELECT wait_event FROM pg_stat_activity WHERE application_name = 'switchback'`);
const isGone = () => until(async () => (await ours()).length === 0, LONG_MS);

test('a commit that waits for a synchronous standby is ended in the server, and never counts as acknowledged', async () => {
  const refusal = { code: 'sync-rep', message: expect.stringContaining('SyncRep') };
  const written = () => database.use('service', write, { statementTimeoutMs: 100 });
  await expect(written()).rejects.toMatchObject(refusal);
  await expect(written()).rejects.toMatchObject(refusal);
  await isGone();
});

test('so is one whose session is cut meanwhile', async () => {
  const cut = new AbortController();
  const written = database.use('service', write, { signal: cut.signal });
  await until(async () => (await ours()).some(({ wait_event }) => wait_event === 'SyncRep'), LONG_MS);
  cut.abort();
  await expect(written).rejects.toMatchObject({ code: 'aborted' });
  await isGone();
});
