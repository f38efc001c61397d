import { spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../src/contract/search-attributes';
import { testEnvironment } from '../support/environment';
import { useScratchFolder, writeScript } from '../support/scratch';
import { ROOT } from './compose-file';

const scratch = useScratchFolder();

/** Runs one of the scripts that the one-shot services run, with `bin` before everything on PATH. */
function runScript(name: string, bin: string, env: Record<string, string>) {
  return spawnSync('/bin/sh', [join(ROOT, 'deploy', 'temporal', name)], {
    env: { PATH: `${bin}:/usr/bin:/bin`, ...env },
    encoding: 'utf8',
    timeout: 50_000,
  });
}

async function binFolder(name: string): Promise<string> {
  const bin = join(scratch(), name);
  await mkdir(bin);
  return bin;
}

test('the namespace one-shot registers every search attribute, and may run again', async () => {
  const bin = await binFolder('temporal-bin');
  await symlink(testEnvironment.temporalCli(), join(bin, 'temporal'));
  const namespace = 'compose-test';
  const env = {
    TEMPORAL_ADDRESS: testEnvironment.temporalAddress(),
    TEMPORAL_NAMESPACE: namespace,
    HOME: scratch(),
  };
  for (const time of ['first', 'second']) {
    const { status, stderr } = runScript('namespace.sh', bin, env);
    expect({ time, status, stderr: status === 0 ? '' : stderr }).toEqual({ time, status: 0, stderr: '' });
  }
  const connection = await Connection.connect({ address: testEnvironment.temporalAddress() });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const names = Object.values(searchAttributes).map(({ name }) => name);
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(names));
  } finally {
    await connection.close();
  }
});

describe('the schema one-shot', () => {
  const PASSWORD = 'correct horse';

  async function runSchema(tool: string, name: string) {
    const bin = await binFolder(name);
    const calls = join(bin, 'calls');
    await writeScript(join(bin, 'temporal-sql-tool'), `echo "$SQL_PASSWORD: $*" >> ${calls}; ${tool}`);
    await writeFile(join(bin, 'password'), `${PASSWORD}\n`);
    const env = { SQL_HOST: 'postgresql', SQL_USER: 'temporal', SQL_PASSWORD_FILE: join(bin, 'password') };
    const { status } = runScript('schema.sh', bin, env);
    return { status, calls: (await readFile(calls, 'utf8')).trim().split('\n') };
  }

  test('creates both databases and brings each up to date, the password never an argument', async () => {
    const login = `${PASSWORD}: --plugin postgres12 --endpoint postgresql --port 5432 --user temporal`;
    const schemas = '/etc/temporal/schema/postgresql/v12';
    await expect(runSchema('exit 0', 'tool-works')).resolves.toEqual({
      status: 0,
      calls: [
        `${login} --database temporal create`,
        `${login} --database temporal setup-schema --version 0.0`,
        `${login} --database temporal update-schema --schema-dir ${schemas}/temporal/versioned`,
        `${login} --database temporal_visibility create`,
        `${login} --database temporal_visibility setup-schema --version 0.0`,
        `${login} --database temporal_visibility update-schema --schema-dir ${schemas}/visibility/versioned`,
      ],
    });
  });

  test('stops at the first failure, so that no server starts on half a schema', async () => {
    const { status, calls } = await runSchema('exit 4', 'tool-fails');
    expect(status).toBe(4);
    expect(calls).toHaveLength(1);
  });
});
