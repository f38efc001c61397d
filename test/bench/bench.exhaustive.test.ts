import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { testEnvironment } from '../support/environment';

useBuild();
const start = usePrograms();
jest.setTimeout(180_000);

test('npm run bench measures one figure, says on what, and exits with 0', async () => {
  const env = { TEMPORAL_CLI_PATH: testEnvironment.temporalCli() };
  const args = ['--quick', '--only', 'history', '--json'];
  const { code, stdout, stderr } = await start('../lab/dist/bench/main', args, env).ended;
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/dev server.*the lab/) });
  const { measurements, failed } = JSON.parse(stdout);
  expect(failed).toEqual([]);
  const [events, added, bytes] = measurements.map(({ values }: { values: number[] }) => values[0]);
  expect([events, bytes]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(events).toBeGreaterThan(20);
  // What the history promises, whatever the machine: waiting adds nothing.
  expect(added).toBe(0);
});
