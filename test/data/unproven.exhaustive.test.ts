import type { Lab } from '../../lab/src/lab';
import { Databases } from '../../src/postgres';
import { useHarness } from '../workflows/harness';
import { accessTo } from './access';

const { scenario } = useHarness({ backing: 'postgres', accessTo: accessTo() });

/** As somebody who never ran deploy/database.sql would have it: a check warns of that and stops nobody. */
const withoutTable = scenario(async (it) => {
  await it.pair.query('recovery', 'DROP TABLE switchback.probe');
  return it.run();
});

const readOnly = scenario(async (it) => {
  await it.lab.apply({ kind: 'read-only', service: it.pair.recovery, on: true });
  const ended = await it.run({ mode: 'rehearse' });
  await it.lab.apply({ kind: 'read-only', service: it.pair.recovery, on: false });
  return ended;
});

const wrongServiceUri = (lab: Lab) => {
  const right = accessTo()(lab);
  const settings = lab.pairs.map(({ primary }) => {
    const found = right.of({ project: lab.project, primary });
    if (found === undefined) throw new Error('no access');
    const { connections, ...rest } = found.settings;
    const service = { ...connections.service, host: 'no-such-name.invalid' };
    return [`${lab.project}/${primary}`, { ...rest, connections: { ...connections, service } }];
  });
  return new Databases(Object.fromEntries(settings));
};
const { scenario: sceneMisled } = useHarness({ backing: 'postgres', accessTo: wrongServiceUri });
const misled = sceneMisled((it) => it.run({ endpointTimeout: '0s' }));

/** Access that leads nowhere, as behind a firewall. */
const nowhere = (lab: Lab) => {
  const door = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: async () => 'p' };
  const settings = {
    connections: { service: door, primary: door, recovery: door },
    resolvers: ['system'],
    probe: { rate: 20, retentionMs: 3_600_000 },
  };
  return new Databases(
    Object.fromEntries(lab.pairs.map(({ primary }) => [`${lab.project}/${primary}`, settings])),
  );
};
const { scenario: sceneOutOfReach } = useHarness({ accessTo: nowhere });
const outOfReach = sceneOutOfReach((it) =>
  it.run({
    acknowledge: [{ check: 'database-access', by: 'ops@example.com', reason: 'firewall' }],
    endpointTimeout: '0s',
  }),
);

const impatient = scenario((it) => it.run({ catchUpTimeout: '0s', settleWindow: '1s' }));

describe('a pair without the table', () => {
  test('is switched back all the same, without anybody deciding', async () => {
    const { report, effective, scenario: it } = await withoutTable();
    expect(report.checks?.find(({ id }) => id === 'probe-ready')?.verdict).toBe('warn');
    expect(report.outcome).toBe('switched-back');
    expect(report.decisions).toBeUndefined();
    expect(report.alarms?.filter(({ cause }) => cause === 'deadline') ?? []).toEqual([]);
    expect(effective).toEqual([it.pair.primary]);
  });

  test('and the report says what was not proven', async () => {
    const { report } = await withoutTable();
    expect(report.proof?.verdict).toBe('unproven');
    expect(report.notProven?.join()).toMatch(/Not proven: the Service URI takes a write \(.*42P01/);
  });
});

describe('a rehearsal on a side that takes no writes', () => {
  test('ends, and says so instead of waiting for it', async () => {
    const { report, writes } = await readOnly();
    expect(report.outcome).toBe('rehearsed');
    expect(writes).toEqual([]);
    expect(report.headline).toMatch(/Not proven now: the Service URI takes a write/);
    expect(report.notProven?.join()).toMatch(/25006/);
    expect(report).not.toHaveProperty('degraded');
  });
});

test('who does not wait for a lag gets through when there is none', async () => {
  const { report } = await impatient();
  expect(report.outcome).toBe('switched-back');
});

describe('databases that cannot be reached, which somebody answers for', () => {
  test('do not keep the run, and the report says that nothing was proven', async () => {
    const { report, effective, scenario: it } = await outOfReach();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toEqual([it.pair.primary]);
    expect(report.proof?.verdict).toBe('unproven');
    expect(report.probe?.problem).toMatch(/not one row could be written: ECONNREFUSED/);
    expect(report.notProven?.join()).toMatch(/Not proven: the Service URI takes a write \(.*ECONNREFUSED/);
  });
});

describe('a Service URI that is wrong', () => {
  test('is told before the write', async () => {
    const { report } = await misled();
    const check = report.checks?.find(({ id }) => id === 'probe-ready');
    expect(check).toMatchObject({ verdict: 'warn', observed: expect.stringContaining('ENOTFOUND') });
  });

  test('does not keep the run after it, where both sides hold what can be looked at', async () => {
    const { report } = await misled();
    expect(report.outcome).toBe('switched-back');
    expect(report.proof?.steps.find(({ id }) => id === 'passive-is-standby')?.verdict).toBe('pass');
    expect(report.notProven?.join()).toMatch(/Not proven: the Service URI takes a write \(.*ENOTFOUND/);
  });
});
