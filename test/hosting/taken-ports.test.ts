import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { testEnvironment } from '../support/environment';

useBuild();
const start = usePrograms();
let taken: Server;

beforeAll(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
});
afterAll(() => {
  taken.close();
});

test.each(['SWITCHBACK_METRICS_ADDRESS', 'SWITCHBACK_HEALTH_ADDRESS'])(
  '%s where something else listens ends the worker with one line that says so',
  async (variable) => {
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const { code, stderr } = await start('worker', [], environment({ [variable]: address })).ended;
    expect(stderr).toBe(
      `CONFIG_INVALID: ${variable}: cannot listen on ${address}: something else listens there\n`,
    );
    expect(code).toBe(2);
  },
);

test('so does a host that is not there', async () => {
  const env = environment({ SWITCHBACK_METRICS_ADDRESS: 'no-such-host.invalid:9464' });
  const { code, stderr } = await start('worker', [], env).ended;
  expect(stderr).toMatch(
    /^CONFIG_INVALID: SWITCHBACK_METRICS_ADDRESS: cannot listen on no-such-host\.invalid:9464: .*\n$/,
  );
  expect(code).toBe(2);
});

function environment(more: Record<string, string>) {
  return { TEMPORAL_ADDRESS: testEnvironment.temporalAddress(), AIVEN_TOKEN: 'x', ...more };
}
