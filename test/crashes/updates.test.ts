import type { PatientScene } from '../faults/patient-scene';
import { DIALECTS, offersReturn } from '../workflows/harness';
import { usePlays } from './play';

const RETURN = { action: 'return-to-recovery', by: 'ops@example.com', reason: 'INC-123' };
const APPROVAL = { by: 'ops@example.com', reason: 'INC-123' };
/** It asks soon, and then nothing happens unless a person says so. */
const ASKING = { settleWindow: '1s', convergeTimeout: '1s', decisionWindow: '5m' };
const TO_APPROVE = { settleWindow: '1s', approval: 'required', requestedBy: 'dev@example.com' };

/** Sends the update twice at once; what each of the two was told. */
async function sendTwice(it: PatientScene, name: string, payload: object, ids: [string, string]) {
  const send = (updateId: string) => it.handle.executeUpdate(name, { args: [payload], updateId });
  return Promise.allSettled(ids.map(send));
}

async function untilItAsks(it: PatientScene): Promise<void> {
  it.stick();
  await it.start(ASKING);
  await it.until('it asks, and may return', offersReturn);
}

async function decideTwice(it: PatientScene, ids: [string, string]) {
  await untilItAsks(it);
  const told = await sendTwice(it, 'decide', RETURN, ids);
  return { told, ...(await it.end()) };
}

async function approveTwice(it: PatientScene, ids: [string, string]) {
  await it.start(TO_APPROVE);
  const { plan } = await it.until('it waits for an approval', ({ phase }) => phase === 'approval');
  const told = await sendTwice(it, 'approve', { ...APPROVAL, fingerprint: plan?.fingerprint }, ids);
  return { told, ...(await it.end()) };
}

const came = usePlays({
  'decide, same id': (it) => decideTwice(it, ['one', 'one']),
  'decide, two ids': (it) => decideTwice(it, ['one', 'two']),
  'approve, same id': (it) => approveTwice(it, ['one', 'one']),
  'approve, two ids': (it) => approveTwice(it, ['one', 'two']),
});

describe.each(DIALECTS)('an update that is sent twice, in the %s dialect', (dialect) => {
  test('decide, with the same id: it counts once, and both are told the same', async () => {
    const { told, report, effective, scenario, roles } = await came('decide, same id', dialect);
    expect(told[0]).toMatchObject({ status: 'fulfilled', value: RETURN });
    expect(told[1]).toEqual(told[0]);
    expect(report).toMatchObject({ outcome: 'returned-to-recovery', decisions: [RETURN] });
    expect(report.decisions).toHaveLength(1);
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
    expect(roles).toBe('passive/active');
  });

  test('decide, with two ids: the second is told why not, or finds it done', async () => {
    const { told, report, effective, writes, scenario, roles } = await came('decide, two ids', dialect);
    const refusals = told.flatMap((one) =>
      one.status === 'rejected' ? [String(one.reason.cause.message)] : [],
    );
    expect(refusals.length).toBeLessThanOrEqual(1);
    for (const refusal of refusals)
      expect(refusal).toMatch(/has decided already|is not allowed while|nothing to decide/);
    expect(report.outcome).toBe('returned-to-recovery');
    expect(writes).toHaveLength(2);
    expect(effective).toEqual([scenario.pair.primary, scenario.pair.recovery]);
    expect(roles).toBe('passive/active');
  });

  test.each(['approve, same id', 'approve, two ids'] as const)(
    '%s: one approval, one promotion',
    async (name) => {
      const { told, report, effective, scenario, roles } = await came(name, dialect);
      expect(told).toMatchObject([
        { status: 'fulfilled', value: { verdict: 'approved', ...APPROVAL } },
        { status: 'fulfilled' },
      ]);
      expect(told[1]).toEqual(told[0]);
      expect(report.outcome).toBe('switched-back');
      expect(report.approvals).toHaveLength(1);
      expect(effective).toEqual([scenario.pair.primary]);
      expect(roles).toBe('active/passive');
    },
  );
});
