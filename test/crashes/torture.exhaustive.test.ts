import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { testEnvironment } from '../support/environment';

useBuild();
const start = usePrograms();
jest.setTimeout(300_000);

/** A slice of `npm run torture`; docs/reliability.md has the figures of more. */
const SLICE = ['--points', '1', '--seed', '11', '--kind', 'worker-SIGKILL', 'server-SIGKILL', 'api-reset'];

test('whatever dies at some point of a switchback, it ends at home with one write', async () => {
  const env = { TEMPORAL_CLI_PATH: testEnvironment.temporalCli() };
  const { code, stdout, stderr } = await start('../lab/dist/torture/main', [...SLICE, '--json'], env).ended;
  const { cases } = JSON.parse(stdout || '{"cases":[]}');
  expect(cases).toHaveLength(6);
  for (const { verdict } of cases)
    expect(verdict).toMatchObject({ outcome: 'switched-back', roles: 'active/passive', effective: 1 });
  expect({ code, wrong: stderr.includes('WRONG') }).toEqual({ code: 0, wrong: false });
});
