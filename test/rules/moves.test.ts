import {
  otherSide,
  type PairObservation,
  type ServiceObservation,
  type Side,
  type Situation,
} from '../../src/contract/observation';
import {
  type Compensation,
  compensationFor,
  hasFailed,
  isHealthy,
  isOnItsWay,
  isPromoted,
  isRebuilt,
  mayFail,
  mayPromote,
  mayRebuild,
} from '../../src/rules/moves';
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
    { promote: ['recovery'], compensation: 'undo' },
  ],
  [
    'a node never settled',
    { ...active, nodesRun: false },
    passive,
    { promote: ['recovery'], compensation: 'undo' },
  ],
  [
    'primary Rebuilding, as the promote-to-master dialect says it',
    changing,
    passive,
    { promote: ['recovery'], compensation: 'undo' },
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
  ['none-active', passive, passive, { promote: ['recovery'], compensation: 'undo' }],
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

describe.each(SIDES)('over every combination of two reads, on the way to the %s service', (goal) => {
  const origin = otherSide(goal);
  const policy = goal === 'primary' ? 'return-to-recovery' : 'return-to-primary';
  const may = (target: Side, { situation, observed }: Case) => mayPromote(target, situation, observed, goal);
  const compensation = ({ situation, observed }: Case) => compensationFor(situation, observed, policy, goal);
  const all: Case[] = everyPair().map((observed) => ({ observed, situation: situationOf(observed) }));
  const writes = all.flatMap((one) =>
    SIDES.filter((target) => may(target, one)).map((target) => ({
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

  test('the goal is promoted only while the other side is active: passive and active, both settled', () => {
    const forward = writes.filter(({ target }) => target === goal);
    expect(new Set(forward.map(({ situation }) => situation))).toEqual(new Set([`${origin}-active`]));
    for (const { observed } of forward) {
      expect([roleOf(observed, origin), isSettled(observed, origin)]).toEqual(['active', true]);
    }
  });

  test('it is undone only where nothing else is active and settled', () => {
    const undone = writes.filter(({ target }) => target === origin);
    const beside = undone.filter(
      ({ observed }) => roleOf(observed, goal) === 'active' && isSettled(observed, goal),
    );
    expect(beside).toEqual([]);
  });

  test('never may both be promoted', () => {
    const both = all.filter((one) => SIDES.every((side) => may(side, one)));
    expect(both).toEqual([]);
  });

  test('the policy undoes only from none-active, or when the goal never settled', () => {
    const returns = all.filter((one) => compensation(one) === 'undo');
    expect(returns.length).toBeGreaterThan(0);
    for (const { observed, situation } of returns) {
      expect([roleOf(observed, origin), isSettled(observed, origin)]).toEqual(['passive', true]);
      const role = roleOf(observed, goal);
      if (situation === 'none-active') expect(role).toBe('passive');
      else
        expect([situation, ['active', 'changing'].includes(role), isSettled(observed, goal)]).toEqual([
          'moving',
          true,
          false,
        ]);
    }
  });

  test('the policy never does what the table of moves forbids', () => {
    const forbidden = all.filter((one) => compensation(one) === 'undo' && !may(origin, one));
    expect(forbidden).toEqual([]);
  });

  test('the policy hold never writes', () => {
    const held = new Set(
      all.map(({ situation, observed }) => compensationFor(situation, observed, 'hold', goal)),
    );
    expect(held).toEqual(new Set(['ask', 'end-not-switched']));
  });

  test('the run is ended as not switched only when the pair is as it was', () => {
    const ended = all.filter((one) => compensation(one) === 'end-not-switched');
    expect(new Set(ended.map(({ situation }) => situation))).toEqual(new Set([`${origin}-active`]));
  });
});

test('a rebuild is allowed only toward a failed primary, beside an active and settled recovery service', () => {
  const all = everyPair().map((observed) => ({ observed, situation: situationOf(observed) }));
  const allowed = all.filter(({ situation, observed }) => mayRebuild(situation, observed));
  expect(allowed.length).toBeGreaterThan(0);
  for (const { observed, situation } of allowed) {
    expect([
      roleOf(observed, 'primary'),
      roleOf(observed, 'recovery'),
      isSettled(observed, 'recovery'),
    ]).toEqual(['failed', 'active', true]);
    expect(isRebuilt(observed)).toBe(false);
    for (const side of SIDES)
      for (const goal of SIDES) expect(mayPromote(side, situation, observed, goal)).toBe(false);
  }
});

test('a failover is allowed only toward a settled standby, from an active primary in trouble or one that does not answer', () => {
  const all = everyPair();
  const allowed = all.filter((observed) => mayFail(observed, false));
  expect(new Set(allowed.map((observed) => roleOf(observed, 'primary')))).toEqual(
    new Set(['active', 'unread']),
  );
  for (const observed of allowed) {
    const { primary, recovery } = observed;
    expect([roleOf(observed, 'recovery'), isSettled(observed, 'recovery')]).toEqual(['passive', true]);
    expect(peersOf(recovery)).toEqual([primary.service]);
    expect(isHealthy(primary)).toBe(false);
    expect(primary.readable || !primary.gone).toBe(true);
    expect(hasFailed(observed)).toBe(false);
  }
  const drilled = all.filter((observed) => mayFail(observed, true) && !mayFail(observed, false));
  expect(drilled.length).toBeGreaterThan(0);
  for (const { primary } of drilled) expect(isHealthy(primary)).toBe(true);
});

test('a switchover is a switchback with the two services exchanged', () => {
  // One `expect` for all of them: one for each took seconds.
  const unlike = everyPair().filter(({ primary, recovery }) => {
    const observed = { primary, recovery };
    const exchanged = { primary: recovery, recovery: primary };
    const [here, there] = [situationOf(observed), situationOf(exchanged)];
    return (
      isOnItsWay('recovery', observed) !== isOnItsWay('primary', exchanged) ||
      SIDES.some(
        (side) =>
          mayPromote(side, here, observed, 'recovery') !==
          mayPromote(otherSide(side), there, exchanged, 'primary'),
      )
    );
  });
  expect(unlike).toEqual([]);
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
