import { SwitchbackError } from '../../src/client';
import { DIALECTS, type Scene, useStage } from '../workflows/harness';

const LEAD = { by: 'lead@example.com', reason: 'INC-123' };

/** A soft finding: the disk of the primary is rather full. */
function fillDisk(it: Scene, percent: number): void {
  it.lab.apply({ kind: 'metrics', service: it.pair.primary, set: { disk_usage: percent } });
}

describe.each(DIALECTS)('a soft finding, in the %s dialect', (dialect) => {
  const { scene } = useStage({ dialect });

  const given = scene((it) => {
    fillDisk(it, 90);
    return it.run({ acknowledge: [{ check: 'disk-usage', ...LEAD }] });
  });
  test('that the input answers for does not hold the run; name and reason are in the report', async () => {
    const { report, effective, scene: it } = await given();
    expect(report).toMatchObject({
      outcome: 'switched-back',
      acknowledgements: [{ check: 'disk-usage', ...LEAD }],
    });
    expect(report.checks?.find(({ id }) => id === 'disk-usage')).toMatchObject({
      severity: 'ack',
      acknowledged: LEAD,
    });
    expect(effective).toEqual([it.pair.primary]);
  });

  const later = scene(async (it) => {
    fillDisk(it, 90);
    await it.start();
    const status = await it.until('it waits', ({ phase }) => phase === 'approval');
    const send = (check: string) =>
      it.stage.client.acknowledge(it.workflowId, { check, ...LEAD }).then(
        () => 'accepted',
        (error: unknown) => (error instanceof SwitchbackError ? error.message : String(error)),
      );
    const refusals = [await send('no-such-check'), await send('token-valid'), await send('alerts')];
    await send('disk-usage');
    return { status, refusals, ended: await it.end() };
  });
  test('makes the run wait, and says for what', async () => {
    const { status } = await later();
    expect(status.waiting?.for).toBe('the update acknowledge for disk-usage');
    expect(status.plan?.toAcknowledge).toEqual(['disk-usage']);
  });
  test('can be answered for while the run waits; what is unknown, hard or no finding cannot', async () => {
    const { refusals, ended } = await later();
    expect(refusals[0]).toContain('"check" must be the id of a check');
    expect(refusals[1]).toContain('"token-valid" is a hard check');
    expect(refusals[2]).toContain('"alerts" does not stop the run');
    expect(ended.report).toMatchObject({
      outcome: 'switched-back',
      acknowledgements: [{ check: 'disk-usage', ...LEAD }],
    });
  });

  const hard = scene((it) => {
    fillDisk(it, 97);
    return it.run({ acknowledge: [{ check: 'disk-usage', ...LEAD }] });
  });
  test('that has become a hard one stops the run, whoever answers for it', async () => {
    const { code, message, writes } = await hard();
    expect(code).toBe('BLOCKED');
    expect(message).toContain('[disk-usage]');
    expect(writes).toEqual([]);
  });

  const unanswered = scene((it) => {
    fillDisk(it, 90);
    return it.run({ approvalWindow: '1s' });
  });
  test('that nobody answers for ends the run without a write', async () => {
    const { code, message, writes } = await unanswered();
    expect(code).toBe('APPROVAL_EXPIRED');
    expect(message).toContain('disk-usage');
    expect(writes).toEqual([]);
  });
});
