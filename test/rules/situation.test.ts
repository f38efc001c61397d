import type { Role, ServiceObservation, Situation } from '../../src/contract/observation';
import { situationOf } from '../../src/rules/situation';
import { everyPair, type Look, pairOf, RECOVERY } from './observations';

const REBUILDING = { state: 'REBUILDING' } as const;
const active: Look = { role: 'active' };
const passive: Look = { role: 'passive' };
const failed: Look = { role: 'failed', state: 'POWEROFF' };
const changing: Look = { role: 'changing', ...REBUILDING };

test.each<[Situation, Look | 'unread', Look | 'unread']>([
  ['recovery-active', passive, active],
  ['primary-active', active, passive],
  ['moving', { ...active, ...REBUILDING }, passive],
  ['moving', active, { ...passive, state: 'REBALANCING' }],
  ['moving', { ...passive, nodesRun: false }, active],
  ['moving', passive, { ...active, ...REBUILDING }],
  ['moving', changing, passive],
  ['moving', passive, changing],
  ['moving', changing, changing],
  ['moving', { ...active, state: 'POWEROFF' }, passive],
  ['both-active', active, active],
  ['both-active', { ...active, ...REBUILDING }, active],
  ['none-active', passive, passive],
  ['none-active', passive, { ...passive, ...REBUILDING }],
  ['failed-over', failed, active],
  ['primary-failed', failed, { ...active, ...REBUILDING }],
  ['primary-failed', failed, failed],
  ['primary-failed', { ...failed, state: 'RUNNING' }, changing],
  ['recovery-failed', active, failed],
  ['recovery-failed', changing, failed],
  ['not-a-pair', passive, { ...active, peers: [] }],
  ['not-a-pair', { ...passive, peers: ['pg-other'] }, active],
  ['not-a-pair', { ...failed, peers: [RECOVERY, RECOVERY] }, active],
  ['unreadable', 'unread', active],
  ['unreadable', passive, 'unread'],
  ['unreadable', { role: 'absent' }, active],
  ['unreadable', passive, { role: 'unknown' }],
  ['unreadable', { ...passive, state: 'unknown' }, active],
  ['unreadable', { role: 'unknown', peers: [] }, failed],
])('%s: primary %j, recovery %j', (situation, primary, recovery) => {
  expect(situationOf(pairOf(primary, recovery))).toBe(situation);
});

describe('over every combination of two reads', () => {
  const all = everyPair().map((observed) => ({ observed, situation: situationOf(observed) }));
  const where = (wanted: Situation) => all.filter(({ situation }) => situation === wanted);
  const roles = (situations: Situation) =>
    new Set(
      where(situations).map(
        ({ observed: { primary, recovery } }) => `${roleOf(primary)}/${roleOf(recovery)}`,
      ),
    );

  test('there are as many as there should be', () => {
    expect(all).toHaveLength((2 + 6 * 5 * 2 * 4) ** 2);
  });

  test('the two situations at rest have exactly their roles, and both services settled', () => {
    expect(roles('recovery-active')).toEqual(new Set(['passive/active']));
    expect(roles('primary-active')).toEqual(new Set(['active/passive']));
    const atRest = [...where('recovery-active'), ...where('primary-active')];
    const unsettled = atRest.filter(
      ({ observed: { primary, recovery } }) => !isSettled(primary) || !isSettled(recovery),
    );
    expect(unsettled).toEqual([]);
  });

  test('nothing is read into a service that was not read, or whose role or state is unknown', () => {
    const unknown = all.filter(
      ({ observed: { primary, recovery } }) => !isKnown(primary) || !isKnown(recovery),
    );
    expect(new Set(unknown.map(({ situation }) => situation))).toEqual(new Set(['unreadable']));
    expect(where('unreadable')).toHaveLength(unknown.length);
  });

  test('contradicting roles are told as such whatever the states are', () => {
    expect(roles('both-active')).toEqual(new Set(['active/active']));
    expect(roles('none-active')).toEqual(new Set(['passive/passive']));
  });

  test('a failed service is never overlooked once the two are known to be a pair', () => {
    const overlooked = all.filter(
      ({ situation, observed: { primary, recovery } }) =>
        [roleOf(primary), roleOf(recovery)].includes('failed') &&
        !['failed-over', 'primary-failed', 'recovery-failed', 'not-a-pair', 'unreadable'].includes(situation),
    );
    expect(overlooked).toEqual([]);
  });
});

function roleOf(service: ServiceObservation): Role | 'unread' {
  return service.readable ? service.role : 'unread';
}

function isSettled(service: ServiceObservation): boolean {
  return service.readable && service.settled;
}

function isKnown(service: ServiceObservation): boolean {
  return service.readable && !['absent', 'unknown'].includes(service.role) && service.state !== 'unknown';
}
