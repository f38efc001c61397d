import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { type ConnectionSettings, PostgresError, Session } from '../../src/postgres';
import { doorTo } from '../activities/database-stage';
import { Authority } from './certificates';
import { FakeServer, message } from './fake-server';

jest.setTimeout(60_000);

const NAME = 'pg.example';
const authority = new Authority('the right one');
const stranger = new Authority('another one');

/** Serves TLS for {@link NAME} on the primary, for 127.0.0.1 on the recovery side. */
let lab: Lab;
let labPair: LabPair;
let folder: string;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200, state: 'fresh' });
  [labPair] = lab.pairs as [LabPair];
  folder = await mkdtemp(join(tmpdir(), 'switchback-test-'));
  await chmod(folder, 0o755);
  await serveTls('primary', NAME);
  await serveTls('recovery', '127.0.0.1');
});
afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

async function serveTls(side: 'primary' | 'recovery', host: string): Promise<void> {
  const { certificate, key } = authority.issue(host);
  const file = async (name: string, text: string) => {
    const path = join(folder, `${side}-${name}`);
    await writeFile(path, text, { mode: 0o600 });
    // The lab's servers run as nobody when the tests run as root, and want the key to be theirs.
    if (process.getuid?.() === 0) await chown(path, 65_534, 65_534);
    return path;
  };
  const set = {
    ssl: 'on',
    ssl_cert_file: await file('cert', certificate),
    ssl_key_file: await file('key', key),
  };
  await lab.apply({ kind: 'settings', service: labPair[side], set });
}

const ca = async () => authority.ca;

function door(side: 'primary' | 'recovery', more: Partial<ConnectionSettings> = {}): ConnectionSettings {
  const uri = side === 'primary' ? labPair.primaryUri : labPair.recoveryUri;
  return { ...doorTo(uri, labPair), tls: { ca }, ...more };
}

/** The address stands in for a resolver: the name is looked for in the certificate all the same. */
async function tlsVersion(settings: ConnectionSettings, address = '127.0.0.1'): Promise<string> {
  const session = await Session.open(settings, { address });
  const sql = 'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  const row = await session.one<{ ssl: boolean; version: string }>(sql);
  await session.end();
  return row.ssl ? row.version : 'none';
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    return `no refusal: ${String(await work)}`;
  } catch (error) {
    return error instanceof PostgresError ? error.code : String(error);
  }
}

test('a certificate of the right authority, for the right name, is taken', async () => {
  expect(await tlsVersion(door('primary', { host: NAME }))).toMatch(/^TLSv1\.[23]$/);
});

test('and one for the right address', async () => {
  expect(await tlsVersion(door('recovery', { host: '127.0.0.1' }))).toMatch(/^TLSv1\.[23]$/);
});

test('a whole session works over it, also when it is cut', async () => {
  const session = await Session.open(door('primary', { host: NAME }), {
    address: '127.0.0.1',
    statementTimeoutMs: 20_000,
  });
  expect(await session.one('SELECT $1::text AS a', ['b'])).toEqual({ a: 'b' });
  await session.query('SET statement_timeout = 100');
  expect(await codeOf(session.query('SELECT pg_sleep(60)'))).toBe('57014');
  await session.end();
  expect(await codeOf(session.query('SELECT 1'))).toBe('connection-lost');
});

test('a name of its own for the certificate is sent and verified, whatever the host is called', async () => {
  const behind = (servername: string) => door('primary', { host: '127.0.0.1', tls: { ca, servername } });
  expect(await tlsVersion(behind(NAME))).toMatch(/^TLSv1\.[23]$/);
  expect(await codeOf(tlsVersion(behind('other.example')))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('a statement that is given up is cancelled in the server through TLS, too', async () => {
  const session = await Session.open(door('primary', { host: NAME }), {
    address: '127.0.0.1',
    statementTimeoutMs: 200,
  });
  await session.query('SET statement_timeout = 0');
  expect(await codeOf(session.query('SELECT pg_sleep(600)'))).toBe('timeout');
  const asleep = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND state = 'active'`;
  expect(await labPair.query('primary', asleep)).toEqual([]);
});

test.each([
  [
    'another authority',
    { host: NAME, tls: { ca: async () => stranger.ca } },
    /^(UNABLE_TO|SELF_SIGNED|CERT_)/,
  ],
  ["none of the system's authorities", { host: NAME, tls: { ca: undefined } }, /^(UNABLE_TO|SELF_SIGNED)/],
  ['another name', { host: 'other.example' }, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
  ['no address', { host: '127.0.0.1' }, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
])('a certificate of %s is refused', async (_, settings, code) => {
  expect(await codeOf(tlsVersion(door('primary', settings)))).toMatch(code);
});

test('an authority that is no certificate trusts nobody', async () => {
  const nonsense = async () => 'nonsense';
  expect(await codeOf(tlsVersion(door('primary', { host: NAME, tls: { ca: nonsense } })))).not.toMatch(
    /^no refusal/,
  );
});

test('an authority that is missing has a word of its own', async () => {
  const missing = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' }));
  expect(await codeOf(tlsVersion(door('primary', { host: NAME, tls: { ca: missing } })))).toBe('no-ca');
});

describe('a server without TLS', () => {
  test('is refused', async () => {
    await lab.apply({ kind: 'settings', service: labPair.recovery, set: { ssl: 'off' } });
    expect(await codeOf(tlsVersion(door('recovery')))).toBe('no-tls');
    // It would have let us in without.
    const { tls: _, ...plain } = door('recovery');
    expect(await tlsVersion(plain)).toBe('none');
  });

  test.each([
    ['says no', 'N'],
    ['answers with an error', message('E', 'SFATAL\0\0').toString('latin1')],
    ['says yes, and more in the clear', `S${message('R', '\0\0\0\x03').toString('latin1')}`],
  ])('is told nothing when it %s', async (_, tls) => {
    const server = await FakeServer.listen({ tls });
    const settings = door('primary', { host: '127.0.0.1', port: server.port });
    expect(await codeOf(tlsVersion(settings))).toBe('no-tls');
    await server.empty();
    await server.close();
    expect(server.received.map(({ length }) => length)).toEqual([8]);
  });
});
