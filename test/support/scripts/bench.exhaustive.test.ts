import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useBuild } from '../../doors/build';
import { testEnvironment } from '../environment';

const PROJECT = join(__dirname, '..', '..', '..');

useBuild();

test('npm run bench measures ratios side by side, a line for each', async () => {
  const args = ['scripts/bench.mjs', '--json', '--rounds', '2', '--switch', '600'];
  const env = { ...process.env, TEMPORAL_CLI_PATH: testEnvironment.temporalCli() };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT, env });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const quartiles = [expect.any(Number), expect.any(Number)];
  expect(lines).toEqual([
    {
      measured: 'a plan',
      against: expect.stringContaining('the same 8 requests'),
      ratio: expect.any(Number),
      quartiles,
      times: 2,
    },
    {
      measured: 'a run',
      against: expect.stringContaining('0.6 s'),
      ratio: expect.any(Number),
      quartiles,
      times: 3,
    },
  ]);
  for (const { ratio } of lines) expect(ratio).toBeGreaterThan(0);
}, 120_000);
