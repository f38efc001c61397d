import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { ask, promote, until } from './client';
import { isInRecovery, sql } from './sql';

jest.setTimeout(60_000);

let lab: Lab;
let pair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 50 });
  [pair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

/** The recovery service is active, the primary its standby. */
beforeEach(async () => {
  await pair.settled();
  await pair.switchover();
  await sql(pair.serviceUri, 'DROP TABLE IF EXISTS notes');
});

const PRIMARY = 'pg-demo';
const RECOVERY = 'pg-demo-recovery';
const first = async (side: 'primary' | 'recovery', query: string) =>
  Object.values((await pair.query(side, query))[0] ?? {})[0];
const number = async (side: 'primary' | 'recovery', query: string) => Number(await first(side, query));
const makeTable = () => sql(pair.serviceUri, 'CREATE TABLE notes (id serial, text text)');
const write = (text: string) => sql(pair.serviceUri, `INSERT INTO notes (text) VALUES ('${text}')`);
const notes = async (side: 'primary' | 'recovery') =>
  (await pair.query(side, 'SELECT text FROM notes ORDER BY id')).map(({ text }) => text);
const received = () => number('primary', `SELECT pg_last_wal_receive_lsn() - '0/0'`);
const written = () => number('recovery', `SELECT pg_current_wal_flush_lsn() - '0/0'`);
const state = (side: 'primary' | 'recovery') => pair.status()[side].state;

describe('the replay', () => {
  const pause = (paused: boolean) => lab.apply({ kind: 'replay', service: PRIMARY, paused });

  test('is paused, while WAL goes on arriving, and resumed', async () => {
    await makeTable();
    await until(
      () => notes('primary').catch(() => undefined),
      (rows) => rows !== undefined,
    );
    await pause(true);
    expect(await first('primary', 'SELECT pg_get_wal_replay_pause_state()')).toBe('paused');
    await write('late');
    const goal = await written();
    await until(received, (position) => position >= goal);
    expect(await notes('primary')).toEqual([]);
    await pause(false);
    await until(
      () => notes('primary'),
      (rows) => rows.length === 1,
    );
  });

  test('that is paused ends its pause when the standby is promoted, and nothing is lost', async () => {
    await makeTable();
    await pause(true);
    await write('received, not replayed');
    await pair.switchback();
    expect(await notes('primary')).toEqual(['received, not replayed']);
    expect(await isInRecovery(pair.primaryUri)).toBe(false);
    await write('afterwards');
    await until(
      () => notes('recovery'),
      (rows) => rows.length === 2,
    );
  });

  test('of the active server cannot be paused, as PostgreSQL says', async () => {
    const active = lab.apply({ kind: 'replay', service: RECOVERY, paused: true });
    await expect(active).rejects.toThrow('recovery is not in progress');
  });
});

describe('the stream', () => {
  const limit = (bytesPerSecond: number | null) =>
    lab.apply({ kind: 'stream', service: PRIMARY, bytesPerSecond });
  const fill = (kilobytes: number) =>
    sql(
      pair.serviceUri,
      `INSERT INTO notes (text) SELECT string_agg(md5(random()::text || n || k), '') FROM
         generate_series(1, ${kilobytes}) n, generate_series(1, 32) k GROUP BY n`,
    );

  const SOCKET_BYTES = 128 * 1024;

  test('is limited to a rate, which is kept closely and changed at once', async () => {
    await makeTable();
    const rate = 200_000;
    await limit(rate);
    await fill(4000);
    const goal = await written();
    // Again when it is too slow: a process that stands still hands out nothing, and does not make up for it.
    await until(
      async () => {
        const asked = performance.now();
        const [from, begun] = [await received(), performance.now()];
        await delay(1500);
        const [asksAgain, passed] = [performance.now(), (await received()) - from];
        // What the stream had let pass may arrive late: at most what a socket holds.
        expect(passed - SOCKET_BYTES).toBeLessThan(rate * 1.15 * ((performance.now() - asked) / 1000));
        return passed / ((asksAgain - begun) / 1000);
      },
      (measured) => measured > rate * 0.7,
    );
    const left = goal - (await received());
    expect(left).toBeGreaterThan(0);
    await limit(null);
    await until(received, (position) => position >= goal, (1000 * left) / rate / 2);
  });

  test('is stopped to the byte, and the other direction is not', async () => {
    await makeTable();
    const goal = await written();
    await until(received, (position) => position >= goal);
    await limit(0);
    const before = await received();
    await write('not sent');
    const report = `SELECT extract(epoch FROM reply_time)::float8 FROM pg_stat_replication`;
    const told = await number('recovery', report);
    await until(
      () => number('recovery', report),
      (time) => time > told + 0.5,
    );
    expect(await received()).toBe(before);
    await limit(null);
    const end = await written();
    await until(received, (position) => position >= end);
  });

  test('that is stopped holds up a role change until it flows again, and nothing is lost', async () => {
    await makeTable();
    await limit(0);
    await write('not yet sent');
    await promote(lab, PRIMARY);
    const isDown = () =>
      sql(pair.recoveryUri, 'SELECT 1').then(
        () => false,
        () => true,
      );
    await until(isDown, (down) => down);
    const over = pair.settled().then(() => 'over');
    expect(await Promise.race([over, delay(1000, 'waiting')])).toBe('waiting');
    expect(state('primary')).not.toBe('RUNNING');
    expect(await isInRecovery(pair.primaryUri)).toBe(true);
    await limit(null);
    await pair.settled();
    expect(await notes('primary')).toEqual(['not yet sent']);
    expect(await isInRecovery(pair.recoveryUri)).toBe(true);
  });
});

describe('a server that is read-only', () => {
  const readOnly = (service: string, on: boolean) => lab.apply({ kind: 'read-only', service, on });

  test('refuses old and new sessions, until it is not any more', async () => {
    await makeTable();
    const session = new Client({ connectionString: pair.serviceUri });
    await session.connect();
    const insert = () => session.query(`INSERT INTO notes (text) VALUES ('old session')`);
    try {
      await insert();
      await readOnly(RECOVERY, true);
      await expect(insert()).rejects.toMatchObject({ code: '25006' });
      await expect(write('new session')).rejects.toMatchObject({ code: '25006' });
      await readOnly(RECOVERY, false);
      await insert();
      await write('new session');
    } finally {
      await session.end();
    }
  });

  test('may be the outcome of a role change: active, RUNNING and useless', async () => {
    await makeTable();
    pair.behave({ readOnly: true });
    await pair.switchback();
    expect(pair.status().primary).toMatchObject({ role: 'active', state: 'RUNNING' });
    expect(await isInRecovery(pair.serviceUri)).toBe(false);
    await expect(write('no')).rejects.toMatchObject({ code: '25006' });
    await readOnly(PRIMARY, false);
    await write('yes');
    await pair.switchover();
    await write('the next role change is an ordinary one');
  });
});

test('a long transaction has an id and stays, until it is let go', async () => {
  const hold = (open: boolean) => lab.apply({ kind: 'long-transaction', service: RECOVERY, open });
  const held = () =>
    pair.query(
      'recovery',
      `SELECT state, backend_xid IS NOT NULL AS has_id FROM pg_stat_activity WHERE application_name = 'lab-long-transaction'`,
    );
  await hold(true);
  expect(await held()).toEqual([{ state: 'idle in transaction', has_id: true }]);
  await hold(false);
  await until(held, (rows) => rows.length === 0);
  const onStandby = lab.apply({ kind: 'long-transaction', service: PRIMARY, open: true });
  await expect(onStandby).rejects.toThrow('cannot set transaction read-write mode during recovery');
});

describe('settings', () => {
  const settings = (service: string, set: Record<string, string | null>) =>
    lab.apply({ kind: 'settings', service, set });
  const connections = (side: 'primary' | 'recovery') => first(side, 'SHOW max_connections');

  test('are there after a restart, and so is the role', async () => {
    await settings(RECOVERY, { max_connections: '50', work_mem: '7MB' });
    expect(await connections('recovery')).toBe('50');
    expect(await first('recovery', 'SHOW work_mem')).toBe('7MB');
    expect(await isInRecovery(pair.serviceUri)).toBe(false);
    await settings(RECOVERY, { max_connections: null });
    expect(await connections('recovery')).toBe('100');
    expect(await first('recovery', 'SHOW work_mem')).toBe('7MB');
    await pair.switchback();
    expect(await isInRecovery(pair.serviceUri)).toBe(false);
  });

  test('with which a standby does not start are refused in the words of PostgreSQL', async () => {
    const refused = settings(PRIMARY, { max_connections: '50' });
    await expect(refused).rejects.toThrow(
      /recovery aborted because of insufficient parameter settings[\s\S]*max_connections = 50 is a lower setting/,
    );
    expect(await connections('primary')).toBe('100');
    expect(await isInRecovery(pair.primaryUri)).toBe(true);
    await pair.switchback();
    expect(await isInRecovery(pair.recoveryUri)).toBe(true);
  });

  test('that are nonsense are refused through the control path as well', async () => {
    const body = { kind: 'settings', service: RECOVERY, set: { max_connections: 'many' } };
    const { body: answer } = await ask(lab, 'POST', '/_lab/changes', { body });
    expect(answer.message).toMatch(/invalid value for parameter "max_connections": "many"/);
    expect(await connections('recovery')).toBe('100');
  });
});

test('an extension is not offered by one server, and by the other it is', async () => {
  const hstore = (side: 'primary' | 'recovery') =>
    number(side, `SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'`);
  const offer = (name: string, available: boolean) =>
    lab.apply({ kind: 'extension', service: PRIMARY, name, available });
  const all = await number('primary', 'SELECT count(*) FROM pg_available_extensions');
  await pair.query('recovery', 'CREATE EXTENSION hstore');
  await offer('hstore', false);
  expect([await hstore('primary'), await hstore('recovery')]).toEqual([0, 1]);
  expect(await number('primary', 'SELECT count(*) FROM pg_available_extensions')).toBe(all - 1);
  await pair.switchback();
  const create = (name: string) => pair.query('primary', `CREATE EXTENSION ${name}`);
  await create('citext');
  await pair.query('primary', 'DROP EXTENSION hstore');
  await expect(create('hstore')).rejects.toThrow('extension "hstore" is not available');
  await offer('hstore', true);
  await create('hstore');
  await expect(offer('nonesuch', false)).rejects.toThrow('no extension nonesuch');
});

test('such a change can wait for a request, which waits for it', async () => {
  const change = { kind: 'settings', service: RECOVERY, set: { max_connections: '60' } } as const;
  lab.addFault({ match: { path: '/me' }, do: { type: 'change', change } });
  await ask(lab, 'GET', '/v1/me');
  expect(await first('recovery', 'SHOW max_connections')).toBe('60');
  await lab.apply({ ...change, set: { max_connections: null } });
});

test('a role change that waits for ever does not keep the lab from closing', async () => {
  const stopped = await startLab({ transitionMs: 0 });
  const [one] = stopped.pairs as [LabPair];
  await stopped.apply({ kind: 'stream', service: one.primary, bytesPerSecond: 0 });
  await sql(one.serviceUri, 'CREATE TABLE notes (id int)');
  await promote(stopped, one.primary);
  const begun = performance.now();
  await stopped.close();
  expect(performance.now() - begun).toBeLessThan(20_000);
});
