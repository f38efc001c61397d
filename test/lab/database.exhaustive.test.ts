import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { until } from './client';
import { sql } from './sql';

jest.setTimeout(60_000);

let lab: Lab;
let pair: LabPair;
let asProbe: (uri: string | undefined) => string;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 50 });
  [pair] = lab.pairs as [LabPair];
  asProbe = (uri) => {
    const url = new URL(uri ?? '');
    return Object.assign(url, { username: pair.probe?.user, password: pair.probe?.password }).href;
  };
});
afterAll(() => lab.close());

test('the role of deploy/database.sql has a password of its own, on both sides', async () => {
  expect(pair.probe).toEqual({ user: 'switchback', password: expect.stringMatching(/^AVNS_\w{24}$/) });
  for (const uri of [pair.serviceUri, pair.primaryUri]) {
    expect(await sql(asProbe(uri), 'SELECT current_user::text')).toEqual(['switchback']);
    const wrong = asProbe(uri).replace(pair.probe?.password ?? '', 'wrong');
    await expect(sql(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
  }
});

test('it sees the replication, and may write, read and delete its rows, which arrive on the standby', async () => {
  const replication = 'SELECT replay_lsn IS NOT NULL FROM pg_stat_replication';
  expect(await sql(asProbe(pair.serviceUri), replication)).toEqual([true]);
  const insert = `INSERT INTO switchback.probe (run_id, attempt, seq) VALUES ('a run', 1, 1) RETURNING seq`;
  expect(await sql(asProbe(pair.serviceUri), insert)).toEqual(['1']);
  await until(
    () => sql(asProbe(pair.primaryUri), 'SELECT run_id FROM switchback.probe'),
    ([run]) => run === 'a run',
  );
  const remove = 'DELETE FROM switchback.probe RETURNING seq';
  expect(await sql(asProbe(pair.serviceUri), remove)).toEqual(['1']);
});

test('it sees nothing of others', async () => {
  await sql(pair.serviceUri, 'CREATE TABLE secret (id int)');
  await expect(sql(asProbe(pair.serviceUri), 'SELECT * FROM secret')).rejects.toThrow('permission denied');
  await expect(sql(asProbe(pair.serviceUri), 'CREATE TABLE mine ()')).rejects.toThrow('permission denied');
});
