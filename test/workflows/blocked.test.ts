import { MESSAGE_LIMIT } from '../../src/contract/briefly';
import { stops } from '../../src/contract/checks';
import { DIALECTS, type Ended, type Scenario, useHarness } from './harness';

type Play = (scenario: Scenario) => Promise<Ended>;

interface Row {
  what: string;
  play: Play;
  /** The checks that say no, those that are unknown left out. */
  blocking: string[];
  says: RegExp;
}

const everyRead = (service: string) => ({ match: { method: 'GET', service }, times: 0 });

const ROWS: Row[] = [
  {
    what: 'the recovery service named as if it were the primary',
    play: (it) => it.run({ service: it.pair.recovery }),
    blocking: ['named-is-primary'],
    says: /the primary is pg-demo(-\d+)?.*Start again with \{"service":"pg-demo(-\d+)?"\}: .* would be a switchover/s,
  },
  {
    what: 'the recovery service named on a pair at home, where that would be a switchover',
    play: async (it) => {
      await it.pair.switchback();
      return it.run({ service: it.pair.recovery });
    },
    blocking: ['named-is-primary'],
    says: /would be a switchover/,
  },
  {
    what: 'another service named as the recovery',
    play: (it) => it.run({ recovery: 'pg-other' }),
    blocking: ['services-exist', 'crdr-peers'],
    says: /services-exist, crdr-peers stand against it\. .*Service pg-other does not exist/,
  },
  {
    what: 'a service that does not exist',
    play: (it) => it.run({ service: 'pg-nobody' }),
    blocking: ['services-exist'],
    says: /Service pg-nobody does not exist.*Check the spelling/s,
  },
  {
    what: 'a project that the token may not see',
    play: (it) => it.run({ project: 'elsewhere' }),
    blocking: ['services-exist'],
    says: /403 Not a project member/,
  },
  {
    what: 'two services that are no pair',
    play: (it) => {
      it.pair.override('recovery', { set: { service_integrations: [] } });
      return it.run();
    },
    blocking: ['crdr-peers'],
    says: /has no peer/,
  },
  {
    what: 'a recovery service that has another partner',
    play: (it) => {
      it.pair.override('recovery', { set: { 'service_integrations.0.source_service': 'pg-other' } });
      return it.run();
    },
    blocking: ['crdr-peers'],
    says: /-recovery has peer pg-other \(expected pg-demo(-\d+)?\)/,
  },
  {
    what: 'a primary that has failed',
    play: (it) => {
      it.pair.set('primary', { role: 'failed', state: 'POWEROFF' });
      return it.run();
    },
    blocking: ['switchover-completed', 'both-settled'],
    says: /Rebuild the failed primary first/,
  },
  {
    what: 'a recovery service that has failed',
    play: (it) => {
      it.pair.set('recovery', { role: 'failed' });
      return it.run();
    },
    blocking: ['switchover-completed'],
    says: /failed\/RUNNING/,
  },
  {
    what: 'both active',
    play: (it) => {
      it.pair.set('primary', { role: 'active' });
      return it.run();
    },
    blocking: ['switchover-completed'],
    says: /active\/RUNNING; .*active\/RUNNING/,
  },
  {
    what: 'a node that is not running',
    play: (it) => {
      it.pair.override('recovery', { set: { 'node_states.1.state': 'timing_out' } });
      return it.run();
    },
    blocking: ['both-settled'],
    says: /node pg-demo(-\d+)?-recovery-2 timing_out/,
  },
  {
    what: 'a state that nobody knows',
    play: (it) => {
      it.pair.override('primary', { set: { state: 'DREAMING' } });
      return it.run();
    },
    blocking: [],
    says: /unknown state "DREAMING"/,
  },
  {
    what: 'a role that nobody knows',
    play: (it) => {
      it.pair.override('primary', { set: { disaster_recovery_role: 'sleeping' } });
      return it.run();
    },
    blocking: [],
    says: /unknown (role "sleeping"|status "Sleeping")/,
  },
  {
    what: 'another kind of database',
    play: (it) => {
      it.pair.override('primary', { set: { service_type: 'mysql' } });
      return it.run();
    },
    blocking: ['postgresql'],
    says: /is mysql/,
  },
  {
    what: 'an API that does not answer',
    play: (it) => {
      it.lab.addFault({ ...everyRead(it.pair.primary), do: { type: 'status', status: 503 } });
      return it.run();
    },
    blocking: [],
    says: /503 Service Unavailable/,
  },
];

describe.each(DIALECTS)('nothing is written, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect });
  const { scenario: atHome } = useHarness({ dialect, state: 'fresh' });
  const rows = ROWS.map((row) => ({
    ...row,
    ended: scenario(row.play),
  }));

  test.each(rows)('given $what', async ({ ended, blocking, says }) => {
    const { code, message, report, writes } = await ended();
    expect(code).toBe('BLOCKED');
    expect(writes).toEqual([]);
    expect(message).toMatch(says);
    expect(report).toMatchObject({ outcome: 'blocked', code: 'BLOCKED', requests: { writes: 0 } });
    expect(report.checks?.filter(({ verdict }) => verdict === 'block').map(({ id }) => id)).toEqual(blocking);
    expect(report).not.toHaveProperty('pointOfNoReturn');
  });

  test.each(rows)('and the failure names each check that stands against it: $what', async ({ ended }) => {
    const { message, report, scenario } = await ended();
    const stopping = report.checks?.filter((check) => check.severity === 'block' && stops(check)) ?? [];
    const blocking = stopping.filter(({ verdict }) => verdict === 'block');
    // One service that cannot be read leaves many checks unknown: the first three say it all.
    const named = blocking.length > 0 ? blocking : stopping.slice(0, 3);
    expect(named).not.toEqual([]);
    for (const { id } of named) expect(message).toContain(id);
    expect(message.length).toBeLessThanOrEqual(MESSAGE_LIMIT);
    expect(message).toContain(`Nothing was written to ${report.primary}: `);
    expect(message).toContain(`Next: ${named[0]?.remedy.slice(0, 30)}`);
    const status = await scenario.status();
    expect(status).toMatchObject({ phase: 'report', outcome: 'blocked', checks: report.checks });
  });

  const swapped = atHome(async (it) => {
    await it.start({ service: it.pair.recovery, recovery: it.pair.primary });
    const { plan } = await it.until('it asks', ({ phase }) => phase === 'approval');
    const writes = it.pair.requests().filter(({ method }) => method === 'PUT');
    await it.harness.client.acknowledge(it.workflowId, {
      check: 'named-is-primary',
      by: 'ops@example.com',
      reason: 'the integration was made anew',
    });
    return { plan, writesBefore: writes.length, ...(await it.end()) };
  });

  test('both names swapped on a healthy pair: a person is asked, and the report says what was done', async () => {
    const { plan, writesBefore, report, effective, scenario } = await swapped();
    const { primary, recovery } = scenario.pair;
    expect(plan?.toAcknowledge).toContain('named-is-primary');
    expect(writesBefore).toBe(0);
    expect(report).toMatchObject({ outcome: 'switched-back', primary: recovery });
    expect(report.headline).toMatch(
      new RegExp(
        `This was a switchover if the API is right: ${primary} is .*, and the input calls ${recovery} the primary \\(.* was made on .*\\)\\.`,
      ),
    );
    expect(effective).toEqual([recovery]);
  });
});

describe.each(DIALECTS)('with a token that the API refuses, in the %s dialect', (dialect) => {
  const { scenario } = useHarness({ dialect, workerToken: 'not-the-token-of-the-lab' });
  const refused = scenario((it) => it.run());

  test('nothing is written, and the failure says that it is the token', async () => {
    const { code, message, report, writes, scenario } = await refused();
    expect(code).toBe('BLOCKED');
    expect(writes).toEqual([]);
    expect(report.checks?.find(({ id }) => id === 'token-valid')).toMatchObject({ verdict: 'block' });
    expect(message).toMatch(/Nothing was written to \S+: the check token-valid .*401.*AIVEN_TOKEN/s);
    const { json } = await scenario.history();
    expect(json).not.toContain('not-the-token-of-the-lab');
  });
});

describe('an input that is not valid', () => {
  const { harness, scenario } = useHarness({});
  const faulty = scenario(async (it) => {
    const input = { service: 7, onTimeout: 'panic', settleWindow: 10, nope: 1 };
    await harness().startWith(input, it.workflowId);
    return { ...(await it.end()), ...(await it.history()) };
  });
  const none = scenario(async (it) => {
    await harness().startWith(undefined, it.workflowId);
    return it.end();
  });

  test('ends the run at once with every fault in one message', async () => {
    const { code, message, report } = await faulty();
    expect(code).toBe('INVALID_INPUT');
    for (const field of ['project', 'service', 'onTimeout', 'settleWindow', 'nope']) {
      expect(message).toContain(`"${field}"`);
    }
    expect(message).toContain('{"project":"my-project","service":"my-primary-service"}');
    expect(report).toMatchObject({ outcome: 'invalid-input', requests: { reads: 0, writes: 0 } });
  });

  test('runs no activity and leaves the API alone', async () => {
    const { types, requests } = await faulty();
    expect(types.filter((type) => type.startsWith('ACTIVITY'))).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('may be no input at all', async () => {
    const { code, message } = await none();
    expect(code).toBe('INVALID_INPUT');
    expect(message).toContain('the input must be one JSON object, but it is missing');
  });
});
