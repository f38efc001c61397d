import type { PairObservation, ServiceObservation, Side, Situation } from '../../src/contract/observation';
import { type Compensation, compensationFor, isPromoted, mayPromote } from '../../src/rules/moves';
import { situationOf } from '../../src/rules/situation';
import { everyPair, type Look, pairOf } from './observations';

const SIDES: Side[] = ['primary', 'recovery'];
const REBUILDING = { state: 'REBUILDING' } as const;
const active: Look = { role: 'active' };
const passive: Look = { role: 'passive' };
const changing: Look = { role: 'changing', ...REBUILDING };
const failed: Look = { role: 'failed', state: 'POWEROFF' };

/** A few rows as they are meant to be, so that no change of the tables goes unseen. */
test.each<[string, Look | 'unread', Look | 'unread', { promote: Side[]; compensation: Compensation }]>([
  ['recovery-active', passive, active, { promote: ['primary'], compensation: 'end-not-switched' }],
  ['primary-active', active, passive, { promote: [], compensation: 'ask' }],
  [
    'primary never settled',
    { ...active, ...REBUILDING },
    passive,
    { promote: ['recovery'], compensation: 'return-to-recovery' },
  ],
  [
    'a node never settled',
    { ...active, nodesRun: false },
    passive,
    { promote: ['recovery'], compensation: 'return-to-recovery' },
  ],
  [
    'primary Rebuilding, as the promote-to-master dialect says it',
    changing,
    passive,
    { promote: ['recovery'], compensation: 'return-to-recovery' },
  ],
  [
    'recovery never settled',
    active,
    { ...passive, state: 'REBALANCING' },
    { promote: [], compensation: 'ask' },
  ],
  [
    'nobody settled',
    { ...active, ...REBUILDING },
    { ...passive, state: 'REBALANCING' },
    { promote: [], compensation: 'ask' },
  ],
  [
    'a primary that changes before it has a role',
    { ...passive, ...REBUILDING },
    active,
    { promote: [], compensation: 'ask' },
  ],
  ['a primary that changes under an active recovery', changing, active, { promote: [], compensation: 'ask' }],
  ['none-active', passive, passive, { promote: ['recovery'], compensation: 'return-to-recovery' }],
  [
    'none-active, recovery rebuilding',
    passive,
    { ...passive, ...REBUILDING },
    { promote: [], compensation: 'ask' },
  ],
  ['both-active', active, active, { promote: [], compensation: 'ask' }],
  ['primary-failed', failed, passive, { promote: ['recovery'], compensation: 'ask' }],
  ['recovery-failed', active, failed, { promote: [], compensation: 'ask' }],
  [
    'recovery-failed, primary unsettled',
    { ...active, ...REBUILDING },
    failed,
    { promote: [], compensation: 'ask' },
  ],
  ['not-a-pair', { ...passive, peers: [] }, active, { promote: [], compensation: 'ask' }],
  ['unread', passive, 'unread', { promote: [], compensation: 'ask' }],
])('%s: %j, %j', (_what, primary, recovery, { promote, compensation }) => {
  const observed = pairOf(primary, recovery);
  const situation = situationOf(observed);
  expect(SIDES.filter((side) => mayPromote(side, situation, observed))).toEqual(promote);
  expect(compensationFor(situation, observed, 'return-to-recovery')).toBe(compensation);
});

test.each<[string, Look | 'unread', Look | 'unread', Side[]]>([
  ['at rest', passive, active, ['recovery']],
  ['over', active, passive, ['primary']],
  ['under way', { ...active, ...REBUILDING }, { ...passive, state: 'REBALANCING' }, ['primary']],
  ['both on their way', changing, changing, ['primary', 'recovery']],
  ['primary on its way', changing, passive, ['primary']],
  ['a passive service that rebuilds is not on its way', { ...passive, ...REBUILDING }, active, ['recovery']],
  ['unread', 'unread', active, ['recovery']],
  ['failed', failed, passive, []],
])('promoted already, %s: %j, %j', (_what, primary, recovery, promoted) => {
  const observed = pairOf(primary, recovery);
  expect(SIDES.filter((side) => isPromoted(side, observed))).toEqual(promoted);
});

describe('over every combination of two reads', () => {
  const all: Case[] = everyPair().map((observed) => ({ observed, situation: situationOf(observed) }));
  const writes = all.flatMap((one) =>
    SIDES.filter((target) => mayPromote(target, one.situation, one.observed)).map((target) => ({
      ...one,
      target,
    })),
  );

  test('both kinds of write are allowed somewhere', () => {
    expect(new Set(writes.map(({ target }) => target))).toEqual(new Set(SIDES));
  });

  test('no write while either service is unread, or its role or state is unknown', () => {
    expect(
      writes.filter(({ observed }) => !isKnown(observed.primary) || !isKnown(observed.recovery)),
    ).toEqual([]);
  });

  test('no write to two services that are not each other’s only peer', () => {
    const apart = writes.filter(
      ({ observed: { primary, recovery } }) =>
        String(peersOf(primary)) !== recovery.service || String(peersOf(recovery)) !== primary.service,
    );
    expect(apart).toEqual([]);
  });

  test('no write towards a failed service', () => {
    expect(writes.filter(({ observed, target }) => roleOf(observed, target) === 'failed')).toEqual([]);
  });

  test('no write towards a service that is not settled', () => {
    expect(writes.filter(({ observed, target }) => !isSettled(observed, target))).toEqual([]);
  });

  test('no write where the wanted role is there already, or on its way', () => {
    expect(writes.filter(({ observed, target }) => roleOf(observed, target) !== 'passive')).toEqual([]);
    expect(writes.filter(({ observed, target }) => isPromoted(target, observed))).toEqual([]);
  });

  test('the primary is promoted from recovery-active only: passive and active, both settled', () => {
    const primary = writes.filter(({ target }) => target === 'primary');
    expect(new Set(primary.map(({ situation }) => situation))).toEqual(new Set(['recovery-active']));
    for (const { observed } of primary) {
      expect([roleOf(observed, 'recovery'), isSettled(observed, 'recovery')]).toEqual(['active', true]);
    }
  });

  test('the recovery service is promoted only where nothing else is active and settled', () => {
    const recovery = writes.filter(({ target }) => target === 'recovery');
    const beside = recovery.filter(
      ({ observed }) => roleOf(observed, 'primary') === 'active' && isSettled(observed, 'primary'),
    );
    expect(beside).toEqual([]);
  });

  test('never may both be promoted', () => {
    const both = all.filter(({ situation, observed }) =>
      SIDES.every((side) => mayPromote(side, situation, observed)),
    );
    expect(both).toEqual([]);
  });

  test('the policy returns only from none-active, or from a primary that never settled', () => {
    const returns = all.filter(
      ({ situation, observed }) =>
        compensationFor(situation, observed, 'return-to-recovery') === 'return-to-recovery',
    );
    expect(returns.length).toBeGreaterThan(0);
    for (const { observed, situation } of returns) {
      expect([roleOf(observed, 'recovery'), isSettled(observed, 'recovery')]).toEqual(['passive', true]);
      const primary = roleOf(observed, 'primary');
      if (situation === 'none-active') expect(primary).toBe('passive');
      else
        expect([situation, ['active', 'changing'].includes(primary), isSettled(observed, 'primary')]).toEqual(
          ['moving', true, false],
        );
    }
  });

  test('the policy never does what the table of moves forbids', () => {
    const forbidden = all.filter(
      ({ situation, observed }) =>
        compensationFor(situation, observed, 'return-to-recovery') === 'return-to-recovery' &&
        !mayPromote('recovery', situation, observed),
    );
    expect(forbidden).toEqual([]);
  });

  test('the policy hold never writes', () => {
    const held = new Set(all.map(({ situation, observed }) => compensationFor(situation, observed, 'hold')));
    expect(held).toEqual(new Set(['ask', 'end-not-switched']));
  });

  test('the run is ended as not switched only when the pair is as it was', () => {
    const ended = all.filter(
      ({ situation, observed }) =>
        compensationFor(situation, observed, 'return-to-recovery') === 'end-not-switched',
    );
    expect(new Set(ended.map(({ situation }) => situation))).toEqual(new Set(['recovery-active']));
  });
});

interface Case {
  observed: PairObservation;
  situation: Situation;
}

function roleOf(observed: PairObservation, side: Side): string {
  const service = observed[side];
  return service.readable ? service.role : 'unread';
}

function isSettled(observed: PairObservation, side: Side): boolean {
  const service = observed[side];
  return service.readable && service.settled;
}

function peersOf(service: ServiceObservation): string[] {
  return service.readable ? service.peers : [];
}

function isKnown(service: ServiceObservation): boolean {
  return service.readable && !['absent', 'unknown'].includes(service.role) && service.state !== 'unknown';
}
