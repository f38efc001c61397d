import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { PostgresError, Session, type SessionOptions } from '../../src/postgres';
import { doorTo } from '../activities/database-stage';
import { useScratchFolder } from '../support/scratch';
import { Authority } from './certificates';
import { FakeServer } from './fake-server';

jest.setTimeout(60_000);

const run = promisify(execFile);
const SESSION = join(__dirname, '../../src/postgres/session.ts');
/** Opens a session in a process of its own, since Node itself reads the environment too. */
const CHILD = `
const { transformFileSync } = require('@swc/core');
require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }).code, file);
const { Session } = require(${JSON.stringify(SESSION)});
const { secret, address, sql, ...settings } = JSON.parse(process.argv[1]);
(async () => {
  const session = await Session.open({ ...settings, password: async () => secret }, address ? { address } : {});
  return session.one(sql).finally(() => session.end());
})().catch(({ code, message }) => ({ code, message })).then((row) => console.log(JSON.stringify(row)));
`;

const folder = useScratchFolder();
let lab: Lab;
let labPair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200, state: 'fresh' });
  [labPair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

interface Asking {
  secret: string;
  sql: string;
  host?: string;
  port?: number;
  address?: string;
  tls?: object;
}

async function inChild(asking: Asking, env: Record<string, string>): Promise<Record<string, unknown>> {
  const { password: _, ...door } = doorTo(labPair.primaryUri, labPair);
  const argument = JSON.stringify({ ...door, ...asking });
  const { stdout } = await run(process.execPath, ['-e', CHILD, argument], {
    cwd: join(__dirname, '../..'),
    timeout: 20_000,
    env: { PATH: process.env.PATH, ...env },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const MISLEADING = {
  PGHOST: 'elsewhere.invalid',
  PGHOSTADDR: '192.0.2.1',
  PGPORT: '1',
  PGDATABASE: 'template1',
  PGUSER: 'somebody',
  PGPASSWORD: 'wrong',
  PGSSLMODE: 'verify-full',
  PGSSLNEGOTIATION: 'direct',
  PGAPPNAME: 'something',
  PGOPTIONS: '-c default_transaction_read_only=on -c work_mem=64kB',
  PGREPLICATION: 'database',
  PGCLIENT_ENCODING: 'latin1',
  PGCONNECT_TIMEOUT: '1',
  PGBINARY: 'true',
  PGTZ: 'Asia/Tokyo',
};

test('no PG variable has a say in a session', async () => {
  const row = await inChild(
    {
      secret: labPair.probe?.password ?? '',
      sql: `SELECT current_user AS "user", current_database() AS database, backend_type AS type,
        application_name AS name, current_setting('default_transaction_read_only') AS "readOnly",
        current_setting('work_mem') AS memory, current_setting('client_encoding') AS encoding,
        current_setting('TimeZone') AS zone
        FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    },
    MISLEADING,
  );
  expect(row).toEqual({
    user: 'switchback',
    database: 'defaultdb',
    type: 'client backend',
    name: 'switchback',
    readOnly: 'off',
    memory: '4MB',
    encoding: 'UTF8',
    zone: 'UTC',
  });
});

test('what the start-up tells the server is the user, the database and the application', async () => {
  const server = await FakeServer.listen();
  const asking = { secret: 'x', host: '127.0.0.1', port: server.port, sql: 'SELECT 1' };
  await inChild(asking, MISLEADING);
  await server.close();
  const [startup = Buffer.alloc(0)] = server.received;
  const words = startup.toString('utf8', 8, startup.readUInt32BE(0)).split('\0').filter(Boolean);
  expect(words).toEqual([
    'user',
    'switchback',
    'database',
    'defaultdb',
    'application_name',
    'switchback',
    'client_encoding',
    'UTF8',
  ]);
});

test('a password that is not ours is not looked for, neither in a variable nor in ~/.pgpass', async () => {
  const { port } = doorTo(labPair.primaryUri, labPair);
  const right = labPair.probe?.password ?? '';
  const passfile = join(folder(), '.pgpass');
  await writeFile(passfile, `*:${port}:*:*:${right}\n`, { mode: 0o600 });
  const env = { HOME: folder(), PGPASSFILE: passfile, PGPASSWORD: right };
  expect(await inChild({ secret: 'wrong', sql: 'SELECT 1' }, env)).toMatchObject({ code: '28P01' });
  expect(await inChild({ secret: '', sql: 'SELECT 1' }, env)).toMatchObject({ code: 'no-password' });
});

test("nor does Node's own variable switch off the look at the certificate", async () => {
  const server = await FakeServer.listen({
    tls: 'S',
    certificate: new Authority('nobody').issue('pg.example'),
  });
  const asking = {
    secret: 'x',
    host: 'pg.example',
    address: '127.0.0.1',
    port: server.port,
    sql: 'SELECT 1',
    tls: {},
  };
  const { code } = await inChild(asking, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  await server.close();
  expect(code).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
});

describe('on a real server', () => {
  const open = (options?: SessionOptions) => Session.open(doorTo(labPair.primaryUri, labPair), options);
  const refusal = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (error instanceof PostgresError) return error;
      throw error;
    }
    throw new Error('it was not refused');
  };

  test('a refusal carries the SQLSTATE, and the session goes on', async () => {
    const session = await open({ statementTimeoutMs: 20_001 });
    expect((await refusal(session.query('SELECT nonsense'))).code).toBe('42703');
    expect(await session.one('SHOW statement_timeout')).toEqual({ statement_timeout: '20001ms' });
    // Ours is 0.5 s longer, and where the machine stands still for that long it would come first.
    await session.query('SET statement_timeout = 100');
    expect((await refusal(session.query('SELECT pg_sleep(60)'))).code).toBe('57014');
    await session.query('SET statement_timeout = 0');
    expect((await refusal(session.query('CREATE TABLE forbidden ()'))).code).toBe('42501');
    expect((await refusal(session.one('SELECT 1 WHERE false'))).message).toBe('the answer has no row');
    expect(await session.one('SELECT 1 AS a')).toEqual({ a: 1 });
    await session.end();
  });

  test('a session that the server ends says so', async () => {
    const session = await open();
    const { pid } = await session.one<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await labPair.query('primary', `SELECT pg_terminate_backend(${pid})`);
    expect((await refusal(session.query('SELECT 1'))).code).toMatch(/^(57P01|connection-lost)$/);
    await session.end();
  });

  test('no message holds the password', async () => {
    const door = doorTo(labPair.primaryUri, labPair);
    const secret = 'not-the-right-one-9f3a';
    const password = async () => secret;
    const refused = await Promise.all([
      refusal(Session.open({ ...door, password })),
      refusal(Session.open({ ...door, password, database: 'none' })),
      refusal(Session.open({ ...door, password, user: 'nobody' })),
      refusal(Session.open({ ...door, password, tls: { ca: undefined } })),
      refusal(Session.open({ ...door, password, port: 1 })),
    ]);
    const told = refused.map((error) => `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`);
    expect(told.join('\n')).not.toContain(secret);
  });
});
