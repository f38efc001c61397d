import type { Proof, ProofStepId } from '../../src/contract/proof';
import { type Asked, type Claim, judgeProof, type ProofFacts, unaskedProof } from '../../src/rules/proof';

const AT = '2026-01-01T00:00:00.000Z';
const END = '2026-01-01T00:00:09.000Z';
const CLAIM: Claim = {
  pair: { project: 'p', primary: 'pg-a', recovery: 'pg-b', dialect: 'role' },
  active: 'primary',
  timelineBefore: 3,
};

function saw<T>(answer: T): Asked<T> {
  return { at: AT, answer };
}

function refused<T>(code: string): Asked<T> {
  return { at: AT, refusal: { code, message: 'no' } };
}

const GOOD: Required<ProofFacts> = {
  firstWrite: saw(null),
  activeRole: saw({ inRecovery: false, readOnly: false, timeline: 4 }),
  activeHasFirst: saw(true),
  passiveRole: saw({ inRecovery: true }),
  arrival: saw({ found: true, ms: 12, replayPaused: false }),
  secondWrite: saw(null),
  activeHasSecond: saw(true),
};

function judge(change: Partial<ProofFacts>, claim: Claim = CLAIM): Proof {
  return judgeProof(claim, { ...GOOD, ...change }, END);
}

/** Steps that are not passed. */
function open({ steps }: Proof): Partial<Record<ProofStepId, string>> {
  const off = steps.filter(({ verdict }) => verdict !== 'pass');
  return Object.fromEntries(off.map(({ id, verdict, observed }) => [id, `${verdict}: ${observed}`]));
}

test('every step that holds is said to, with what was seen and when', () => {
  const { verdict, at, steps } = judge({});
  expect({ verdict, at }).toEqual({ verdict: 'proven', at: END });
  expect(steps).toEqual([
    {
      id: 'write-through-service-uri',
      title: 'the Service URI takes a write',
      verdict: 'pass',
      observed: 'committed',
      at: AT,
    },
    {
      id: 'active-is-writable',
      title: 'pg-a takes writes, and that row is there',
      verdict: 'pass',
      observed: 'not in recovery, not read-only, and the row is there',
      at: AT,
    },
    {
      id: 'passive-is-standby',
      title: 'pg-b is a standby',
      verdict: 'pass',
      observed: 'in recovery',
      at: AT,
    },
    {
      id: 'timeline-advanced',
      title: 'pg-a writes a newer timeline',
      verdict: 'pass',
      observed: '3 before, 4 now',
      at: AT,
    },
    {
      id: 'arrived-on-passive',
      title: 'the row arrives on pg-b',
      verdict: 'pass',
      observed: 'found within 12 ms',
      at: AT,
    },
    {
      id: 'second-write',
      title: 'a later write through the Service URI is on pg-a too',
      verdict: 'pass',
      observed: 'committed, and the row is there',
      at: AT,
    },
  ]);
});

test('the titles are about the side that is to be active', () => {
  const titles = judge({}, { ...CLAIM, active: 'recovery' }).steps.map(({ title }) => title);
  expect(titles[1]).toContain('pg-b takes writes');
  expect(titles[2]).toBe('pg-a is a standby');
});

test('without a timeline of before there is no step about it', () => {
  const { timelineBefore: _, ...claim } = CLAIM;
  const { verdict, steps } = judge({ activeRole: saw({ inRecovery: false, readOnly: false }) }, claim);
  expect(verdict).toBe('proven');
  expect(steps).toHaveLength(5);
});

const role = { inRecovery: false, readOnly: false, timeline: 4 };
const NO_ROW = {
  activeHasFirst: undefined,
  arrival: undefined,
  secondWrite: undefined,
  activeHasSecond: undefined,
};

describe.each<
  [string, Partial<Record<keyof ProofFacts, unknown>>, Proof['verdict'], ReturnType<typeof open>]
>([
  [
    'a write that is refused',
    { ...NO_ROW, firstWrite: refused('25006') },
    'refuted',
    {
      'write-through-service-uri': 'fail: no (25006)',
      'active-is-writable': 'unknown: not in recovery, not read-only, and no row to look for',
      'arrived-on-passive': 'unknown: no row to look for',
      'second-write': 'unknown: the first write failed',
    },
  ],
  [
    'an active side in recovery',
    { activeRole: saw({ inRecovery: true, readOnly: true }) },
    'refuted',
    {
      'active-is-writable': 'fail: it is in recovery',
      'timeline-advanced': 'unknown: it is in recovery and writes none',
    },
  ],
  [
    'a read-only active side',
    { activeRole: saw({ ...role, readOnly: true }) },
    'refuted',
    {
      'active-is-writable': 'fail: not in recovery, but read-only',
    },
  ],
  [
    'a row that went elsewhere, although the passive side has it',
    { activeHasFirst: saw(false) },
    'refuted',
    {
      'active-is-writable': 'fail: not in recovery, not read-only, but the row went elsewhere',
      'arrived-on-passive': 'unknown: the row never was on the active side',
    },
  ],
  [
    'a passive side that is none',
    { passiveRole: saw({ inRecovery: false }) },
    'refuted',
    {
      'passive-is-standby': 'fail: it is not in recovery',
    },
  ],
  [
    'the same timeline',
    { activeRole: saw({ ...role, timeline: 3 }) },
    'refuted',
    {
      'timeline-advanced': 'fail: 3 before, 3 now',
    },
  ],
  [
    'an older timeline',
    { activeRole: saw({ ...role, timeline: 2 }) },
    'refuted',
    {
      'timeline-advanced': 'fail: 3 before, 2 now',
    },
  ],
  [
    'a row that does not arrive',
    { arrival: saw({ found: false, ms: 4000, replayPaused: false }) },
    'refuted',
    {
      'arrived-on-passive': 'fail: not there after 4000 ms',
    },
  ],
  [
    'a replay that is paused',
    { arrival: saw({ found: false, ms: 4000, replayPaused: true }) },
    'refuted',
    {
      'arrived-on-passive': 'fail: not there after 4000 ms; the replay is paused',
    },
  ],
  [
    'a second write that is refused',
    { secondWrite: refused('ECONNREFUSED'), activeHasSecond: undefined },
    'refuted',
    {
      'second-write': 'fail: no (ECONNREFUSED)',
    },
  ],
  [
    'a second write that went elsewhere',
    { activeHasSecond: saw(false) },
    'refuted',
    {
      'second-write': 'fail: committed, but the row went elsewhere',
    },
  ],
  [
    'an active side that cannot be asked',
    {
      activeRole: refused('timeout'),
      activeHasFirst: refused('timeout'),
      activeHasSecond: refused('timeout'),
    },
    'unproven',
    {
      'active-is-writable': 'unknown: no (timeout)',
      'timeline-advanced': 'unknown: no (timeout)',
      'second-write': 'unknown: no (timeout)',
    },
  ],
  [
    'a passive side that cannot be asked',
    { passiveRole: refused('timeout'), arrival: refused('timeout') },
    'unproven',
    {
      'passive-is-standby': 'unknown: no (timeout)',
      'arrived-on-passive': 'unknown: no (timeout)',
    },
  ],
  [
    'one refusal among what is unknown',
    { passiveRole: refused('timeout'), secondWrite: refused('25006') },
    'refuted',
    {
      'passive-is-standby': 'unknown: no (timeout)',
      'second-write': 'fail: no (25006)',
    },
  ],
])('%s', (_, change, verdict, steps) => {
  const proof = judge(change as Partial<ProofFacts>);

  test(`is ${verdict}`, () => {
    expect(proof.verdict).toBe(verdict);
  });

  test('shows in its own step only', () => {
    expect(open(proof)).toEqual(steps);
  });
});

test.each([
  ['25006', 'fail'],
  ['53300', 'fail'],
  ['57P03', 'fail'],
  ['ECONNREFUSED', 'fail'],
  ['ENOTFOUND', 'fail'],
  ['timeout', 'fail'],
  ['connection-lost', 'fail'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'fail'],
  ['28P01', 'unknown'],
  ['28000', 'unknown'],
  ['42501', 'unknown'],
  ['42P01', 'unknown'],
  ['3D000', 'unknown'],
  ['3F000', 'unknown'],
  ['no-password', 'unknown'],
  ['no-ca', 'unknown'],
  ['not-configured', 'unknown'],
  ['aborted', 'unknown'],
])(
  'a write through the Service URI that ends with %s is %s: applications see it too, or only we',
  (code, verdict) => {
    const of = (proof: Proof, id: ProofStepId) => proof.steps.find((step) => step.id === id)?.verdict;
    expect(of(judge({ firstWrite: refused(code) }), 'write-through-service-uri')).toBe(verdict);
    expect(of(judge({ secondWrite: refused(code) }), 'second-write')).toBe(verdict);
  },
);

test('a write that the limit of our own role or database refuses says nothing about the pair', () => {
  for (const limited of ['role "switchback"', 'database "defaultdb"']) {
    const refusal = { code: '53300', message: `too many connections for ${limited}` };
    expect(judge({ firstWrite: { at: END, refusal } }).verdict).toBe('unproven');
  }
});

test('what nobody asked is unknown in every step, and never proven', () => {
  const { verdict, steps } = unaskedProof(CLAIM, 'no access', END);
  expect(verdict).toBe('unproven');
  expect(steps.map(({ verdict, observed, at }) => [verdict, observed, at])).toEqual(
    Array(6).fill(['unknown', 'no access', END]),
  );
});

test('where databases were known to be out of reach, only what a server itself says counts against the pair', () => {
  const claim: Claim = { ...CLAIM, accessLacking: true };
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EPIPE', 'timeout', 'ERR_TLS_CERT_ALTNAME_INVALID'])
    expect(judge({ firstWrite: refused(code) }, claim).verdict).toBe('unproven');
  for (const code of ['25006', '57P03', 'XX000'])
    expect(judge({ firstWrite: refused(code) }, claim).verdict).toBe('refuted');
  expect(judge({ firstWrite: refused('ECONNREFUSED') }).verdict).toBe('refuted');
});
