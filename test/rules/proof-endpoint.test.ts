import { describeDisagreement } from '../../src/contract/proof';
import {
  type EndpointFacts,
  judgeEndpoint,
  type LandingFacts,
  unseenEndpoint,
} from '../../src/rules/endpoint';
import type { Asked } from '../../src/rules/proof';

const AT = '2026-01-01T00:00:00.000Z';

function saw<T>(answer: T): Asked<T> {
  return { at: AT, answer };
}

function refused<T>(code: string): Asked<T> {
  return { at: AT, refusal: { code, message: 'no' } };
}

function landing(id: string, more: object = {}): LandingFacts {
  return { address: '10.0.0.1', server: saw({ id, inRecovery: false, readOnly: false, ...more }) };
}

const FACTS: EndpointFacts = {
  pair: { project: 'p', primary: 'pg-a', recovery: 'pg-b', dialect: 'role' },
  active: 'primary',
  name: 'pg.example',
  sides: { primary: saw('a'), recovery: saw('b') },
  resolvers: [{ resolver: 'system', addresses: saw([landing('a')]) }],
  sessionsOnOldSide: saw(2),
};

function judge(change: Partial<EndpointFacts>) {
  return judgeEndpoint({ ...FACTS, ...change }, AT);
}

function through(...landings: LandingFacts[]): Partial<EndpointFacts> {
  return { resolvers: [{ resolver: 'system', addresses: saw(landings) }] };
}

test('all is agreed when every address lands on the active side and takes writes', () => {
  expect(judge({})).toEqual({
    name: 'pg.example',
    agreed: true,
    at: AT,
    resolvers: [
      {
        resolver: 'system',
        addresses: [
          { address: '10.0.0.1', lands: 'primary', writable: true, observed: 'lands on pg-a, takes writes' },
        ],
      },
    ],
    sessionsOnOldSide: 2,
  });
});

test('an address without a route counts only where there is no other', () => {
  const noRoute = { address: '2001:db8::1', server: refused('ENETUNREACH') } as LandingFacts;
  const both = judge(through(noRoute, landing('a')));
  expect(both.agreed).toBe(true);
  expect(both.resolvers[0]?.addresses).toHaveLength(1);
  const alone = judge(through(noRoute));
  expect(alone.agreed).toBe(false);
  expect(alone.resolvers[0]?.addresses[0]?.lands).toBe('unreachable');
  expect(judge(through({ ...noRoute, server: refused('ECONNREFUSED') }, landing('a'))).agreed).toBe(false);
});

test.each<[string, Partial<EndpointFacts>, string]>([
  ['the other side', through(landing('b', { inRecovery: true })), 'lands on pg-b, in recovery'],
  ['the other side, which takes writes too', through(landing('b')), 'lands on pg-b, takes writes'],
  ['the active side, in recovery', through(landing('a', { inRecovery: true })), 'lands on pg-a, in recovery'],
  ['the active side, read-only', through(landing('a', { readOnly: true })), 'lands on pg-a, read-only'],
  ['a stranger', through(landing('c')), 'is neither of the two services'],
  ['nobody', through({ address: '10.0.0.1', server: refused('timeout') }), 'cannot be reached: no (timeout)'],
  ['one address of two that is off', through(landing('a'), landing('b')), 'lands on pg-b, takes writes'],
  [
    'a server that could be the side that nobody could ask',
    { sides: { primary: refused('timeout'), recovery: saw('b') } },
    'is not pg-b, pg-a could not be asked who it is: no (timeout)',
  ],
  [
    'a server that could be either',
    { sides: { primary: refused('28P01'), recovery: refused('timeout') } },
    'pg-a could not be asked who it is: no (28P01), pg-b could not be asked who it is: no (timeout)',
  ],
  [
    'a server that both own URIs lead to',
    { sides: { primary: saw('a'), recovery: saw('a') } },
    'not known: the own URIs of both services lead to one server',
  ],
])('%s is not agreed on, and it says why', (_, change, observed) => {
  const report = judge(change);
  expect(report.agreed).toBe(false);
  expect(describeDisagreement(report, 'primary')).toBe(`system: 10.0.0.1 ${observed}`);
});

test.each<[string, Partial<EndpointFacts>, string]>([
  ['at the address', through({ address: '10.0.0.1', server: refused('28P01') }), 'no (28P01)'],
  [
    'at one address of two',
    through(landing('a'), { address: '10.0.0.2', server: refused('28P01') }),
    'no (28P01)',
  ],
  [
    'by the limit of our role',
    through({
      address: '10.0.0.1',
      server: { at: AT, refusal: { code: '53300', message: 'too many connections for role "switchback"' } },
    }),
    'too many connections for role "switchback" (53300)',
  ],
  [
    'at the own URI of the active side',
    { sides: { primary: refused('28P01'), recovery: saw('b') } },
    'no (28P01)',
  ],
])('a refusal of our own access %s is not looked at, and speaks against nobody', (_, change, why) => {
  expect(judge(change)).toMatchObject({ agreed: false, notLookedAt: why });
});

test.each<[string, Partial<EndpointFacts>]>([
  ['a server that is full', through({ address: '10.0.0.1', server: refused('53300') })],
  [
    'an address that leads to the other side',
    through(landing('b'), { address: '10.0.0.2', server: refused('28P01') }),
  ],
  [
    'a resolver that does not answer',
    {
      resolvers: [
        { resolver: '10.0.0.2', addresses: refused('ETIMEOUT') },
        { resolver: 'system', addresses: saw([{ address: '10.0.0.1', server: refused('28P01') }]) },
      ],
    },
  ],
])('%s speaks against agreement, whatever else was refused', (_, change) => {
  expect(judge(change)).not.toHaveProperty('notLookedAt');
});

test('the passive side that cannot be asked does not matter to what lands on the active one', () => {
  expect(judge({ sides: { primary: saw('a'), recovery: refused('timeout') } }).agreed).toBe(true);
});

test.each<[string, Asked<LandingFacts[]>, string]>([
  ['does not answer', refused('ETIMEOUT'), 'no (ETIMEOUT)'],
  ['knows no address', saw([]), 'knows no address of pg.example'],
])('a resolver that %s is a problem of its own', (_, addresses, problem) => {
  const report = judge({ resolvers: [...FACTS.resolvers, { resolver: '10.0.0.2', addresses }] });
  expect(report.agreed).toBe(false);
  expect(report.resolvers[1]).toEqual({ resolver: '10.0.0.2', addresses: [], problem });
  expect(describeDisagreement(report, 'primary')).toBe(`10.0.0.2: ${problem}`);
});

test('nobody asked is nobody agreed', () => {
  expect(judge({ resolvers: [] }).agreed).toBe(false);
  expect(unseenEndpoint('no access', AT)).toMatchObject({ agreed: false });
});

test.each<[Asked<number | undefined>, number | undefined]>([
  [saw(0), 0],
  [saw(undefined), undefined],
  [refused('timeout'), undefined],
])('sessions that could not be counted are left out, and none is a count', (sessionsOnOldSide, count) => {
  const report = judge({ sessionsOnOldSide });
  expect(report.sessionsOnOldSide).toBe(count);
  expect('sessionsOnOldSide' in report).toBe(count !== undefined);
});
