import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnv } from '../../src/dev-server/child-env';
import { startDevServer } from '../../src/dev-server/start';
import { endWithParent } from '../../src/dev-server/watchdog';
import { useScratchFolder, writeScript } from '../support/scratch';

const scratch = useScratchFolder();
const SECRETS = {
  AIVEN_TOKEN: 'hidden-one',
  AIVEN_TOKEN_FILE: '/hidden-two',
  AWS_SECRET_ACCESS_KEY: 'hidden-three',
  PGPASSWORD: 'hidden-four',
  GITHUB_TOKEN: 'hidden-five',
};

test('a child gets what programs need, and no secret', () => {
  const env = childEnv({ PATH: '/bin', LC_ALL: 'C', https_proxy: 'http://p', ...SECRETS });
  expect(env).toEqual({ PATH: '/bin', LC_ALL: 'C', https_proxy: 'http://p' });
});

test('the Temporal CLI and the shell that ends it inherit no token of ours', async () => {
  const before = { ...process.env };
  Object.assign(process.env, SECRETS);
  try {
    const seen = join(scratch(), 'seen');
    const cliPath = await writeScript(join(scratch(), 'cli'), `env > '${seen}'; exec sleep 30`);
    const failed = startDevServer({ cliPath, readyTimeoutMs: 2_000, stopTimeoutMs: 100 });
    await expect(failed).rejects.toThrow('was not ready');
    expect(readFileSync(seen, 'utf8')).toContain('PATH=');
    expect(readFileSync(seen, 'utf8')).not.toContain('hidden-');
  } finally {
    process.env = before;
  }
});

test('nor does the watchdog', () => {
  const spawned = jest.spyOn(require('node:child_process'), 'spawn');
  endWithParent(2 ** 22 + 1)();
  const [, , options] = spawned.mock.calls.at(-1) as [string, string[], { env: object }];
  expect(Object.keys(options.env)).not.toContain('AIVEN_TOKEN');
  expect(options.env).toEqual(childEnv(process.env));
});
