import { type FaultInput, type Lab, startLab } from '../../lab/src/lab';
import { ask, DIALECTS, getService, observe, promote, serviceUrl } from './client';

const WRITE = { method: 'PUT', service: 'pg-demo' };

describe.each(DIALECTS)('in the %s dialect', (dialect) => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await startLab({ dialect, backing: 'memory', transitionMs: 100 });
  });
  afterEach(() => lab.close());

  const isMoving = () => lab.pairs[0]?.status().primary.role === 'active';
  const lastWrite = () => lab.requests().findLast(({ method }) => method === 'PUT');

  describe('a fault on the write', () => {
    test.each<[string, FaultInput['do'], { applied: boolean }]>([
      ['lost before it is applied', { type: 'reset' }, { applied: false }],
      ['reset after it is applied', { type: 'reset', when: 'after' }, { applied: true }],
      ['applied without a reply', { type: 'lose-reply' }, { applied: true }],
    ])('%s: no answer', async (_what, action, { applied }) => {
      lab.addFault({ match: WRITE, do: action });
      await expect(promote(lab, 'pg-demo')).rejects.toThrow('fetch failed');
      expect(isMoving()).toBe(applied);
      expect(lastWrite()).toMatchObject({ status: null, effect: applied ? 'role-change' : 'none' });
    });

    test.each<[string, FaultInput['do'], { status: number; applied: boolean }]>([
      ['500 before', { type: 'status', status: 500 }, { status: 500, applied: false }],
      ['500 after', { type: 'status', status: 500, when: 'after' }, { status: 500, applied: true }],
      ['403', { type: 'status', status: 403 }, { status: 403, applied: false }],
      ['409', { type: 'status', status: 409, message: 'Not now' }, { status: 409, applied: false }],
      ['502 with a web page', { type: 'html' }, { status: 502, applied: false }],
    ])('%s: an answer that is not the true one', async (_what, action, { status, applied }) => {
      lab.addFault({ match: WRITE, do: action });
      expect((await promote(lab, 'pg-demo')).status).toBe(status);
      expect(isMoving()).toBe(applied);
      expect(lastWrite()).toMatchObject({ status, effect: applied ? 'role-change' : 'none' });
    });

    test('maintenance begins, or someone else is first, between check and write', async () => {
      const maintenance = { set: { 'maintenance.controlled_switchover.state': 'RUNNING' } };
      lab.addFault({
        match: WRITE,
        do: { type: 'change', change: { kind: 'override', service: 'pg-demo', ...maintenance } },
      });
      lab.addFault({ match: WRITE, do: { type: 'change', change: { kind: 'promote', service: 'pg-demo' } } });
      expect((await promote(lab, 'pg-demo')).status).toBe(200);
      expect(lastWrite()).toMatchObject({ effect: 'none' });
      expect(await getService(lab, 'pg-demo')).toMatchObject({
        maintenance: { controlled_switchover: { state: 'RUNNING' } },
      });
    });

    test('another switchover follows it', async () => {
      await promote(lab, 'pg-demo');
      await lab.pairs[0]?.settled();
      const change = { kind: 'promote', service: 'pg-demo-recovery' } as const;
      lab.addFault({ match: { method: 'GET', service: 'pg-demo' }, do: { type: 'change', change } });
      await getService(lab, 'pg-demo');
      await lab.pairs[0]?.settled();
      expect(lab.pairs[0]?.status()).toMatchObject({ recovery: { role: 'active' } });
    });
  });

  describe('how the API shows services', () => {
    test('both active, though only one is', async () => {
      lab.pairs[0]?.override('primary', { set: { disaster_recovery_role: 'active' } });
      const seen = await observe(lab);
      expect(seen.primary).toMatch(/^active RUNNING$/i);
      expect(seen.recovery).toMatch(/^active RUNNING$/i);
      expect(lab.pairs[0]?.status()).toMatchObject({ primary: { role: 'passive' } });
    });

    test('a role nobody knows, a role that is gone, a state nobody knows', async () => {
      lab.pairs[0]?.override('primary', { set: { disaster_recovery_role: 'sleeping', state: 'DREAMING' } });
      lab.pairs[0]?.override('recovery', { remove: ['disaster_recovery_role'] });
      const seen = await observe(lab);
      expect(seen.primary).toMatch(/^sleeping DREAMING$/i);
      expect(seen.recovery).toBe('undefined RUNNING');
    });

    test('a node that times out, and an integration twice', async () => {
      const { service_integrations } = await getService(lab, 'pg-demo');
      const twice = [service_integrations, service_integrations].flat();
      lab.pairs[0]?.override('primary', {
        set: { 'node_states.1.state': 'timing_out', service_integrations: twice },
      });
      const shown = await getService(lab, 'pg-demo');
      expect(shown.node_states).toMatchObject([{ state: 'running' }, { state: 'timing_out' }]);
      expect(shown.service_integrations).toHaveLength(2);
    });

    test('nothing of a service that vanishes after the write, until it is restored', async () => {
      const change = { kind: 'vanish', service: 'pg-demo-recovery' } as const;
      lab.addFault({ match: WRITE, do: { type: 'change', change, when: 'after' } });
      await promote(lab, 'pg-demo');
      expect((await ask(lab, 'GET', serviceUrl(lab, 'pg-demo-recovery'))).status).toBe(404);
      const { body } = await ask(lab, 'GET', `/v1/project/${lab.project}/service`);
      expect(body.services).toMatchObject([{ service_name: 'pg-demo' }]);
      lab.pairs[0]?.restore();
      expect((await ask(lab, 'GET', serviceUrl(lab, 'pg-demo-recovery'))).status).toBe(200);
    });
  });
});

describe('a fault', () => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await startLab({ backing: 'memory' });
  });
  afterEach(() => lab.close());

  const statuses = async (count: number, path = '/v1/me') => {
    const seen = [];
    for (let n = 0; n < count; n += 1) seen.push((await ask(lab, 'GET', path)).status);
    return seen;
  };

  test('meets one request, or so many, after having let some pass', async () => {
    lab.addFault({ match: { path: '/me', after: 1 }, times: 2, do: { type: 'status', status: 503 } });
    expect(await statuses(5)).toEqual([200, 503, 503, 200, 200]);
    expect(lab.faults()).toEqual([]);
  });

  test('meets all requests until it is cleared', async () => {
    const { id } = lab.addFault({ times: 0, do: { type: 'status', status: 503 } });
    lab.addFault({ times: Number.POSITIVE_INFINITY, do: { type: 'status', status: 500 } });
    expect(await statuses(3)).toEqual([503, 503, 503]);
    lab.clearFaults(id);
    expect(await statuses(3)).toEqual([500, 500, 500]);
    lab.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });

  test('is chosen by method, service and a part or pattern of the path', async () => {
    lab.addFault({ match: { path: '/^\\/v1\\/project$/' }, do: { type: 'status', status: 503 } });
    lab.addFault({ match: { service: 'pg-demo-recovery' }, do: { type: 'status', status: 500 } });
    lab.addFault({ match: { method: 'PUT' }, do: { type: 'status', status: 501 } });
    expect(await statuses(1, '/v1/project/crdr-lab')).toEqual([200]);
    expect(await statuses(1, '/v1/project')).toEqual([503]);
    expect(await statuses(1, serviceUrl(lab, 'pg-demo'))).toEqual([200]);
    expect(await statuses(1, serviceUrl(lab, 'pg-demo-recovery'))).toEqual([500]);
  });

  test('429 says how long to wait in the text, and in a header if told to', async () => {
    lab.addFault({ do: { type: 'status', status: 429 } });
    lab.addFault({ match: { after: 1 }, do: { type: 'status', status: 429, retryAfter: 7 } });
    const bare = await ask(lab, 'GET', '/v1/me');
    expect(bare.body.message).toMatch(/Rate limit 120 exceeded - try again in 28s$/);
    expect(bare.headers.get('retry-after')).toBeNull();
    const second = await ask(lab, 'GET', '/v1/me');
    expect(second.headers.get('retry-after')).toBe('7');
  });

  test('cuts the JSON of a reply in half', async () => {
    lab.addFault({ do: { type: 'cut-json' } });
    const { status, text } = await ask(lab, 'GET', '/v1/me');
    expect(status).toBe(200);
    expect(() => JSON.parse(text)).toThrow();
    expect(text).toMatch(/^\{"user"/);
  });

  test('keeps a reply back for longer than the caller waits, and does not keep the lab from closing', async () => {
    lab.addFault({ do: { type: 'delay', delayMs: 60_000, when: 'after' } });
    const signal = AbortSignal.timeout(100);
    const authorization = `aivenv1 ${lab.token}`;
    await expect(fetch(`${lab.baseUrl}/v1/me`, { headers: { authorization }, signal })).rejects.toThrow(
      /timeout/,
    );
    await lab.close();
  });

  test('comes and goes through the control path as well', async () => {
    const body = {
      match: { path: '/me' },
      do: { type: 'change', change: { kind: 'token', valid: false }, when: 'after' },
    };
    expect((await ask(lab, 'POST', '/_lab/faults', { body })).body).toMatchObject({
      id: 1,
      seen: 0,
      times: 1,
    });
    expect(await statuses(2)).toEqual([200, 401]);
    await ask(lab, 'POST', '/_lab/changes', { body: { kind: 'token', valid: true } });
    expect(await statuses(1)).toEqual([200]);
    await ask(lab, 'PATCH', '/_lab/services/pg-demo', { body: { set: { state: 'POWEROFF' } } });
    expect(await getService(lab, 'pg-demo')).toMatchObject({ state: 'POWEROFF' });
    await ask(lab, 'DELETE', '/_lab/services/pg-demo');
    expect(await getService(lab, 'pg-demo')).toMatchObject({ state: 'RUNNING' });
  });
});
