import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { AVN_VERSION, installAvn } from '../../lab/src/bench/avn';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';

// Aiven's own command line client against the lab: what it takes for the real API is near enough to it.

const CACHE = resolve(__dirname, '../../.cache/avn');
const PYTHON = resolve(CACHE, 'bin/python3');

const missing = installAvn();
if (missing) process.stderr.write(`avn is not tested: ${missing}\n`);

(missing ? describe.skip : describe)(`avn ${AVN_VERSION}`, () => {
  let lab: Lab;
  let pair: LabPair;

  beforeAll(async () => {
    lab = await startLab({ backing: 'memory', transitionMs: 200 });
    [pair] = lab.pairs as [LabPair];
  });
  afterAll(() => lab.close());
  beforeEach(() => lab.clearRequests());

  function avn(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const env = {
      PATH: process.env.PATH,
      AIVEN_WEB_URL: lab.baseUrl,
      AIVEN_AUTH_TOKEN: lab.token,
      AIVEN_PROJECT: lab.project,
      AIVEN_CONFIG_DIR: CACHE,
    };
    return new Promise((done) => {
      const child = execFile(PYTHON, ['-m', 'aiven.client', ...args], { env }, (_error, out, err) =>
        done({ code: child.exitCode ?? -1, out, err }),
      );
    });
  }

  const calls = () =>
    lab.requests().map(({ method, path }) => `${method} ${path.replace('/v1/project/crdr-lab', '')}`);

  test('service get', async () => {
    const { code, out } = await avn('service', 'get', 'pg-demo', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      service_name: 'pg-demo',
      state: 'RUNNING',
      disaster_recovery_role: 'passive',
    });
    const table = await avn('service', 'get', 'pg-demo', '-v');
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/pg-demo-1\s+running/);
  });

  test('service list', async () => {
    const { code, out } = await avn('service', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^pg-demo-recovery\s+pg\s+RUNNING\s+google-europe-west4\s+business-8/m);
  });

  test('service integration-list', async () => {
    const { code, out } = await avn('service', 'integration-list', 'pg-demo', '-v');
    expect(code).toBe(0);
    expect(out).toMatch(/pg-demo\s+pg-demo-recovery\s+disaster_recovery\s+true\s+true/);
  });

  test('service connection-info', async () => {
    const { code, out } = await avn(
      'service',
      'connection-info',
      'pg',
      'uri',
      'pg-demo',
      '--usage',
      'disaster_recovery',
    );
    expect(code).toBe(0);
    expect(out).toContain('dr-pg-demo.lab.invalid');
  });

  test('user info, access tokens, versions', async () => {
    expect((await avn('user', 'info')).out).toContain('lab-user@example.com');
    expect((await avn('user', 'access-token', 'list')).code).toBe(0);
    expect((await avn('service', 'versions')).out).toMatch(/pg\s+18\s+available/);
  });

  test('service update --disaster-recovery-role active switches back, and wait sees the end of it', async () => {
    expect(await avn('service', 'update', 'pg-demo', '--disaster-recovery-role', 'active')).toMatchObject({
      code: 0,
      out: '',
    });
    expect(calls()).toEqual(['GET /service/pg-demo', 'GET /service-types/pg', 'PUT /service/pg-demo']);
    expect(lab.requests()[2]).toMatchObject({
      effect: 'role-change',
      userAgent: `aiven-client/${AVN_VERSION}`,
    });
    expect((await avn('service', 'wait', 'pg-demo', 'pg-demo-recovery')).code).toBe(0);
    expect(pair.status()).toMatchObject({ primary: { role: 'active', state: 'RUNNING' } });
    const { out } = await avn('events');
    expect(out).toMatch(/service_disaster_recovery_transition\s+pg-demo/);
  }, 30_000);

  test('says what the API said when it refuses', async () => {
    pair.set('primary', { role: 'failed', state: 'POWEROFF' });
    const failed = await avn('service', 'update', 'pg-demo', '--disaster-recovery-role', 'active');
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/Service 'crdr-lab\/pg-demo' update failed: .*has failed/);
    expect((await avn('service', 'get', 'nope')).err).toContain('Service nope does not exist');
  });
});
