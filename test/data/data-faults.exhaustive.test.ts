import { type Ended, poll, type Scenario, useHarness } from '../workflows/harness';
import { accessTo } from './access';

const { scenario } = useHarness({ backing: 'postgres', accessTo: accessTo() });

const READ_ONLY = /25006|read-only/;

/** What a check of the report says, in short. */
function checkOf({ report }: Pick<Ended, 'report'>, id: string) {
  const { verdict, severity, observed } = report.checks?.find((check) => check.id === id) ?? {};
  return { verdict, severity, observed };
}

/** Acknowledges every soft finding of these by name. */
const acknowledging = (...checks: string[]) => ({
  acknowledge: checks.map((check) => ({ check, by: 'ops@example.com', reason: 'INC-123' })),
});

describe('a primary that says active but is read-only', () => {
  const asked = scenario(async (it) => {
    it.pair.behave({ readOnly: true });
    await it.start({ convergeTimeout: '12s', decisionWindow: '0s' });
    // On a slow machine it asks before PostgreSQL has said why.
    const status = await it.until(
      'it asks, and says why',
      ({ phase, waiting, alarms }) =>
        phase === 'needs-operator' &&
        waiting?.for === 'the update decide' &&
        READ_ONLY.test(`${alarms?.map(({ message }) => message)}`),
    );
    const seen: string[] = [];
    while (seen.length < 40) {
      const { phase, waiting, answers } = await it.status();
      seen.push(`${phase}, waits for ${waiting?.for}, ${answers?.length} answers`);
      await new Promise((done) => setTimeout(done, 200));
    }
    await it.lab.apply({ kind: 'read-only', service: it.pair.primary, on: false });
    return { ...(await it.end()), status, seen: [...new Set(seen)] };
  });

  test('is not done: the run waits, then asks', async () => {
    const { status } = await asked();
    expect(status.situation).toBe('primary-active');
    expect(status.alarms?.map(({ message }) => message).join()).toMatch(READ_ONLY);
  });

  test('goes on asking while it tries again to prove it', async () => {
    const { seen } = await asked();
    expect(seen).toEqual([
      expect.stringMatching(/^needs-operator, waits for the update decide, [34] answers$/),
    ]);
  });

  test('is done once writes arrive, without anybody deciding', async () => {
    const { report } = await asked();
    expect(report.outcome).toBe('switched-back');
    expect(report.proof?.verdict).toBe('proven');
    expect(report.decisions).toBeUndefined();
  });

  test('counts what applications saw: read-only errors, and a gap as long as that', async () => {
    const { report } = await asked();
    expect(report.probe?.errors['25006']).toBeGreaterThan(0);
    expect(report.probe?.gap?.ms).toBeGreaterThan(10_000);
  });
});

describe('a replay that is paused', () => {
  const paused = scenario(async (it) => {
    await it.lab.apply({ kind: 'replay', service: it.pair.primary, paused: true });
    const blocked = await it.run();
    await it.lab.apply({ kind: 'replay', service: it.pair.primary, paused: false });
    return blocked;
  });

  test('blocks before anything is written', async () => {
    const ended = await paused();
    expect(ended.code).toBe('BLOCKED');
    expect(ended.writes).toEqual([]);
    expect(checkOf(ended, 'replay-running')).toMatchObject({ verdict: 'block', severity: 'block' });
  });
});

describe('a transaction that has been open for long', () => {
  const long = scenario(async (it) => {
    await it.lab.apply({ kind: 'long-transaction', service: it.pair.recovery, open: true });
    await aged(it);
    const stopped = await it.run({ approvalWindow: '1s' });
    const acknowledged = await it.run(acknowledging('long-transactions'));
    return { stopped, acknowledged };
  });

  test('needs somebody to answer for it', async () => {
    const { stopped } = await long();
    expect(stopped.code).toBe('APPROVAL_EXPIRED');
    expect(checkOf(stopped, 'long-transactions')).toMatchObject({ verdict: 'block', severity: 'ack' });
  });

  test('is passed over when somebody does', async () => {
    const { acknowledged } = await long();
    expect(acknowledged.report.outcome).toBe('switched-back');
  });
});

/** Resolves when a transaction that has written is as old as the check speaks of. */
function aged(it: Scenario) {
  const long = `SELECT FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start < now() - interval '11 s'`;
  return poll(
    'a long transaction',
    () => it.pair.query('recovery', long),
    (rows) => rows.length > 0,
  );
}

describe('an extension that the primary does not offer', () => {
  const missing = scenario(async (it) => {
    await it.pair.query('recovery', 'CREATE EXTENSION citext');
    await it.lab.apply({ kind: 'extension', service: it.pair.primary, name: 'citext', available: false });
    return it.run({ approvalWindow: '1s' });
  });

  test('needs somebody to answer for it', async () => {
    const ended = await missing();
    expect(ended.code).toBe('APPROVAL_EXPIRED');
    expect(checkOf(ended, 'extensions')).toMatchObject({ verdict: 'block', severity: 'ack' });
    expect(checkOf(ended, 'extensions').observed).toMatch(/citext/);
  });
});

describe('a recovery service with a lower max_connections than the primary', () => {
  const lower = scenario(async (it) => {
    await it.lab.apply({ kind: 'settings', service: it.pair.primary, set: { max_connections: '150' } });
    return it.run();
  });

  test('blocks: it could not be a standby of the primary', async () => {
    const ended = await lower();
    expect(ended.code).toBe('BLOCKED');
    expect(ended.writes).toEqual([]);
    expect(checkOf(ended, 'standby-settings').observed).toMatch(/max_connections/);
  });
});
