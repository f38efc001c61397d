import { type Lab, startLab } from '../../lab/src/lab';
import { ask, DIALECTS, getService, type Json, observe, promote, serviceUrl, until } from './client';

const TRANSITION_MS = 200;
/** For who wants to see what is in between: longer than a machine stands still. */
const SLOW_TRANSITION_MS = 4_000;

describe.each(DIALECTS)('a role change in the %s dialect', (dialect) => {
  const shown = (role: string, state = 'RUNNING') => {
    if (dialect === 'role') return `${role} ${state}`;
    const status = { REBUILDING: 'Rebuilding', REBALANCING: 'Rebalancing' }[state];
    return `${status ?? role.charAt(0).toUpperCase() + role.slice(1)} ${state}`;
  };
  const READY = { primary: shown('passive'), recovery: shown('active') };
  const HOME = { primary: shown('active'), recovery: shown('passive') };
  let lab: Lab;

  beforeEach(async () => {
    lab = await startLab({ dialect, backing: 'memory', transitionMs: TRANSITION_MS });
  });
  afterEach(() => lab.close());

  async function startSlowLab(): Promise<void> {
    await lab.close();
    lab = await startLab({ dialect, backing: 'memory', transitionMs: SLOW_TRANSITION_MS });
  }

  test('goes from ready over the states in between to the primary active', async () => {
    await startSlowLab();
    expect(await observe(lab)).toEqual(READY);
    const before = await getService(lab, 'pg-demo');
    expect((await promote(lab, 'pg-demo')).status).toBe(200);
    const moving = { primary: shown('active', 'REBUILDING'), recovery: shown('passive', 'REBALANCING') };
    await until(
      () => observe(lab),
      (seen) => seen.primary === moving.primary && seen.recovery === moving.recovery,
    );
    const { node_states } = await getService(lab, 'pg-demo');
    expect(node_states).toMatchObject([{ state: 'syncing_data', role: 'standby' }, { state: 'running' }]);
    await until(
      () => observe(lab),
      (seen) => seen.primary === HOME.primary && seen.recovery === HOME.recovery,
    );
    const after = await getService(lab, 'pg-demo');
    expect(after.node_states).toMatchObject([
      { state: 'running', role: 'master' },
      { state: 'running', role: 'standby' },
    ]);
    expect(Date.parse(String(after.update_time))).toBeGreaterThan(Date.parse(String(before.update_time)));
  });

  test('is recorded, newest event first', async () => {
    await promote(lab, 'pg-demo');
    await lab.pairs[0]?.settled();
    const { body } = await ask(lab, 'GET', `/v1/project/${lab.project}/events?limit=4`);
    expect((body.events as Json[]).map((event) => [event.event_type, event.actor])).toEqual([
      ['service_master_promotion', 'Aiven Automation'],
      ['service_disaster_recovery_transition', 'Aiven Automation'],
      ['service_update', 'lab-user@example.com'],
      ['service_disaster_recovery_transition', 'Aiven Automation'],
    ]);
  });

  test('asked for again changes nothing and is refused to the other side until it is over', async () => {
    await startSlowLab();
    await promote(lab, 'pg-demo');
    expect((await promote(lab, 'pg-demo')).status).toBe(200);
    const refused = await promote(lab, 'pg-demo-recovery');
    expect(refused).toMatchObject({ status: 409, body: { errors: [{ status: 409 }] } });
    expect(lab.requests().flatMap(({ effect, status }) => (effect ? [[effect, status]] : []))).toEqual([
      ['role-change', 200],
      ['none', 200],
      ['none', 409],
    ]);
  });

  test('there and back leaves the integration as it was', async () => {
    const before = await getService(lab, 'pg-demo');
    await lab.pairs[0]?.switchback();
    await lab.pairs[0]?.switchover();
    expect(await observe(lab)).toEqual(READY);
    const after = await getService(lab, 'pg-demo-recovery');
    expect(after.service_integrations).toEqual(before.service_integrations);
    expect(after.service_integrations).toMatchObject([
      { source_service: 'pg-demo', dest_service: 'pg-demo-recovery' },
    ]);
  });

  test('stuck leaves the way back open', async () => {
    lab.pairs[0]?.behave({ stuck: true });
    await promote(lab, 'pg-demo');
    await lab.pairs[0]?.settled();
    expect(await observe(lab)).toEqual({
      primary: shown('active', 'REBUILDING'),
      recovery: shown('passive'),
    });
    expect((await promote(lab, 'pg-demo-recovery')).status).toBe(200);
    await lab.pairs[0]?.settled();
    expect(await observe(lab)).toEqual(READY);
  });

  test('is refused to a failed service', async () => {
    lab.pairs[0]?.set('primary', { role: 'failed', state: 'POWEROFF' });
    expect(await promote(lab, 'pg-demo')).toMatchObject({ status: 409 });
    expect(await observe(lab)).toEqual({ ...READY, primary: shown('failed', 'POWEROFF') });
  });
});

test('the two dialects do not know each other', async () => {
  const role = await startLab({ backing: 'memory' });
  const other = await startLab({ backing: 'memory', dialect: 'promote-to-master' });
  try {
    expect(await ask(role, 'GET', `${serviceUrl(role, 'pg-demo')}/disaster-recovery`)).toMatchObject({
      status: 404,
    });
    expect(await getService(other, 'pg-demo')).not.toHaveProperty('disaster_recovery_role');
    const body = { disaster_recovery_role: 'active' };
    const message = `Invalid input: Additional properties are not allowed ('disaster_recovery_role' was unexpected)`;
    expect(await ask(other, 'PUT', serviceUrl(other, 'pg-demo'), { body })).toMatchObject({
      status: 400,
      body: { message },
    });
    expect(
      (
        await ask(role, 'PUT', serviceUrl(role, 'pg-demo'), {
          body: { disaster_recovery_promote_to_master: true },
        })
      ).status,
    ).toBe(400);
    const { body: reply } = await ask(
      other,
      'GET',
      `${serviceUrl(other, 'pg-demo-recovery')}/disaster-recovery`,
    );
    expect(reply).toEqual({
      disaster_recovery: {
        primary: { service_name: 'pg-demo', cloud_name: 'google-europe-west1', status: 'Passive' },
        recovery: { service_name: 'pg-demo-recovery', cloud_name: 'google-europe-west4', status: 'Active' },
      },
    });
  } finally {
    await Promise.all([role.close(), other.close()]);
  }
});

test('hundreds of pairs change roles side by side', async () => {
  const lab = await startLab({ backing: 'memory', pairs: 300, transitionMs: 100 });
  try {
    expect(lab.pairs[299]?.recovery).toBe('pg-demo-300-recovery');
    await Promise.all(lab.pairs.map((pair) => pair.switchback()));
    expect(lab.pairs.every((pair) => pair.status().primary.role === 'active')).toBe(true);
  } finally {
    await lab.close();
  }
});

test('a fresh lab has the primary active', async () => {
  const lab = await startLab({ backing: 'memory', state: 'fresh' });
  try {
    expect(await observe(lab)).toEqual({ primary: 'active RUNNING', recovery: 'passive RUNNING' });
  } finally {
    await lab.close();
  }
});
