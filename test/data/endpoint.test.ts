import { useHarness } from '../workflows/harness';
import { accessTo } from './access';

const { scenario } = useHarness({ backing: 'postgres', resolvers: 2, accessTo: accessTo() });

const staysBehind = scenario(async (it) => {
  await it.lab.apply({ kind: 'resolver', service: it.pair.primary, resolver: 2, follows: false });
  const ended = await it.run({ endpointTimeout: '3s' });
  return { ...ended, resolver: it.pair.resolvers[1]?.address ?? '' };
});

const comesLate = scenario(async (it) => {
  await it.lab.apply({ kind: 'resolver', service: it.pair.primary, resolver: 2, follows: false });
  await it.start({ endpointTimeout: '2m' });
  const waiting = await it.until(
    'the endpoint',
    (status) => status.waiting?.for === 'the Service URI to follow',
  );
  await it.lab.apply({ kind: 'resolver', service: it.pair.primary, resolver: 2, follows: true });
  return { ...(await it.end()), waiting };
});

const movesMeanwhile = scenario(async (it) => {
  await it.lab.apply({ kind: 'resolver', service: it.pair.primary, resolver: 2, follows: false });
  // It says that it waits after 5 s or more, and looks at the services when the time is over: between is the move.
  await it.start({ endpointTimeout: '45s', convergeTimeout: '3s', decisionWindow: '2m' });
  await it.until('the endpoint', (status) => status.waiting?.for === 'the Service URI to follow');
  await it.pair.switchover();
  const asked = await it.until(
    'it asks about a pair that has moved',
    ({ phase, situation }) => phase === 'needs-operator' && situation === 'recovery-active',
  );
  await it.decide('accept');
  return { ...(await it.end()), asked };
});

test('a pair that moves while its Service URI is waited for is not called home', async () => {
  const { report, asked } = await movesMeanwhile();
  expect(asked.situation).toBe('recovery-active');
  expect(report.outcome).toBe('accepted');
  expect(report.degraded).toBeUndefined();
});

describe('a Service URI that keeps pointing at the old side for one resolver', () => {
  test('leaves the result degraded, with who still sees the old side', async () => {
    const { report, resolver } = await staysBehind();
    expect(report.outcome).toBe('switched-back');
    expect(report.degraded).toBe('endpoint');
    expect(report.headline).toContain(
      `Degraded: the Service URI does not lead everybody there yet (${resolver}: `,
    );
    expect(report.proof?.verdict).toBe('proven');
  });

  test('is waited for, and the result is whole once it follows', async () => {
    const { report, waiting } = await comesLate();
    expect(waiting.endpoint?.agreed).toBe(false);
    expect(report.outcome).toBe('switched-back');
    expect(report.degraded).toBeUndefined();
    expect(report.endpoint?.agreed).toBe(true);
  });
});
