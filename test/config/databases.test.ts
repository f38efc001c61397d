import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDatabases } from '../../src/config/databases';
import { loadWorkerConfig } from '../../src/config/worker';
import type { PairSettings } from '../../src/postgres';
import { Authority } from '../postgres/certificates';
import { useScratchFolder } from '../support/scratch';

const folder = useScratchFolder();
/** What must never be repeated in a message. */
const SECRET = 's3cret-v4lue';
const NAME = 'my-project/pg-main';

const MINIMAL = {
  serviceUri: 'postgres://switchback@pg-main.example:21699/defaultdb',
  primaryUri: 'postgres://switchback@pg-main-own.example:21699/defaultdb',
  recoveryUri: 'postgresql://switchback@10.0.0.7/defaultdb',
  password: { env: 'PG_PASSWORD' },
};
const ENV = { PG_PASSWORD: SECRET };

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder(), name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function read(content: unknown, env: Record<string, string> = ENV) {
  const path = await file('databases.json', content);
  const result = readDatabases(path, env);
  // Every fault begins with the path of the file.
  return 'faults' in result
    ? { faults: result.faults.map((fault) => (fault.startsWith(path) ? fault.slice(path.length) : fault)) }
    : result;
}

async function settingsOf(pair: object, env?: Record<string, string>): Promise<PairSettings> {
  const result = await read({ [NAME]: pair }, env);
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.value[NAME] as PairSettings;
}

async function faultsOf(content: unknown, env?: Record<string, string>): Promise<string[]> {
  const result = await read(content, env);
  if (!('faults' in result)) throw new Error('it was accepted');
  expect(result.faults.join('\n')).not.toContain(SECRET);
  return result.faults;
}

/** Faults of one pair, without its name. */
async function faultsOfPair(change: object, env?: Record<string, string>): Promise<string[]> {
  const faults = await faultsOf({ [NAME]: { ...MINIMAL, ...change } }, env);
  return faults.map((fault) => fault.replace(`: ${NAME}.`, ''));
}

test('white space around a password is not part of it, wherever it comes from', async () => {
  const { connections } = await settingsOf(MINIMAL, { ...ENV, PG_PASSWORD: ' secret\n' });
  expect(await connections.service.password()).toBe('secret');
});

/** The entry to write instead of a Service URI. */
function pasted(uri?: string): string {
  const instead = uri === undefined ? 'postgres://USER@HOST:PORT/DATABASE' : `"${uri}"`;
  return `primaryUri: must hold neither a password nor parameters: write ${instead} here, refer to the password with "password":{"file":"/path"}, and name the authority in "tls":{"ca":"/path/ca.pem"}`;
}

describe('the file of databases', () => {
  test('needs three addresses and a password; the rest has defaults', async () => {
    const { connections, resolvers, probe } = await settingsOf(MINIMAL);
    const common = {
      database: 'defaultdb',
      user: 'switchback',
      password: expect.any(Function),
      tls: { ca: undefined },
    };
    expect(connections).toEqual({
      service: { host: 'pg-main.example', port: 21_699, ...common },
      primary: { host: 'pg-main-own.example', port: 21_699, ...common },
      recovery: { host: '10.0.0.7', port: 5_432, ...common },
    });
    expect(await connections.service.password()).toBe(SECRET);
    expect(resolvers).toEqual(['system']);
    expect(probe).toEqual({ rate: 20, retentionMs: 168 * 3_600_000 });
  });

  test('may set everything', async () => {
    const ca = await file('ca.pem', new Authority('any').ca);
    const password = { file: await file('password', ` ${SECRET}\n`) };
    const { connections, resolvers, probe, endOldSessions } = await settingsOf({
      ...MINIMAL,
      recoveryUri: 'postgres://switch%40back@[2001:db8::7]:6432/default%20db',
      password,
      tls: { ca, servername: { primary: 'pg-main.internal.example' } },
      resolvers: ['system', '10.0.0.2', '10.0.0.2:5353', '2001:db8::2', '[2001:db8::2]:53'],
      probe: { rate: 1.5, retention: '24h' },
      endOldSessions: true,
    });
    expect(connections.recovery).toMatchObject({
      host: '2001:db8::7',
      port: 6_432,
      user: 'switch@back',
      database: 'default db',
    });
    expect(await connections.service.tls?.ca?.()).toContain('BEGIN CERTIFICATE');
    expect(connections.service.tls).not.toHaveProperty('servername');
    expect(connections.primary.tls).toHaveProperty('servername', 'pg-main.internal.example');
    expect(endOldSessions).toBe(true);
    expect(resolvers).toHaveLength(5);
    expect(probe).toEqual({ rate: 1.5, retentionMs: 24 * 3_600_000 });
  });

  test('reads a password file afresh each time', async () => {
    const path = await file('renewed', 'first\n');
    const { connections } = await settingsOf({ ...MINIMAL, password: { file: path } });
    expect(await connections.primary.password()).toBe('first');
    await writeFile(path, 'second\n');
    expect(await connections.primary.password()).toBe('second');
    await rm(path);
    await expect(connections.primary.password()).rejects.toThrow('ENOENT');
  });

  test('may switch TLS off, in so many words', async () => {
    const { connections } = await settingsOf({ ...MINIMAL, tls: 'off' });
    expect(Object.values(connections).map(({ tls }) => tls)).toEqual([undefined, undefined, undefined]);
  });

  test('may be about no pair', async () => {
    expect(await read({})).toEqual({ value: {} });
  });
});

describe('what is wrong with it is told', () => {
  test('when it is not there, or is a folder', async () => {
    const path = join(folder(), 'none.json');
    expect(readDatabases(path, {})).toEqual({ faults: [`${path} cannot be read (ENOENT)`] });
    await mkdir(join(folder(), 'folder'));
    expect(readDatabases(join(folder(), 'folder'), {})).toEqual({
      faults: [expect.stringMatching(/cannot be read \(EISDIR\)$/)],
    });
  });

  test.each([
    ['is no JSON', `{"password": "${SECRET}"`, ' is not valid JSON'],
    ['is a list', [SECRET], ': Invalid input: expected record, received array'],
    ['is null', null, ': Invalid input: expected record, received null'],
  ])('when it %s', async (_, content, fault) => {
    expect(await faultsOf(content === null ? 'null' : content)).toEqual([fault]);
  });

  test('when a name is none, without repeating it', async () => {
    expect(await faultsOf({ [NAME]: MINIMAL, [`postgres://u:${SECRET}@host/db`]: MINIMAL })).toEqual([
      ': entry 2: the name must be PROJECT/PRIMARY-SERVICE',
    ]);
  });

  test.each<[string, object, string[]]>([
    [
      'fields are missing',
      { primaryUri: undefined },
      ['primaryUri: Invalid input: expected string, received undefined'],
    ],
    ['a field is unknown', { pasword: SECRET }, []],
    [
      'a URI is none',
      { primaryUri: SECRET },
      ['primaryUri: must be a URI such as postgres://switchback@host:5432/defaultdb'],
    ],
    [
      'a URI is pasted as Aiven shows it',
      { primaryUri: `postgres://avnadmin:${SECRET}@pg-main.example:21699/defaultdb?sslmode=require` },
      [pasted('postgres://avnadmin@pg-main.example:21699/defaultdb')],
    ],
    [
      'a password breaks the URI',
      { primaryUri: `postgres://u:${SECRET}/@h:1/d` },
      ['primaryUri: must be a URI such as postgres://switchback@host:5432/defaultdb'],
    ],
    [
      'a URI is of something else',
      { primaryUri: 'https://u@h/d' },
      ['primaryUri: must begin with postgres://'],
    ],
    [
      'a URI is short',
      { primaryUri: 'postgres://h' },
      ['primaryUri: names no user', 'primaryUri: names no database'],
    ],
    [
      'a URI has parameters',
      { primaryUri: `postgres://u@h/d?password=${SECRET}` },
      [pasted('postgres://u@h/d')],
    ],
    ['a URI has a fragment', { primaryUri: 'postgres://u@h/d#x' }, [pasted()]],
    [
      'a URI is badly encoded',
      { primaryUri: 'postgres://u@h/%zz' },
      ['primaryUri: holds a % that encodes nothing'],
    ],
    ['a URI names several hosts', { primaryUri: 'postgres://u@a,b/d' }, ['primaryUri: must name one host']],
    ['a URI names port 0', { primaryUri: 'postgres://u@h:0/d' }, ['primaryUri: names no port that can be']],
    [
      'the password itself is there',
      { password: SECRET },
      ['password: must be {"file":"/path"} or {"env":"VARIABLE"}: the password itself does not belong here'],
    ],
    [
      'the password is in the place of its variable',
      { password: { env: SECRET } },
      ['password.env: no variable of that name is set'],
    ],
    [
      'the password is in the place of its file',
      { password: { file: SECRET } },
      ['password.file: the file cannot be read (ENOENT)'],
    ],
    [
      'TLS is something else',
      { tls: 'require' },
      [
        'tls: must be {"ca":"/path/ca.pem"}, {} for the system\'s authorities, or "off"; beside "ca" it takes "servername":{"service":…,"primary":…,"recovery":…}',
      ],
    ],
    ['the authority is missing', { tls: { ca: '/none' } }, ['tls.ca: the file cannot be read (ENOENT)']],
    [
      'a resolver is a name',
      { resolvers: ['system', 'dns.example'] },
      ['resolvers.1: must be "system" or the address of a DNS server, such as "10.0.0.2"'],
    ],
    [
      'a resolver has a port that cannot be',
      { resolvers: ['10.0.0.2:65536'] },
      ['resolvers.0: must be "system" or the address of a DNS server, such as "10.0.0.2"'],
    ],
    ['there is no resolver', { resolvers: [] }, [expect.stringMatching(/^resolvers: Too small/) as string]],
    ['the rate is 0', { probe: { rate: 0 } }, [expect.stringMatching(/^probe\.rate: Too small/) as string]],
    [
      'the retention is no duration',
      { probe: { retention: '7d' } },
      ['probe.retention: must be a duration such as "168h"'],
    ],
  ])('when %s', async (title, change, faults) => {
    const told = await faultsOfPair(change);
    if (title === 'a field is unknown') expect(told).toEqual([`: ${NAME}: unknown: pasword`]);
    else expect(told).toEqual(faults);
  });

  test('when the password is not there, or empty', async () => {
    const empty = await file('empty', '\n');
    expect(await faultsOfPair({}, {})).toEqual(['password.env: no variable of that name is set']);
    expect(await faultsOfPair({}, { PG_PASSWORD: ' ' })).toEqual([
      'password.env: no variable of that name is set',
    ]);
    expect(await faultsOfPair({ password: { file: empty } })).toEqual(['password.file: the file is empty']);
  });

  test('when the authority is no certificate', async () => {
    const ca = await file('no-ca.pem', SECRET);
    expect(await faultsOfPair({ tls: { ca } })).toEqual(['tls.ca: the file holds no PEM certificate']);
  });

  test('all at once', async () => {
    const faults = await faultsOf({
      [NAME]: { ...MINIMAL, serviceUri: `postgres://u:${SECRET}@h/d`, password: SECRET, resolvers: ['x'] },
      'my-project/other': { ...MINIMAL, tls: SECRET },
    });
    expect(faults.map((fault) => fault.split(': ')[1])).toEqual([
      `${NAME}.serviceUri`,
      `${NAME}.password`,
      `${NAME}.resolvers.0`,
      'my-project/other.tls',
    ]);
  });
});

describe('the configuration of a worker', () => {
  const env = (path: string) => ({ AIVEN_TOKEN: 'token', SWITCHBACK_DATABASES: path });
  const pair = { project: 'my-project', primary: 'pg-main' };

  test('takes it in', async () => {
    const path = await file('databases.json', { [NAME]: MINIMAL });
    const { databases } = loadWorkerConfig({ ...env(path), ...ENV });
    expect(databases.of(pair)?.settings.connections.service.host).toBe('pg-main.example');
    expect(databases.of({ ...pair, primary: 'another' })).toBeUndefined();
    expect(databases.of({ project: '', primary: 'constructor' })).toBeUndefined();
  });

  test('has no access to anything without it', () => {
    expect(loadWorkerConfig({ AIVEN_TOKEN: 'token' }).databases.of(pair)).toBeUndefined();
  });

  test('lists its faults among the others, and no value', async () => {
    const path = await file('databases.json', {
      [NAME]: { ...MINIMAL, primaryUri: `postgres://u:${SECRET}@h/d` },
    });
    const load = () => loadWorkerConfig({ SWITCHBACK_DATABASES: path, SWITCHBACK_LOG_LEVEL: 'loud' });
    expect(load).toThrow(
      /SWITCHBACK_LOG_LEVEL[\s\S]*AIVEN_TOKEN[\s\S]*SWITCHBACK_DATABASES: .*primaryUri: must hold neither/,
    );
    expect(load).not.toThrow(SECRET);
  });
});
