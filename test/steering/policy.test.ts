import { quieten, Scene, Stage } from '../workflows/harness';

const LEAD = { by: 'lead@example.com', reason: 'INC-123' };

let stage: Stage;
beforeAll(async () => {
  quieten();
  stage = await Stage.open({ pairs: 2 });
  await stage.startWorker(stage.lab.token, { approvalRequired: true, fourEyes: false });
});
afterAll(() => stage.close());

test('a worker can demand an approval of every run, and let whoever asked give it', async () => {
  const it = await new Scene(stage).start({ requestedBy: LEAD.by });
  const status = await it.until('it asks', ({ phase }) => phase === 'approval');
  expect(status.plan?.approvalRequired).toBe(true);
  expect(it.pair.requests().filter(({ effect }) => effect !== undefined)).toEqual([]);
  await stage.client.approve(it.workflowId, LEAD);
  const { report, effective } = await it.end();
  expect(report).toMatchObject({ outcome: 'switched-back', approvals: [LEAD] });
  expect(effective).toEqual([it.pair.primary]);
});

test('a plan says that an approval will be needed, and waits for none', async () => {
  const it = await new Scene(stage).start({ mode: 'plan' });
  const { report } = await it.end();
  expect(report).toMatchObject({ outcome: 'planned', plan: { approvalRequired: true } });
  expect(report.next).toContain('have it approved');
});
