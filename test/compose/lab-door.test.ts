import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../src/dev-server/ports';
import { useScratchFolder } from '../support/scratch';
import { ROOT } from './compose-file';

const scratch = useScratchFolder();

test('the lab of the compose file opens its API on the port and with the token that it is given', async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { stdio: 'pipe' });
  const tokenFile = join(scratch(), 'token');
  await writeFile(tokenFile, 'a-token-of-mine\n');
  const [port] = await freePorts(1, '0.0.0.0');
  const lab = spawn(process.execPath, [join(ROOT, 'deploy', 'lab.mjs')], {
    env: { ...process.env, AIVEN_TOKEN_FILE: tokenFile, LAB_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(lab, 'exit');
  try {
    await once(lab.stdout, 'data');
    const status = async (token: string) => {
      const url = `http://127.0.0.1:${port}/v1/project/crdr-lab/service/pg-demo`;
      return (await fetch(url, { headers: { authorization: `aivenv1 ${token}` } })).status;
    };
    await expect(status('a-token-of-mine')).resolves.toBe(200);
    await expect(status('another')).resolves.not.toBe(200);
  } finally {
    lab.kill('SIGTERM');
  }
  await expect(exited).resolves.toEqual([0, null]);
});
