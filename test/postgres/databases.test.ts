import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { loadWorkerConfig } from '../../src/config/worker';
import { Databases, type PairDatabase, type PairsSettings, PostgresError } from '../../src/postgres';
import { doorTo } from '../activities/database-stage';
import { useScratchFolder } from '../support/scratch';
import { DONE, FakeServer, message } from './fake-server';

jest.setTimeout(60_000);

const folder = useScratchFolder();
let lab: Lab;
let labPair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200, state: 'fresh' });
  [labPair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

const passwordFile = () => join(folder(), 'password');
const settingsFile = () => join(folder(), 'databases.json');

async function writeSettings(user: string): Promise<void> {
  const at = (uri: string | undefined) => {
    const { host, pathname } = new URL(uri ?? '');
    return `postgres://${user}@${host}${pathname}`;
  };
  const pair = {
    serviceUri: at(labPair.serviceUri),
    primaryUri: at(labPair.primaryUri),
    recoveryUri: at(labPair.recoveryUri),
    password: { file: passwordFile() },
    tls: 'off',
  };
  await writeFile(settingsFile(), JSON.stringify({ [`${lab.project}/${labPair.primary}`]: pair }));
}

/** As a worker has it. */
async function access(): Promise<PairDatabase> {
  await writeSettings('switchback');
  await writeFile(passwordFile(), labPair.probe?.password ?? '');
  const { databases } = loadWorkerConfig({ AIVEN_TOKEN: 'x', SWITCHBACK_DATABASES: settingsFile() });
  const database = databases.of({ project: lab.project, primary: labPair.primary });
  if (database === undefined) throw new Error('no access');
  return database;
}

const whoAmI = (database: PairDatabase) =>
  database.use('primary', (session) => session.one<{ me: string }>('SELECT current_user AS me'));

describe('a credential that is renewed while the worker runs', () => {
  test('is the password: the next session has the new one', async () => {
    const database = await access();
    expect(await whoAmI(database)).toEqual({ me: 'switchback' });
    await labPair.query('primary', "ALTER ROLE switchback PASSWORD 'renewed'");
    await expect(whoAmI(database)).rejects.toMatchObject({ code: '28P01' });
    await writeFile(passwordFile(), 'renewed\n');
    expect(await whoAmI(database)).toEqual({ me: 'switchback' });
    await labPair.query('primary', `ALTER ROLE switchback PASSWORD '${labPair.probe?.password}'`);
  });

  test('is the user: the settings are read again when the old one is refused', async () => {
    const database = await access();
    await labPair.query('primary', "CREATE ROLE successor LOGIN PASSWORD 'its-own'");
    await writeSettings('successor');
    expect(await whoAmI(database)).toEqual({ me: 'switchback' });
    await writeFile(passwordFile(), 'its-own');
    expect(await whoAmI(database)).toEqual({ me: 'successor' });
    expect(database.settings.connections.recovery.user).toBe('successor');
  });

  test('and a settings file that is being written just then loses nothing', async () => {
    const database = await access();
    await writeFile(settingsFile(), '{');
    await writeFile(passwordFile(), 'wrong');
    await expect(whoAmI(database)).rejects.toMatchObject({ code: '28P01' });
    await writeFile(passwordFile(), labPair.probe?.password ?? '');
    expect(await whoAmI(database)).toEqual({ me: 'switchback' });
  });
});

describe('reading again', () => {
  const NAME = { project: 'p', primary: 's' };
  const settings = (password: () => Promise<string>, port?: number): PairsSettings => {
    const door = {
      ...doorTo(labPair.primaryUri, labPair),
      password,
      ...(port === undefined ? {} : { port }),
    };
    const connections = { service: door, primary: door, recovery: door };
    return { 'p/s': { connections, resolvers: ['system'], probe: { rate: 1, retentionMs: 1 } } };
  };

  test('happens once for a refused credential', async () => {
    const readAgain = jest.fn(async () => settings(async () => 'still wrong'));
    const database = new Databases(
      settings(async () => 'wrong'),
      readAgain,
    ).of(NAME);
    await expect(database?.open('primary')).rejects.toMatchObject({ code: '28P01' });
    expect(readAgain).toHaveBeenCalledTimes(1);
  });

  test('does not happen for anything else', async () => {
    const server = await FakeServer.listen({
      startup: message('E', 'SFATAL\0C53300\0Mtoo many clients\0\0'),
    });
    const pairs = settings(async () => 'any', server.port);
    const readAgain = jest.fn(async () => pairs);
    const database = new Databases(pairs, readAgain).of(NAME);
    await expect(database?.open('primary')).rejects.toMatchObject({ code: '53300' });
    await server.close();
    expect(readAgain).not.toHaveBeenCalled();
  });

  test('that takes the access away says so', async () => {
    const database = new Databases(
      settings(async () => 'wrong'),
      async () => ({}),
    ).of(NAME);
    await expect(database?.open('primary')).rejects.toMatchObject({ code: 'not-configured' });
  });
});

test('no session is opened while a statement of an earlier one goes on although it was cancelled', async () => {
  let answer = () => {};
  const server = await FakeServer.listen({
    statement: (_sql, socket) => {
      answer = () => socket.write(DONE);
    },
  });
  const connection = { ...doorTo(labPair.primaryUri, labPair), port: server.port };
  const connections = { service: connection, primary: connection, recovery: connection };
  const pairs = { 'p/s': { connections, resolvers: ['system'], probe: { rate: 1, retentionMs: 1 } } };
  const databases = new Databases(pairs);
  // Each activity asks for the access of its own.
  const open = () =>
    databases.of({ project: 'p', primary: 's' })?.open('service', { statementTimeoutMs: 50 });
  const session = await open();
  await expect(session?.query('SELECT 1')).rejects.toMatchObject({ code: 'timeout' });
  await expect(open()).rejects.toMatchObject({ code: 'hanging' });
  answer();
  await server.empty();
  await (await open())?.end();
  await server.close();
});

test('a session of one piece of work is ended, whether that works or not', async () => {
  const database = await access();
  const count = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'switchback'";
  await database.use('primary', (session) => session.query('SELECT 1'));
  const failing = database.use('primary', async () => {
    throw new PostgresError('no', 'unknown');
  });
  await expect(failing).rejects.toThrow('no');
  let open = [{ n: 1 }] as Record<string, unknown>[];
  while (open[0]?.n !== 0) open = await labPair.query('primary', count);
});
