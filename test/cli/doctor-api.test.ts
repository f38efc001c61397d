import { type Lab, startLab } from '../../lab/src/lab';
import { exitCodes } from '../../src/contract/errors';
import type { Env } from '../doors/programs';
import { testEnvironment } from '../support/environment';
import { useCommands } from './commands';
import { consult, useServers } from './doctor-stage';

const command = useCommands();
const servers = useServers();
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ backing: 'memory' });
});
afterAll(() => lab?.close());

/** Everything but a worker. */
const env = (more: Record<string, string> = {}): Env => ({
  TEMPORAL_ADDRESS: testEnvironment.temporalAddress(),
  SWITCHBACK_TASK_QUEUE: 'nobody-polls',
  AIVEN_WEB_URL: lab.baseUrl,
  AIVEN_TOKEN: lab.token,
  ...more,
});

async function failures(more: Record<string, string>) {
  const { code, check, failed } = await consult(command, env(more), `${lab.project}/pg-demo`);
  expect(code).toBe(exitCodes.connection);
  return { check, failed: failed.filter((id) => id !== 'worker-polls') };
}

test('a token that the API refuses', async () => {
  const { check, failed } = await failures({ AIVEN_TOKEN: 'not-the-token-of-the-lab' });
  expect(failed).toEqual(['token-accepted']);
  expect(check('token-accepted')).toMatchObject({
    observed: expect.stringContaining('401'),
    remedy: expect.stringContaining('AIVEN_TOKEN'),
  });
  expect(check('token-lifetime').verdict).toBe('skipped');
  expect(check('token-may-write').verdict).toBe('skipped');
  expect(check('pair-readable')).toMatchObject({ verdict: 'skipped', observed: 'the token is not accepted' });
});

test('a token that ends within a day is a warning', async () => {
  await lab.apply({ kind: 'token', expires: new Date(Date.now() + 5 * 3_600_000).toISOString() });
  const soon = await failures({});
  await lab.apply({ kind: 'token', expires: new Date(Date.now() + 48 * 3_600_000).toISOString() });
  const later = await failures({});
  expect(soon.check('token-lifetime')).toMatchObject({
    verdict: 'warn',
    observed: expect.stringMatching(/^it expires at .*, in [45] h/),
    remedy: expect.stringContaining('AIVEN_TOKEN_FILE'),
  });
  expect(later.check('token-lifetime')).toMatchObject({ verdict: 'ok', remedy: '' });
  expect([...soon.failed, ...later.failed]).toEqual([]);
});

test('an API that is not there: the token is sent nowhere', async () => {
  const { check, failed } = await failures({ AIVEN_WEB_URL: 'http://127.0.0.1:1' });
  expect(failed).toEqual(['api-reachable']);
  expect(check('api-reachable')).toMatchObject({
    observed: 'http://127.0.0.1:1 does not answer: ECONNREFUSED',
    remedy: expect.stringContaining('AIVEN_WEB_URL'),
  });
  for (const id of ['api-clock', 'token-accepted', 'pair-readable'])
    expect(check(id).verdict).toBe('skipped');
});

test('a URL under which something else answers: the token is not shown to it', async () => {
  const seen: unknown[] = [];
  const elsewhere = await servers.http((request, response) => {
    seen.push(request.headers.authorization);
    response.end('<html>Welcome</html>');
  });
  const { check, failed } = await failures({ AIVEN_WEB_URL: elsewhere });
  expect(failed).toEqual(['api-reachable']);
  expect(check('api-reachable').observed).toBe(`${elsewhere} answers 200, not as the Aiven API does`);
  expect(check('api-reachable').remedy).toContain('without /v1');
  expect(seen).toEqual([undefined]);
});

test.each([
  [-60_000, 'fail', /^(5\d s|1 min( \d s)?) ahead of that of the API$/],
  [60_000, 'fail', /behind that of the API$/],
  [15_000, 'warn', /^1\d s behind that of the API$/],
])('a clock that is %d ms off: %s', async (offMs, verdict, words) => {
  const skewed = await servers.http((_, response) => {
    response.setHeader('date', new Date(Date.now() + offMs).toUTCString());
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"message":"Missing (expired) db token","errors":[]}');
  });
  const { check } = await failures({ AIVEN_WEB_URL: skewed });
  expect(check('api-clock')).toMatchObject({
    verdict,
    observed: expect.stringMatching(words),
    remedy: expect.stringContaining('NTP'),
  });
});

test('an event log that the token may not read is a warning', async () => {
  const fault = lab.addFault({ match: { path: '/events' }, times: 0, do: { type: 'status', status: 403 } });
  const { check, failed } = await failures({});
  lab.clearFaults(fault.id);
  expect(failed).toEqual([]);
  expect(check('events-readable')).toMatchObject({
    verdict: 'warn',
    observed: expect.stringContaining('403'),
    remedy: expect.stringContaining('project:event_logs:read'),
  });
});

test('whoever does not answer is waited for no longer than the limit', async () => {
  const silent = await servers.silent();
  const began = Date.now();
  const { check, failed } = await failures({ AIVEN_WEB_URL: `http://${silent}`, TEMPORAL_ADDRESS: silent });
  expect(failed).toEqual(expect.arrayContaining(['api-reachable', 'temporal-reachable']));
  expect(check('api-reachable').observed).toBe('no answer within 5 s');
  expect(Date.now() - began).toBeLessThan(30_000);
});
