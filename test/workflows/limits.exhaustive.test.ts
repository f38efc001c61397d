import { approvePlan } from '../support/approve-plan';
import { replyTo, useHarness } from './harness';

const OPS = { by: 'ops@example.com', reason: 'INC-123' };
const APPROVAL = { approval: 'required', requestedBy: 'sre@example.com', reason: 'INC-7' };
const { scenario } = useHarness({ dialect: 'role' });

const crowded = scenario(async (it) => {
  await it.start(APPROVAL);
  await it.until('it asks', ({ phase }) => phase === 'approval');
  const input = { project: it.lab.project, service: it.pair.primary };
  const attach = () =>
    it.handle.executeUpdate('attach', { args: [input] }).then(
      () => '',
      ({ cause }: Error) => (cause as Error).message,
    );
  let refusal = '';
  while (refusal === '') refusal = (await Promise.all(Array.from({ length: 5 }, attach))).at(-1) ?? '';
  const run = await it.harness.client.startOrAttach({ ...input, settleWindow: '9s' } as never);
  expect(run).toMatchObject({
    attached: true,
    differences: expect.arrayContaining([expect.stringMatching(/^settleWindow: 9.0 s was asked for/)]),
  });
  await approvePlan(it.harness.client, it.workflowId, { by: 'lead@example.com', reason: 'INC-7' });
  return { it, refusal };
});

test('attaching to a run leaves room for those who decide', async () => {
  const { it, refusal } = await crowded();
  expect(refusal).toContain('Too many have attached');
  expect((await it.end()).report.outcome).toBe('switched-back');
});

const approvals = scenario(async (it) => {
  it.pair.behave({ stuck: true });
  await it.start({ approval: 'required', requestedBy: 'ann@example.com', onTimeout: 'hold' });
  const { plan } = await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
  const approval = { ...OPS, fingerprint: plan?.fingerprint ?? '' };
  const replies = [];
  // Temporal takes ten messages of a run at a time.
  while (replies.length < 105) {
    const five = Array.from({ length: 5 }, () => replyTo(it.harness.client.approve(it.workflowId, approval)));
    replies.push(...(await Promise.all(five)));
  }
  await it.until('it waits for the pair', ({ phase }) => phase === 'converge');
  await it.unstick();
  const refused = replies.flatMap(({ refusal }) => refusal || []);
  return { refused, ...(await it.end()) };
});

test('an approval that is sent for ever leaves room for a decision', async () => {
  const { refused, report } = await approvals();
  expect(refused).toHaveLength(5);
  expect(refused[0]).toContain('Too many have approved this run');
  expect(report.outcome).toBe('switched-back');
});

/** What test/workflows/budget.test.ts reckons with. */
const EVENTS_PER_CHANGE = 9;
const CHANGES = 10;

const flapping = scenario(async (it) => {
  it.pair.behave({ stuck: true });
  await it.start({ onTimeout: 'hold' });
  await it.until('it waits', ({ situation }) => situation === 'moving');
  const { recovery: service } = it.pair;
  const before = (await it.history()).types.length;
  for (let change = 0; change < CHANGES; change += 2) {
    await it.lab.apply({ kind: 'override', service, set: { disaster_recovery_role: 'active' } });
    await it.until('both are active', ({ situation }) => situation === 'both-active');
    it.pair.restore();
    await it.until('it is over', ({ situation }) => situation === 'moving');
  }
  const after = (await it.history()).types.length;
  await it.unstick();
  return { perChange: (after - before) / CHANGES, ...(await it.end()) };
});

test('a change of a flapping pair is a few events, so that a month of them fits into one history', async () => {
  const { perChange, report } = await flapping();
  expect(perChange).toBeLessThanOrEqual(EVENTS_PER_CHANGE);
  expect(report.alarms?.length).toBeGreaterThanOrEqual(CHANGES / 2);
});
