import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAccess } from '../../lab/src/demo/access';
import { type Lab, startLab } from '../../lab/src/lab';
import { diagnose } from '../../src/doctor';
import { useScratchFolder } from '../support/scratch';
import { NOTHING, useServers } from './doctor-stage';

const scratch = useScratchFolder();
const servers = useServers();
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ backing: 'postgres' });
});
afterAll(() => lab?.close());

type Access = Record<string, Record<string, unknown>>;

/** What the doctor says of the databases, by the address; `change` spoils the access file. */
async function examined(change: (access: Record<string, unknown>, folder: string) => void = () => {}) {
  const folder = join(scratch(), String(Math.random()).slice(2));
  mkdirSync(folder);
  const file = writeAccess(lab, folder);
  const access = JSON.parse(readFileSync(file, 'utf8')) as Access;
  change(access[`${lab.project}/pg-demo`] ?? {}, folder);
  writeFileSync(file, JSON.stringify(access));
  const { checks } = await diagnose({
    ...NOTHING,
    SWITCHBACK_DATABASES: file,
  });
  expect(JSON.stringify(checks)).not.toContain(lab.pairs[0]?.probe?.password);
  const found = checks.filter(({ id }) => id === 'database-access');
  return Object.fromEntries(found.map((check) => [check.title, check]));
}

const admin = (sql: string) => lab.pairs[0]?.query('recovery', sql);

test('each address of each configured pair is tried', async () => {
  const found = await examined();
  expect(Object.values(found).map(({ about, verdict, observed }) => [about, verdict, observed])).toEqual(
    ['takes writes', 'a standby', 'takes writes'].map((role) => [
      `${lab.project}/pg-demo`,
      'ok',
      expect.stringMatching(new RegExp(`^PostgreSQL \\d+\\.\\d+.*, ${role}, as switchback$`)),
    ]),
  );
  expect(Object.keys(found)).toEqual(['Service URI', 'primary', 'recovery']);
});

test('a password that is refused', async () => {
  const found = await examined((access, folder) => {
    writeFileSync(join(folder, 'wrong'), 'not-the-password');
    access.password = { file: join(folder, 'wrong') };
  });
  for (const check of Object.values(found)) {
    expect(check).toMatchObject({ verdict: 'fail', observed: expect.stringContaining('28P01') });
    expect(check.remedy).toContain('user and the password');
  }
});

test('a database that is not there, and an address where nobody listens', async () => {
  const found = await examined((access) => {
    access.primaryUri = `${String(access.primaryUri).replace(/\/[^/]*$/, '')}/nowhere`;
    access.recoveryUri = 'postgres://switchback@127.0.0.1:1/defaultdb';
  });
  expect(found['Service URI']?.verdict).toBe('ok');
  expect(found.primary).toMatchObject({
    verdict: 'fail',
    observed: expect.stringContaining('nowhere'),
    remedy: expect.stringContaining('name of the database'),
  });
  expect(found.recovery).toMatchObject({
    verdict: 'fail',
    observed: expect.stringContaining('ECONNREFUSED'),
    remedy: expect.stringContaining('host and port'),
  });
});

test('a server that says nothing is left after the limit', async () => {
  const silent = await servers.silent();
  const found = await examined((access) => {
    access.primaryUri = `postgres://switchback@${silent}/defaultdb`;
  });
  expect(found.primary).toMatchObject({ verdict: 'fail', observed: expect.stringContaining('timeout') });
});

test('TLS that the server does not speak', async () => {
  const found = await examined((access) => {
    access.tls = {};
  });
  expect(found.primary).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining('"tls"') });
});

test('a Service URI that leads to the standby is a warning', async () => {
  const found = await examined((access) => {
    access.serviceUri = access.primaryUri;
  });
  expect(found['Service URI']).toMatchObject({
    verdict: 'warn',
    remedy: expect.stringContaining('serviceUri'),
  });
});

test('a role that lacks what it needs, and a table that is not there', async () => {
  await admin('REVOKE pg_monitor FROM switchback GRANTED BY avnadmin');
  const blind = await examined();
  await admin('REVOKE INSERT ON switchback.probe FROM switchback');
  const mute = await examined();
  await admin('ALTER TABLE switchback.probe RENAME TO probe_before');
  const lost = await examined();
  await admin('ALTER TABLE switchback.probe_before RENAME TO probe');
  await admin('GRANT INSERT ON switchback.probe TO switchback');
  await admin('GRANT pg_monitor TO switchback GRANTED BY avnadmin');
  expect(blind.recovery).toMatchObject({
    verdict: 'warn',
    remedy: expect.stringContaining('GRANT pg_monitor'),
  });
  expect(mute.recovery).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining('GRANT what') });
  expect(lost.recovery).toMatchObject({
    verdict: 'fail',
    observed: expect.stringContaining('no table switchback.probe'),
    remedy: expect.stringContaining('deploy/database.sql'),
  });
});

test('a pair without an entry is a warning that names those with one', async () => {
  const file = writeAccess(lab, scratch());
  const { checks } = await diagnose(
    { ...NOTHING, SWITCHBACK_DATABASES: file },
    { project: lab.project, service: 'pg-other' },
  );
  expect(checks.filter(({ id }) => id === 'database-access')).toMatchObject([
    {
      verdict: 'warn',
      observed: `SWITCHBACK_DATABASES has no entry ${lab.project}/pg-other; it has ${lab.project}/pg-demo`,
    },
  ]);
});
