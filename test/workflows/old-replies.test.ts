import { type Scenario, useHarness } from './harness';

const LONG_AGO = '2026-01-01T00:00:00Z';

/** What a cache kept since the pair was at home: both services, until so many reads of the primary have passed. */
async function keptReplies(it: Scenario, reads: number): Promise<void> {
  const { primary, recovery } = it.pair;
  it.pair.override('primary', { set: { disaster_recovery_role: 'active', update_time: LONG_AGO } });
  it.pair.override('recovery', { set: { disaster_recovery_role: 'passive', update_time: LONG_AGO } });
  for (const service of [primary, recovery]) {
    it.lab.addFault({
      match: { method: 'GET', path: `/service\\/${primary}$/`, after: reads },
      do: { type: 'change', change: { kind: 'restore', service } },
    });
  }
}

const { scenario } = useHarness({ dialect: 'role' });

const atRest = scenario(async (it) => {
  await keptReplies(it, 2);
  return it.run({ convergeTimeout: '1s', decisionWindow: '0s' });
});

test('one old reply for each service does not end a run as already-primary', async () => {
  const { code, report, writes, roles } = await atRest();
  expect(roles).toBe('passive/active');
  expect(code).toBe('DRIFTED');
  expect(report.outcome).not.toBe('already-primary');
  expect(writes).toEqual([]);
});
