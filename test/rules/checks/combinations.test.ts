import { stops } from '../../../src/contract/checks';
import { judge } from '../../../src/rules/checks';
import type { Facts } from '../../../src/rules/facts';
import { observePair } from '../../../src/rules/observation';
import { situationOf } from '../../../src/rules/situation';
import { facts, known, PRIMARY, RECOVERY, service, toldFacts, unread, withoutDatabases } from '../facts';

const GET_PRIMARY = `GET service ${PRIMARY}`;
const GET_RECOVERY = `GET service ${RECOVERY}`;
const GET_DR = `GET disaster-recovery of ${PRIMARY}`;
const REBUILDING = { state: 'REBUILDING' };

describe.each(['primary', 'recovery'] as const)('over combinations of facts, toward %s', (target) => {
  const move = target === 'primary' ? 'switchback' : 'switchover';
  const all = combinations().map((given) => withoutDatabases({ ...given, move }));

  test('when every check passes there is a role to write or a settling to wait for, and nothing in doubt', () => {
    const passed = all.filter((given) => !judge(given).some(stops));
    const situations = new Set(
      passed.map((given) => {
        const observed = observePair({ ...given, names: { primary: PRIMARY, recovery: RECOVERY } });
        const situation = situationOf(observed);
        const wanted = observed[target];
        const role = wanted.readable ? wanted.role : 'unread';
        return situation === 'moving' ? `moving, it is ${role}` : situation;
      }),
    );
    expect(situations).toEqual(
      new Set(['recovery-active', 'primary-active', 'moving, it is active', 'moving, it is changing']),
    );
  });
});

/** Both dialects × what each service, and the token, can be. */
function combinations(): Facts[] {
  const roles = ['active', 'passive', 'failed', 'sleeping', null];
  const conditions = [
    {},
    REBUILDING,
    { state: 'DREAMING' },
    { nodes: ['running', 'leaving'] },
    { integrations: [] },
    { type: 'mysql' },
  ];
  const looks = roles.flatMap((role) => conditions.map((condition) => ({ role, ...condition })));
  const statuses = ['Active', 'Passive', 'Failed', 'Rebuilding', 'Dreaming'];
  const found: Facts[] = [];
  for (const primary of looks) {
    for (const recovery of looks) {
      found.push(facts({ primary, recovery }));
      if (primary.role === null && recovery.role === null) {
        for (const one of statuses)
          for (const other of statuses) found.push(toldFacts([one, other], { primary, recovery }));
      }
    }
    found.push(
      facts({ primary }, { recovery: unread(GET_RECOVERY) }),
      facts({ primary }, { me: unread('GET /me') }),
    );
    found.push(facts({ recovery: primary }, { primary: unread(GET_PRIMARY, 404) }));
  }
  found.push(toldFacts(['', ''], {}, { disasterRecovery: unread(GET_DR, 500) }));
  found.push(facts({}, { primary: known(service(PRIMARY, { role: 'active' }), GET_PRIMARY) }));
  return found;
}
