import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { ask, until } from './client';

jest.setTimeout(60_000);

let lab: Lab;
let pair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 50 });
  [pair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

const grows = (load: { acknowledged: number } | undefined, more = 10) => {
  const goal = (load?.acknowledged ?? 0) + more;
  return until(
    () => load?.acknowledged ?? 0,
    (rows) => rows >= goal,
  );
};

test('a load writes at its rate, survives a role change, and has lost nothing by it', async () => {
  const load = await pair.startLoad({ rate: 20 });
  await grows(load, 1);
  // Over some seconds in which the machine does not stand still: what is late by more than 0.1 s is not made up for.
  await until(
    async () => {
      const [from, begun] = [load.acknowledged, performance.now()];
      await grows(load, 20);
      const rate = (load.acknowledged - from) / ((performance.now() - begun) / 1000);
      expect(rate).toBeLessThan(25);
      return rate;
    },
    (rate) => rate > 10,
  );
  await pair.switchback();
  await grows(load);
  const counts = await load.stop();
  expect(counts).toMatchObject({ missing: 0 });
  const [row] = await pair.query('primary', 'SELECT count(*)::int AS count FROM lab_load');
  expect(row?.count).toBe(counts.acknowledged + counts.unexpected);
});

test('a load counts the acknowledged rows that a dying server did not ship', async () => {
  const load = await pair.startLoad({ rate: 200 });
  await grows(load);
  pair.behave({ loseRows: 0 });
  await pair.switchover();
  await grows(load);
  const { acknowledged, missing, unexpected } = await load.stop();
  expect(missing).toBeGreaterThan(0);
  const newest = `SELECT count(*)::int AS there FROM lab_load GROUP BY load ORDER BY max(written_at) DESC LIMIT 1`;
  const [row] = await pair.query('recovery', newest);
  expect(row?.there).toBe(acknowledged - missing + unexpected);
});

test('a load counts a row that is there although its write failed', async () => {
  const waitFor = async (standby: string) => {
    await pair.query('recovery', `ALTER SYSTEM SET synchronous_standby_names = '${standby}'`);
    await pair.query('recovery', 'SELECT pg_reload_conf()');
  };
  const load = await pair.startLoad({ rate: 100 });
  await grows(load);
  // The commit is done, and its acknowledgement waits for a standby that does not exist.
  await waitFor('nobody');
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
  await until(
    () => pair.query('recovery', end),
    (ended) => ended.length === 1,
  );
  await waitFor('');
  await grows(load);
  expect(await load.stop()).toMatchObject({ missing: 0, unexpected: 1 });
});

test('a load goes on although nothing more is heard of its session', async () => {
  const load = await pair.startLoad({ rate: 100 });
  await grows(load);
  const session = `SELECT pid FROM pg_stat_activity WHERE application_name = 'lab-load'`;
  const [row] = await pair.query('recovery', session);
  process.kill(Number(row?.pid), 'SIGSTOP');
  try {
    await grows(load);
  } finally {
    process.kill(Number(row?.pid), 'SIGCONT');
  }
  expect(await load.stop()).toMatchObject({ missing: 0 });
});

test('one at a time, and through the control path', async () => {
  const path = '/_lab/pairs/pg-demo/load';
  expect((await ask(lab, 'DELETE', path)).status).toBe(404);
  expect((await ask(lab, 'POST', path, { body: { rate: 0 } })).status).toBe(400);
  expect((await ask(lab, 'POST', path, { body: { rate: 100 } })).status).toBe(200);
  await expect(pair.startLoad()).rejects.toThrow('has a load already');
  await grows(pair.load);
  const { body } = await ask(lab, 'DELETE', path);
  expect(body).toEqual({ acknowledged: expect.any(Number), missing: 0, unexpected: 0 });
  expect(body.acknowledged).toBeGreaterThanOrEqual(10);
  expect(pair.load).toBeUndefined();
});
