import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { Client } from 'pg';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { preflight } from '../../src/activities/preflight';
import { verify } from '../../src/activities/verify';
import { AivenClient } from '../../src/aiven';
import { type CheckResult, checkSeverities, stops } from '../../src/contract/checks';
import { Databases } from '../../src/postgres';
import { parityOf } from '../../src/rules/parity';
import { closedPort, HungServer } from '../postgres/hung-server';
import { accessTo, pairOf } from './database-stage';

jest.setTimeout(120_000);

const IDS = Object.keys(checkSeverities);
const BY_SQL = IDS.slice(IDS.indexOf('database-access'), IDS.indexOf('probe-ready') + 1);

type Doors = NonNullable<NonNullable<Parameters<typeof accessTo>[2]>['doors']>;

type Checked = Awaited<ReturnType<typeof preflight>>;

let lab: Lab;
let labPair: LabPair;
let client: AivenClient;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200 });
  [labPair] = lab.pairs as [LabPair];
  client = new AivenClient({ baseUrl: lab.baseUrl, token: lab.token, requestTimeoutMs: 10_000 });
});
afterAll(async () => {
  await client?.close();
  await lab?.close();
});

async function perform<T>(activity: () => Promise<T>): Promise<T> {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return (await environment.run(activity)) as T;
}

function check(databases = accessTo(lab, labPair)): Promise<Checked> {
  return perform(() => preflight(client, databases, { pair: pairOf(lab, labPair), confirmed: false }));
}

const checkWith = (doors: Doors) => check(accessTo(lab, labPair, { doors }));
const sql = (text: string) => labPair.query('recovery', text);
const on = (side: 'primary' | 'recovery') => labPair[side];
const settings = (side: 'primary' | 'recovery', set: Record<string, string | null>) =>
  lab.apply({ kind: 'settings', service: on(side), set });

function found({ checks }: Checked): Record<string, string> {
  const all = checks.filter(({ id, verdict }) => BY_SQL.includes(id) && verdict !== 'pass');
  return Object.fromEntries(
    all.map(({ id, verdict, severity }) => [id, verdict === 'unknown' ? verdict : severity]),
  );
}

function checkOf({ checks }: Checked, id: string): CheckResult | undefined {
  return checks.find((one) => one.id === id);
}

/** Until what the active side wrote is on the other one too. */
async function replicated(): Promise<void> {
  const [row] = await sql('SELECT pg_current_wal_lsn()::text AS lsn');
  const asked = `SELECT pg_last_wal_replay_lsn() >= '${row?.lsn}' AS done`;
  await until(async () => (await labPair.query('primary', asked))[0]?.done === true);
}

test('a pair whose databases are well passes every check; what they were is kept for the proof', async () => {
  const result = await check();
  expect(found(result)).toEqual({});
  expect(result).toMatchObject({
    verdict: 'go',
    requests: { reads: 5, writes: 0 },
    database: { timeline: 2, lag: { bytes: 0, seconds: 0, paused: false } },
    settings: { primary: { plan: 'business-8' }, recovery: { plan: 'business-8' } },
  });
  expect(checkOf(result, 'same-cluster')?.evidence).toMatch(
    /SQL on pg-demo-recovery at .*, SQL on pg-demo at/,
  );
  expect(JSON.stringify(result).length).toBeLessThan(40_000);
});

test('without access nothing of it is known, nothing stops for it, and there is no baseline', async () => {
  const result = await check(new Databases());
  expect(found(result)).toEqual(Object.fromEntries(BY_SQL.map((id) => [id, 'unknown'])));
  expect(result.checks.filter(stops)).toEqual([]);
  expect(result).not.toHaveProperty('database');
  expect(result.verdict).toBe('go');
});

test('databases that hang are given up within their limit, and both at once', async () => {
  const hung = await HungServer.listen();
  try {
    const started = performance.now();
    const door = { host: '127.0.0.1', port: hung.port };
    const checking = checkWith({ primary: door, recovery: door });
    const one = checking.then(() => Promise.reject(new Error('they were asked one after the other')));
    await Promise.race([hung.connections(2), one]);
    const result = await checking;
    // Five seconds each, and fifteen for everything together.
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(found(result)['database-access']).toBe('ack');
    expect(checkOf(result, 'database-access')?.observed).toMatch(/within \d+ ms \(timeout\).*within \d+ ms/);
    expect(result.database).toEqual({
      lag: { at: expect.any(String), problem: expect.stringMatching(/./) },
    });
    expect(result.requests).toEqual({ reads: 5, writes: 0 });
  } finally {
    await hung.close();
  }
});

test('one side that refuses: the checks of the other one are judged all the same', async () => {
  const result = await checkWith({ primary: { port: await closedPort() } });
  expect(found(result)).toMatchObject({ 'database-access': 'ack', 'replay-running': 'unknown' });
  expect(checkOf(result, 'long-transactions')?.verdict).toBe('pass');
  expect(checkOf(result, 'replication-lag')?.verdict).toBe('pass');
  expect(result.database).toMatchObject({ timeline: 2, lag: { bytes: 0 } });
});

test('a password that is refused is never told', async () => {
  const result = await checkWith({ recovery: { password: async () => 'not-the-password' } });
  expect(found(result)['database-access']).toBe('ack');
  expect(checkOf(result, 'database-access')?.observed).toMatch(/\(28P01\)/);
  expect(JSON.stringify(result)).not.toContain('not-the-password');
});

test('a role that is no member of pg_monitor: said once, and what it cannot see is not known', async () => {
  await sql('REVOKE pg_monitor FROM switchback GRANTED BY avnadmin');
  await replicated();
  const result = await check();
  expect(found(result)).toMatchObject({
    'database-access': 'warn',
    streaming: 'unknown',
    'long-transactions': 'unknown',
  });
  expect(checkOf(result, 'same-cluster')?.verdict).toBe('pass');
  await sql('GRANT pg_monitor TO switchback GRANTED BY avnadmin');
  await replicated();
});

test('addresses that are mixed up', async () => {
  const port = (uri: string | undefined) => ({ port: Number(new URL(String(uri)).port) });
  const result = await checkWith({ primary: port(labPair.recoveryUri), recovery: port(labPair.primaryUri) });
  expect(found(result)).toEqual({ 'api-agrees-with-sql': 'block' });
  expect(result.verdict).toBe('blocked');
  // The database that takes writes, wherever it was found.
  expect(result.database).toMatchObject({ timeline: 2, lag: { bytes: 0 } });
});

test('both addresses lead to the side that takes writes', async () => {
  const port = Number(new URL(String(labPair.recoveryUri)).port);
  const result = await checkWith({ primary: { port } });
  expect(found(result)).toMatchObject({ 'api-agrees-with-sql': 'block', streaming: 'unknown' });
  expect(result.database?.lag).toHaveProperty('problem');
  expect(result.database).not.toHaveProperty('timeline');
});

const faults: [id: string, severity: string, begin: () => Promise<unknown>, end: () => Promise<unknown>][] = [
  [
    'replay-running',
    'block',
    () => lab.apply({ kind: 'replay', service: on('primary'), paused: true }),
    () => lab.apply({ kind: 'replay', service: on('primary'), paused: false }),
  ],
  [
    'streaming',
    'ack',
    async () => {
      await labPair.query('primary', `ALTER SYSTEM SET primary_conninfo = ''`);
      await labPair.query('primary', 'SELECT pg_reload_conf()');
      await gone();
    },
    async () => {
      await labPair.query('primary', 'ALTER SYSTEM RESET primary_conninfo');
      await labPair.query('primary', 'SELECT pg_reload_conf()');
      await replicated();
    },
  ],
  [
    'ddl-in-flight',
    'ack',
    async () => {
      await sql('CREATE TABLE IF NOT EXISTS busy (id int); ALTER TABLE busy OWNER TO avnadmin');
      await replicated();
      await hold('BEGIN; LOCK TABLE busy');
    },
    () => letGo(),
  ],
  [
    'subscriptions',
    'warn',
    async () => {
      await sql(
        `CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1 dbname=d' PUBLICATION p WITH (connect = false, slot_name = 'sub')`,
      );
      await sql('ALTER SUBSCRIPTION sub ENABLE');
      await replicated();
    },
    async () => {
      await sql('ALTER SUBSCRIPTION sub DISABLE');
      await sql('ALTER SUBSCRIPTION sub SET (slot_name = NONE)');
      await sql('DROP SUBSCRIPTION sub');
      await replicated();
    },
  ],
  [
    'writes-allowed',
    'ack',
    () => lab.apply({ kind: 'read-only', service: on('primary'), on: true }),
    () => lab.apply({ kind: 'read-only', service: on('primary'), on: false }),
  ],
  [
    'synchronous-settings',
    'ack',
    () => settings('primary', { synchronous_standby_names: '*' }),
    () => settings('primary', { synchronous_standby_names: null }),
  ],
  [
    'standby-settings',
    'block',
    () => settings('primary', { max_worker_processes: '12' }),
    () => settings('primary', { max_worker_processes: null }),
  ],
  [
    'extensions',
    'ack',
    async () => {
      await sql('CREATE EXTENSION pg_trgm');
      await replicated();
      await lab.apply({ kind: 'extension', service: on('primary'), name: 'pg_trgm', available: false });
    },
    async () => {
      await lab.apply({ kind: 'extension', service: on('primary'), name: 'pg_trgm', available: true });
      await sql('DROP EXTENSION pg_trgm');
      await replicated();
    },
  ],
  [
    'wal-senders',
    'ack',
    () => settings('primary', { max_replication_slots: '0' }),
    () => settings('primary', { max_replication_slots: null }),
  ],
  [
    'connection-headroom',
    'ack',
    async () => {
      await settings('primary', { superuser_reserved_connections: '85', reserved_connections: '5' });
      await hold('SELECT 1', 12);
    },
    async () => {
      await letGo();
      await settings('primary', { superuser_reserved_connections: null, reserved_connections: null });
    },
  ],
  [
    'archive-backlog',
    'ack',
    async () => {
      await settings('recovery', { archive_mode: 'on', archive_command: 'false' });
      await sql('CREATE TABLE IF NOT EXISTS filler (id int); SELECT pg_switch_wal()');
      await until(
        async () => (await sql('SELECT failed_count > 0 AS done FROM pg_stat_archiver'))[0]?.done === true,
      );
      await replicated();
    },
    async () => {
      await settings('recovery', { archive_mode: null, archive_command: null });
      await replicated();
    },
  ],
  [
    'probe-ready',
    'warn',
    async () => {
      await sql('REVOKE INSERT ON switchback.probe FROM switchback');
      await replicated();
    },
    async () => {
      await sql('GRANT INSERT ON switchback.probe TO switchback');
      await replicated();
    },
  ],
];

const CONSEQUENCES: Record<string, Record<string, string>> = {
  // Whatever its amount, what stands still is no lag within a limit.
  'replay-running': { 'replication-lag': 'warn' },
  // The last checkpoint of a standby that was started a moment ago is older than the history it follows.
  streaming: { timeline: 'warn' },
};

let held: Client[] = [];

async function hold(text: string, sessions = 1): Promise<void> {
  for (let n = 0; n < sessions; n += 1) {
    const session = new Client({ connectionString: labPair.recoveryUri });
    session.on('error', () => undefined);
    held.push(session);
    await session.connect();
    await session.query(text);
  }
}

async function letGo(): Promise<void> {
  await Promise.all(held.map((session) => session.end()));
  held = [];
}

/** No process receives on the primary. */
function gone(): Promise<void> {
  return until(async () => (await labPair.query('primary', 'SELECT FROM pg_stat_wal_receiver')).length === 0);
}

async function until(question: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await question())) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test.each(faults)('%s is found, as %s, and nothing that stops besides', async (id, severity, begin, end) => {
  let result: Checked;
  try {
    await begin();
    result = await check();
  } finally {
    await end();
  }
  expect(found(result)).toEqual({ [id]: severity, ...CONSEQUENCES[id] });
  expect(checkOf(result, id)?.remedy).toMatch(/\.$/);
  expect(result.checks.filter(stops).map((one) => one.id)).toEqual(severity === 'warn' ? [] : [id]);
  expect(result.verdict).toBe(severity === 'block' ? 'blocked' : 'go');
  expect(found(await check())).toEqual({});
});

test('a lag is told with its amount, its age and its trend, and stops nothing: the run waits', async () => {
  await sql('CREATE TABLE busy_log (id int)');
  await replicated();
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  await lab.apply({ kind: 'stream', service: on('primary'), bytesPerSecond: 0 });
  await sql('INSERT INTO busy_log SELECT generate_series(1, 50000)');
  const result = await check();
  expect(found(result)).toEqual({ 'replication-lag': 'warn' });
  expect(result.database?.lag).toMatchObject({ paused: false, drainRate: expect.any(Number) });
  expect(result.database?.lag.bytes).toBeGreaterThan(1_000_000);
  expect(result.database?.lag.seconds).toBeGreaterThan(5);
  await lab.apply({ kind: 'stream', service: on('primary'), bytesPerSecond: null });
  await replicated();
});

test('a logical slot and a prepared transaction are found where they are', async () => {
  await settings('primary', { max_prepared_transactions: '5' });
  await settings('recovery', { max_prepared_transactions: '5', wal_level: 'logical' });
  await sql(`SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')`);
  await hold(`BEGIN; SELECT txid_current(); PREPARE TRANSACTION 'two-phase'`);
  await replicated();
  const result = await check();
  expect(found(result)).toEqual({ 'logical-slots': 'ack', 'prepared-transactions': 'ack' });
  expect(checkOf(result, 'logical-slots')?.observed).toMatch(
    /cdc \(pgoutput at 0\/\w+, not in use, not on pg-demo\)/,
  );
  await letGo();
  await sql(`ROLLBACK PREPARED 'two-phase'`);
  await sql(`SELECT pg_drop_replication_slot('cdc')`);
  await settings('recovery', { max_prepared_transactions: null, wal_level: null });
  await replicated();
  await settings('primary', { max_prepared_transactions: null });
});

test('a replay that PostgreSQL paused by itself, for a setting that is lower', async () => {
  await settings('recovery', { max_connections: '120' });
  await until(
    async () => (await labPair.query('primary', 'SELECT pg_is_wal_replay_paused() AS p'))[0]?.p === true,
  );
  const result = await check();
  expect(found(result)).toMatchObject({ 'replay-running': 'block', 'standby-settings': 'ack' });
  expect(checkOf(result, 'standby-settings')?.observed).toBe(
    'pg-demo has max_connections 100 instead of 120',
  );
});

test('verify reads the settings again: what a service lost meanwhile is told', async () => {
  const before = await check(new Databases());
  labPair.override('primary', { set: { 'user_config.pg': { work_mem: 8 }, tags: {} } });
  const after = await perform(() => verify(client, pairOf(lab, labPair)));
  expect(after.requests).toEqual({ reads: 2, writes: 0 });
  const { changes, differences } = parityOf(before.settings, after.settings, labPair);
  expect(changes.map(({ service, field, after }) => [service, field, after])).toEqual([
    ['pg-demo', 'tags/env', 'none'],
    ['pg-demo', 'user_config/pg.work_mem', '8'],
  ]);
  expect(differences.map(({ field }) => field)).toEqual(['user_config/pg.work_mem', 'tags/env']);
});
