import { useHarness } from './harness';

const { scenario } = useHarness({});

const changed = scenario(async (it) => {
  const { primary, recovery } = it.pair;
  it.pair.override('recovery', { set: { tags: { team: 'orders' } } });
  it.pair.override('primary', { set: { tags: { team: 'orders' }, plan: 'business-16' } });
  // The role change takes the tags of the primary with it, as a change that nobody announced would.
  it.lab.addFault({
    match: { method: 'PUT', service: primary },
    do: { type: 'change', change: { kind: 'override', service: primary, set: { tags: {} } } },
  });
  return { ...(await it.run()), primary, recovery };
});

const same = scenario((it) => it.run());

test('what differs between the two services is in the report, with what to do', async () => {
  const { report } = await changed();
  const plan = report.parity?.differences.find(({ field }) => field === 'plan');
  expect(plan).toMatchObject({ primary: 'business-16', recovery: 'business-8' });
  expect(plan?.remedy).not.toBe('');
});

test('what the switchback lost is in the report, with what to do', async () => {
  const { report, primary } = await changed();
  expect(report.outcome).toBe('switched-back');
  const lost = report.parity?.changes.filter(({ service }) => service === primary) ?? [];
  expect(lost.map(({ field }) => field).join()).toMatch(/tag/);
  expect(lost[0]?.remedy).not.toBe('');
});

test('a pair that is alike, and stays as it was, has nothing to tell', async () => {
  const { report } = await same();
  expect(report.parity).toEqual({ differences: [], changes: [] });
});
