import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { ask, getService, promote, serviceUrl, until } from './client';
import { sql } from './sql';

jest.setTimeout(60_000);

const rows = (uri: string | undefined) => sql(uri, 'SELECT id FROM orders ORDER BY id');
const isInRecovery = async (uri: string | undefined) => (await sql(uri, 'SELECT pg_is_in_recovery()'))[0];

async function whoIsInRecovery({ primaryUri, recoveryUri }: LabPair) {
  return { primary: await isInRecovery(primaryUri), recovery: await isInRecovery(recoveryUri) };
}

/** Folders that labs of this very process have under the system's temporary one. */
function folders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`switchback-lab-${process.pid}-`));
}

/** Of the servers whose data lies in those folders. */
function serverPids(): number[] {
  return folders().flatMap((folder) => {
    const servers = join(tmpdir(), folder, 'servers');
    const names = readdirSync(servers).filter((name) => name !== 'template');
    return names.map((name) =>
      Number.parseInt(readFileSync(join(servers, name, 'postmaster.pid'), 'utf8'), 10),
    );
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('two real servers', () => {
  let lab: Lab;
  let pair: LabPair;

  beforeAll(async () => {
    lab = await startLab({ transitionMs: 200 });
    [pair] = lab.pairs as [LabPair];
  });
  afterAll(() => lab.close());

  test('are switched over when the lab is ready', async () => {
    expect(await whoIsInRecovery(pair)).toEqual({ primary: true, recovery: false });
    expect(await isInRecovery(pair.serviceUri)).toBe(false);
  });

  test('change roles twice without losing a row, and the shared address follows', async () => {
    const { primaryUri, recoveryUri, serviceUri } = pair;
    await sql(serviceUri, 'CREATE TABLE orders (id int PRIMARY KEY)');
    await sql(serviceUri, 'INSERT INTO orders SELECT generate_series(1, 1000)');

    expect((await promote(lab, 'pg-demo')).status).toBe(200);
    await pair.settled();
    expect(await getService(lab, 'pg-demo')).toMatchObject({
      state: 'RUNNING',
      disaster_recovery_role: 'active',
    });
    expect(await whoIsInRecovery(pair)).toEqual({ primary: false, recovery: true });
    expect(await rows(primaryUri)).toHaveLength(1000);
    await sql(serviceUri, 'INSERT INTO orders VALUES (1001)');
    await until(
      () => rows(recoveryUri),
      (ids) => ids.includes(1001),
    );

    await pair.switchover();
    expect(await whoIsInRecovery(pair)).toEqual({ primary: true, recovery: false });
    await sql(serviceUri, 'INSERT INTO orders VALUES (1002)');
    await until(
      () => rows(primaryUri),
      (ids) => ids.includes(1002),
    );
    expect(await rows(primaryUri)).toHaveLength(1002);
  });

  test('cut the connections to the shared address when they change roles', async () => {
    const client = new Client({ connectionString: pair.serviceUri });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await pair.switchback();
    await cut;
    expect(await isInRecovery(pair.serviceUri)).toBe(false);
    await pair.switchover();
  });

  test('are left behind by a shared address that does not follow', async () => {
    await lab.apply({ kind: 'endpoint', service: 'pg-demo', follows: false });
    await pair.switchback();
    expect(await isInRecovery(pair.serviceUri)).toBe(true);
    await lab.apply({ kind: 'endpoint', service: 'pg-demo', follows: true });
    expect(await isInRecovery(pair.serviceUri)).toBe(false);
    await pair.switchover();
  });

  test('do not say RUNNING before they have really changed roles', async () => {
    const hurried = await startLab({ transitionMs: 0 });
    try {
      const [one] = hurried.pairs as [LabPair];
      await promote(hurried, one.primary);
      await until(
        () => one.status(),
        ({ primary, recovery }) => primary.state === 'RUNNING' && recovery.state === 'RUNNING',
      );
      expect(await whoIsInRecovery(one)).toEqual({ primary: false, recovery: true });
    } finally {
      await hurried.close();
    }
  });

  test('have a password, which the API and the log of requests keep to themselves', async () => {
    const { password } = new URL(pair.serviceUri ?? '');
    expect(password).toMatch(/^AVNS_/);
    const wrong = String(pair.serviceUri).replace(password, 'wrong');
    await expect(sql(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const answer = await ask(lab, 'GET', serviceUrl(lab, 'pg-demo'));
    expect(answer.text + JSON.stringify(lab.requests())).not.toContain(password);
  });
});

test('several pairs are each on their own, and closing leaves no process and no file', async () => {
  const lab = await startLab({ pairs: 2, transitionMs: 200, state: 'fresh' });
  const [first, second] = lab.pairs as [LabPair, LabPair];
  const pids = serverPids();
  expect(pids.filter(isAlive)).toHaveLength(4);
  await first.switchover();
  expect(await whoIsInRecovery(first)).toEqual({ primary: true, recovery: false });
  expect(await whoIsInRecovery(second)).toEqual({ primary: false, recovery: true });
  await lab.close();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(folders()).toEqual([]);
});
