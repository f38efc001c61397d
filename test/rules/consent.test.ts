import type { Approval } from '../../src/contract/report';
import { missingConsent, sameName } from '../../src/rules/consent';

describe('four eyes', () => {
  test.each([
    ['alice@example.com', 'alice@example.com.'],
    ['alice@example.com', ' Alice@Example.COM'],
    ['alice@example.com', 'ali\u200bce@example.com'],
    ['alice@example.com', '\uff41lice@example.com'],
    ['alice@example.com', 'alice @ example . com!'],
  ])('are not passed by another way to write the same name: %s, %j', (one, other) => {
    expect(sameName(one, other)).toBe(true);
  });

  test.each([
    ['alice@example.com', 'bob@example.com'],
    ['alice@example.com', 'alice2@example.com'],
    ['Jos\u00e9', 'Jose'],
  ])('are two people: %s and %s', (one, other) => {
    expect(sameName(one, other)).toBe(false);
  });
});

describe('an approval', () => {
  const FACTS = { 'primary pg-a state': 'RUNNING' };
  const approval = (by: string, fingerprint = 'f1', verdict: Approval['verdict'] = 'approved') => ({
    verdict,
    by,
    reason: 'INC-123',
    at: '2026-11-26T03:00:00Z',
    fingerprint,
  });
  const ask = (approvals: Approval[], needed = {}, facts: Record<string, string> = FACTS) =>
    missingConsent(
      { approval: true, fourEyes: true, confirmation: false, ...needed },
      {
        approvals,
        checked: [
          { fingerprint: 'f1', critical: FACTS },
          { fingerprint: 'f2', critical: { 'primary pg-a state': 'REBALANCING' } },
        ],
        requestedBy: 'ops@example.com',
      },
      facts,
    );

  test('counts for the facts that were checked under its fingerprint', () => {
    expect(ask([approval('lead@example.com')])).toBeUndefined();
  });

  test.each([
    ['there is none', ask([]), /there is no approval/],
    ['it names another state', ask([approval('lead@example.com', 'f2')]), /there is no approval/],
    [
      'it names a state that nobody checked',
      ask([approval('lead@example.com', 'f3')]),
      /there is no approval/,
    ],
    ['the facts have moved', ask([approval('lead@example.com')], {}, { a: 'b' }), /there is no approval/],
    ['its sender asked for the run', ask([approval('OPS@example.com.')]), /four eyes/],
    [
      'somebody rejected the plan',
      ask([approval('lead@example.com'), approval('sre@example.com', 'f1', 'rejected')]),
      /rejected/,
    ],
    ['a confirmation is missing', ask([], { approval: false, confirmation: true }), /there is no approval/],
  ])('does not count when %s', (_, missing, why) => {
    expect(missing).toMatch(why);
  });

  test('is not asked for where nothing demands one', () => {
    expect(ask([], { approval: false, fourEyes: false })).toBeUndefined();
  });
});
