import type { SwitchbackRequest } from '../../src/contract/input';
import type { Approval } from '../../src/contract/report';
import { approvalThatCounts, consentNeeded, missingConsent, sameName } from '../../src/rules/consent';

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

describe('a failover', () => {
  const FACTS = { 'primary pg-a is': 'active and in trouble, or not to be read' };
  const request = {
    procedure: 'failover',
    project: 'p',
    service: 'pg-a',
    confirm: 'pg-a',
    mode: 'execute',
  } as SwitchbackRequest;
  const lax = { approvalRequired: false, fourEyes: false, confirmTarget: false };
  const needed = consentNeeded(lax, request, 'failover.p.pg-a', 'failover');
  const approval = (by: string, service?: string): Approval => ({
    verdict: 'approved',
    by,
    reason: 'INC-9',
    at: '2026-11-26T03:00:00Z',
    fingerprint: 'f1',
    ...(service === undefined ? {} : { service }),
  });
  const given = (...approvals: Approval[]) => ({
    approvals,
    checked: [{ fingerprint: 'f1', critical: FACTS }],
    requestedBy: 'ops@example.com',
  });

  test('takes a second person who types the service out, whatever the policy of the worker', () => {
    expect(needed).toEqual({ approval: true, fourEyes: true, confirmation: false, typed: 'pg-a' });
    const good = approval('lead@example.com', 'pg-a');
    expect(missingConsent(needed, given(good), FACTS)).toBeUndefined();
    expect(approvalThatCounts(needed, given(approval('ops@example.com', 'pg-a'), good), FACTS)).toBe(good);
  });

  test.each([
    ['nobody has approved', given(), /there is no approval/],
    ['nobody has typed it out', given(approval('lead@example.com')), /typed out pg-a/],
    ['another service was typed', given(approval('lead@example.com', 'pg-b')), /typed out pg-a/],
    ['only the starter has', given(approval('Ops@Example.com', 'pg-a')), /four eyes/],
    [
      'one has typed it, and another one approved',
      given(approval('ops@example.com', 'pg-a'), approval('lead@example.com')),
      /typed out pg-a/,
    ],
  ])('is not written when %s', (_, consent, why) => {
    expect(missingConsent(needed, consent, FACTS)).toMatch(why);
    expect(approvalThatCounts(needed, consent, FACTS)).toBeUndefined();
  });
});
