import { type CheckId, checkSeverities, digest, type Severity, stops } from '../../../src/contract/checks';
import type { Move } from '../../../src/contract/procedure';
import { catalogue, judge, judgeDiscovery } from '../../../src/rules/checks';
import { verdictOf } from '../../../src/rules/checks/row';
import type { Facts } from '../../../src/rules/facts';
import { facts, toldFacts, unread, withoutDatabases } from '../facts';
import { CALM_ROWS } from './calm-rows';
import { CAPACITY_ROWS } from './capacity-rows';
import { DATABASE_ROWS } from './database-rows';
import { PAIR_ROWS } from './pair-rows';
import { REPLICATION_ROWS } from './replication-rows';
import { checkOf } from './rows';
import { SURROUNDINGS_ROWS } from './surroundings-rows';

const ROWS = [
  ...PAIR_ROWS,
  ...REPLICATION_ROWS,
  ...DATABASE_ROWS,
  ...CAPACITY_ROWS,
  ...CALM_ROWS,
  ...SURROUNDINGS_ROWS,
];
/** What no request can answer. */
const NOT_CHECKED = ['automation-frozen', 'primary-region'];
const BY_SQL = Object.keys(checkSeverities).slice(
  Object.keys(checkSeverities).indexOf('database-access'),
  Object.keys(checkSeverities).indexOf('probe-ready') + 1,
);
const OF_A_PAIR = [
  'token-valid',
  'services-exist',
  'dialect-known',
  'postgresql',
  'crdr-peers',
  'named-is-primary',
  'switchover-completed',
  'both-settled',
];

test('the catalogue has each id once, in the order of the contract', () => {
  const ids = catalogue().map(({ id }) => id);
  expect(ids).toEqual(Object.keys(checkSeverities));
  expect(judgeDiscovery(facts()).map(({ id }) => id)).toEqual(OF_A_PAIR);
});

const ROLE_CHECKS = [
  'switchover-completed',
  'primary-active',
  'primary-failed',
  'failover-allowed',
  'failover-needed',
  'recovery-ready',
];
/** What does not answer is no doubt here, but the case. */
const NEVER_UNKNOWN = ['failover-allowed', 'failover-needed'];

test.each<[Move, CheckId]>([
  ['switchback', 'switchover-completed'],
  ['switchover', 'primary-active'],
])('a %s is judged by everything, and of the roles by %s', (move, own) => {
  const found = judge(facts({}, { move })).map(({ id }) => id);
  const others = ROLE_CHECKS.filter((id) => id !== own);
  expect(found).toEqual(Object.keys(checkSeverities).filter((id) => !others.includes(id)));
});

test('a rebuild is judged by whose it is, by the roles, by what else is going on, and by the backups', () => {
  const ids = judge(facts({}, { move: 'rebuild' })).map(({ id }) => id);
  expect(ids).toEqual([
    ...OF_A_PAIR.slice(0, 6),
    'primary-failed',
    'freeze-window',
    'one-run-per-pair',
    'clocks-agree',
    'maintenance',
    'recent-change',
    'automation-frozen',
    'alerts',
    'token-lifetime',
    'recent-backup',
    'termination-protection',
    'notifications',
  ]);
});

test('a failover is judged by whose it is, by its cause, by what takes over, and by what else is going on', () => {
  const ids = judge(facts({}, { move: 'failover' })).map(({ id }) => id);
  expect(ids).toEqual([
    ...OF_A_PAIR.slice(0, 6),
    'failover-allowed',
    'failover-needed',
    'recovery-ready',
    'freeze-window',
    'one-run-per-pair',
    'clocks-agree',
    'maintenance',
    'recent-change',
    'automation-frozen',
    'alerts',
    'token-lifetime',
    'termination-protection',
    'notifications',
  ]);
});

test('a failover needs no word of a primary that does not answer: the recovery service speaks for both', () => {
  const silent = facts(
    { recovery: { role: 'passive' } },
    {
      move: 'failover',
      primary: unread('GET service pg-demo', 500),
      failover: { allowed: true, drill: false },
    },
  );
  expect(judge(silent).filter(stops)).toEqual([]);
  const gone = judge({ ...silent, primary: unread('GET service pg-demo', 404) }).filter(stops);
  expect(gone.map(({ id }) => id)).toContain('services-exist');
});

test.each<[string, Facts]>([
  ['role', facts({}, { lock: 'lock' })],
  ['promote-to-master', toldFacts(['Passive', 'Active'], {}, { lock: 'lock' })],
])('a pair that is ready passes every check that a request can answer, in the %s dialect', (_, ready) => {
  for (const check of judge(ready)) {
    if (NOT_CHECKED.includes(check.id)) {
      expect(check).toMatchObject({
        verdict: 'unknown',
        severity: 'warn',
        observed: expect.stringMatching(/^not checked: /),
      });
    } else {
      expect(check).toMatchObject({ verdict: 'pass', remedy: '' });
    }
  }
});

test.each(ROWS)('%s, %s', (id, _what, given, finding, text) => {
  const check = checkOf(given, id);
  const [ofUnknown] = severitiesOf(id);
  const isFound = finding !== 'pass' && finding !== 'unknown';
  expect(check).toMatchObject({ verdict: verdictOf(finding), severity: isFound ? finding : ofUnknown });
  expect(`${check.observed} ${check.remedy}`).toMatch(text);
});

test('every finding says what was observed, what was wanted, what to do, and which request says so and when', () => {
  const evidence =
    /(GET|POST|SQL|the file) .* at 2026-11-22T03:00:00Z|^none: |^the workflow |^the Date header|^the configuration/;
  for (const [, , given] of ROWS) {
    for (const check of judge(given)) {
      const { title, observed, wanted, remedy, verdict } = check;
      const isWhole = title !== '' && observed !== '' && wanted !== '' && evidence.test(check.evidence);
      const isRemedyRight = verdict === 'pass' ? remedy === '' : remedy.endsWith('.');
      // Without anything to write, all that guards the write is for the record.
      const isSeverityRight = [...severitiesOf(check.id), 'warn'].includes(check.severity);
      if (!isWhole || !isRemedyRight || !isSeverityRight) expect(check).toBe('a whole finding');
    }
  }
});

test('every check has a row for each severity that it can have, one that passes and one that is unknown', () => {
  for (const { id, severities } of catalogue()) {
    const findings = new Set(ROWS.filter(([of]) => of === id).map(([, , , finding]) => finding));
    const isAnswered = !NOT_CHECKED.includes(id);
    // The first severity is that of the unknown fact; a lone one must have a finding of its own too.
    const own = isAnswered && id !== 'one-run-per-pair' && severities.length === 1 ? severities : [];
    const expected = [...own, ...severities.slice(1), ...(isAnswered ? ['pass'] : [])];
    if (!NEVER_UNKNOWN.includes(id)) expected.push('unknown');
    expect([id, ...findings]).toEqual(expect.arrayContaining([id, ...expected]));
  }
});

describe('without database access', () => {
  const found = judge(withoutDatabases(facts({}, { lock: 'lock' })));
  const bySql = found.filter(({ evidence }) => evidence === 'none: nothing is known but what the API tells');

  test('nothing that only SQL can answer passes, and nothing of it stops the run', () => {
    expect(bySql.map(({ id }) => id)).toEqual(BY_SQL);
    for (const check of bySql) {
      expect(check).toMatchObject({
        verdict: 'unknown',
        severity: 'warn',
        observed: 'not checked: no database access is configured for demo/pg-demo',
      });
      expect(stops(check)).toBe(false);
    }
  });

  test('everything else is as with it', () => {
    const withIt = judge(facts({}, { lock: 'lock' })).filter(({ id }) => !BY_SQL.includes(id));
    expect(found.filter(({ id }) => !BY_SQL.includes(id))).toEqual(withIt);
  });

  test('one line of a summary stands for all of it', () => {
    expect(digest(found).notChecked.map(({ id }) => id)).toEqual(['database-access', ...NOT_CHECKED]);
  });
});

describe('a fact that is missing', () => {
  const base = { role: facts(), told: toldFacts(['Passive', 'Active']) };
  const about = judge(facts()).filter(({ evidence }) => evidence.includes('GET service'));
  const missing: [fact: keyof Facts, given: Facts, unknown: string[]][] = [
    ['me', base.role, ['token-valid']],
    ['events', base.role, []],
    ['alerts', base.role, ['alerts']],
    ['tokens', base.role, ['token-lifetime']],
    ['metrics', base.role, ['disk-usage', 'cpu-usage']],
    [
      'primary',
      base.role,
      about.map(({ id }) => id).filter((id) => !['recent-change', 'disk-usage'].includes(id)),
    ],
    [
      'recovery',
      base.role,
      about
        .map(({ id }) => id)
        .filter(
          (id) =>
            !['recent-change', 'disk-usage', 'dialect-known', 'crdr-peers', 'named-is-primary'].includes(id),
        ),
    ],
    [
      'disasterRecovery',
      base.told,
      ['dialect-known', 'switchover-completed', 'both-settled', 'one-master', 'api-agrees-with-sql'],
    ],
  ];

  test.each(missing)('%s: exactly the checks that need it are unknown', (fact, given, unknown) => {
    const without = judge({ ...given, [fact]: unread('GET what is missing', 500) });
    const expected = [...unknown, ...NOT_CHECKED, 'one-run-per-pair'];
    const found = without.filter(({ verdict }) => verdict === 'unknown').map(({ id }) => id);
    expect(found.sort()).toEqual(expected.sort());
  });

  test('stops the run where the check stops, and is only shown where it warns', () => {
    for (const [, , given, finding] of ROWS.filter((row) => row[3] === 'unknown')) {
      for (const check of judge(given).filter(({ verdict }) => verdict === finding)) {
        expect(stops(check)).toBe(check.severity !== 'warn');
      }
    }
  });
});

describe('a run that has nothing to write', () => {
  const home = { primary: { role: 'active' }, recovery: { role: 'passive' } } as const;
  const guardsWrite: string[] = catalogue().flatMap(({ id, guards }) => (guards === 'write' ? [id] : []));

  test('is stopped by no check that guards the write alone, whatever it finds', () => {
    for (const [, , given] of ROWS) {
      const found = judge(given);
      const primary = given.primary.ok && {
        ...given.primary,
        value: { ...given.primary.value, role: { kind: 'known', value: 'active' } as const },
      };
      const recovery = given.recovery.ok && {
        ...given.recovery,
        value: { ...given.recovery.value, role: { kind: 'known', value: 'passive' } as const },
      };
      if (!primary || !recovery || given.disasterRecovery !== undefined || given.move) continue;
      const atHome = judge({ ...given, primary, recovery });
      expect(atHome.filter((check) => guardsWrite.includes(check.id) && stops(check))).toEqual([]);
      expect(atHome).toHaveLength(found.length);
    }
  });

  test('still shows what they find, with what to do', () => {
    const full = { ...facts(home), metrics: unread('POST metrics', 503) };
    expect(checkOf(full, 'disk-usage')).toMatchObject({ verdict: 'unknown', severity: 'warn' });
    const upgraded = facts({ ...home, primary: { ...home.primary, more: { pgVersion: '16' } } });
    expect(checkOf(upgraded, 'same-version')).toMatchObject({
      verdict: 'warn',
      severity: 'warn',
      remedy: expect.stringMatching(/./),
    });
  });

  test('is still stopped by what makes it another pair', () => {
    const given = facts({ ...home, recovery: { ...home.recovery, integrations: [] } });
    expect(stops(checkOf(given, 'crdr-peers'))).toBe(true);
  });

  test('nobody is asked about it, but for who the primary is', () => {
    const soft = catalogue().filter(
      ({ guards, severities }) => guards === 'run' && severities.includes('ack'),
    );
    expect(soft.map(({ id }) => id)).toEqual(['named-is-primary']);
  });
});

function severitiesOf(id: string): readonly Severity[] {
  return checkSeverities[id as CheckId];
}
