import {
  type Acknowledgement,
  type CheckResult,
  faultsOfAcknowledgement,
  stops,
  withAcknowledgements,
} from '../../src/contract/checks';

const result = (id: string, changes: Partial<CheckResult> = {}): CheckResult => ({
  id,
  title: id,
  severity: 'ack',
  verdict: 'block',
  observed: 'as observed',
  wanted: 'as wanted',
  remedy: 'Do this.',
  evidence: 'GET it',
  ...changes,
});
const pending = (checks: CheckResult[], given: Acknowledgement[]) =>
  withAcknowledgements(checks, given).filter(stops);
const ack = (check: string): Acknowledgement => ({ check, by: 'ops@example.com', reason: 'INC-123' });

describe('a finding stops the run', () => {
  test.each<[string, Partial<CheckResult>, boolean]>([
    ['hard', { severity: 'block' }, true],
    ['hard and unknown', { severity: 'block', verdict: 'unknown' }, true],
    ['soft', {}, true],
    ['soft and unknown', { verdict: 'unknown' }, true],
    ['for the record', { severity: 'warn', verdict: 'warn' }, false],
    ['for the record, and unknown', { severity: 'warn', verdict: 'unknown' }, false],
    ['that passed', { severity: 'block', verdict: 'pass' }, false],
    ['soft, and acknowledged', { acknowledged: { by: 'a', reason: 'b' } }, false],
    [
      'hard, whatever it says of an acknowledgement',
      { severity: 'block', acknowledged: { by: 'a', reason: 'b' } },
      true,
    ],
  ])('%s: %j, %s', (_, changes, expected) => {
    expect(stops(result('maintenance', changes))).toBe(expected);
  });
});

describe('acknowledgements', () => {
  const soft = result('maintenance');
  const unknown = result('disk-usage', { verdict: 'unknown' });
  const hard = result('disk-usage', { severity: 'block' });

  test('take away the soft findings they name, unknown ones too, and nothing else', () => {
    expect(pending([soft, unknown], [])).toEqual([soft, unknown]);
    expect(pending([soft, unknown], [ack('maintenance')])).toEqual([unknown]);
    expect(pending([soft, unknown], [ack('maintenance'), ack('disk-usage')])).toEqual([]);
    expect(pending([soft], [ack('alerts')])).toEqual([soft]);
  });

  test('never take away a hard finding, even of a check that can be soft', () => {
    expect(pending([hard], [ack('disk-usage')])).toEqual([hard]);
  });

  test('are on the finding, with who and why; the first of two counts', () => {
    const [marked] = withAcknowledgements(
      [soft],
      [ack('maintenance'), { ...ack('maintenance'), by: 'late' }],
    );
    expect(marked).toEqual({ ...soft, acknowledged: { by: 'ops@example.com', reason: 'INC-123' } });
    expect(soft).not.toHaveProperty('acknowledged');
  });

  test('leave alone what does not stop the run, and what is hard', () => {
    const passed = result('maintenance', { verdict: 'pass' });
    expect(withAcknowledgements([passed, hard], [ack('maintenance'), ack('disk-usage')])).toEqual([
      passed,
      hard,
    ]);
  });
});

describe('an acknowledgement is refused', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'without anything',
      undefined,
      /"check" must be the id of a check, such as named-is-primary, .*maintenance/,
    ],
    ['of a check that does not exist', ack('toString'), /"check" must be the id of a check/],
    ['of a hard check', ack('both-settled'), /"both-settled" is a hard check: it cannot be acknowledged/],
    ['by nobody', { ...ack('maintenance'), by: ' ' }, /"by" must be a text/],
    ['for no reason', { check: 'maintenance', by: 'a' }, /"reason" must be a text/],
    ['for too many reasons', { ...ack('maintenance'), reason: 'x'.repeat(501) }, /at most 500/],
    ['with a field too many', { ...ack('maintenance'), force: true }, /"force" is not a known field/],
  ])('%s', (_, payload, fault) => {
    expect(faultsOfAcknowledgement(payload).join('; ')).toMatch(fault);
  });

  test('with every fault at once', () => {
    expect(faultsOfAcknowledgement({})).toHaveLength(3);
  });

  test('when the finding is hard now, with what to do instead', () => {
    const full = result('disk-usage', { severity: 'block', observed: 'n-1 97 %' });
    expect(faultsOfAcknowledgement(ack('disk-usage'), [full])).toEqual([
      '"disk-usage" is a hard finding (n-1 97 %): it cannot be acknowledged. Do this.',
    ]);
  });

  test.each<[string, Partial<CheckResult>]>([
    ['passed', { verdict: 'pass' }],
    ['only warns', { severity: 'warn', verdict: 'warn' }],
    ['was acknowledged already', { acknowledged: { by: 'a', reason: 'b' } }],
  ])('when the check %s', (_, changes) => {
    const faults = faultsOfAcknowledgement(ack('maintenance'), [result('maintenance', changes)]);
    expect(faults).toEqual(['"maintenance" does not stop the run: there is nothing to acknowledge']);
  });

  test('else it is good, before the checks are known and after', () => {
    expect(faultsOfAcknowledgement(ack('maintenance'))).toEqual([]);
    expect(faultsOfAcknowledgement(ack('maintenance'), [result('maintenance')])).toEqual([]);
    expect(faultsOfAcknowledgement(ack('integration-running'))).toEqual([]);
  });
});
