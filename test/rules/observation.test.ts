import { describePair } from '../../src/contract/observation';
import type { Facts } from '../../src/rules/facts';
import { observePair, peersOf } from '../../src/rules/observation';
import { situationOf } from '../../src/rules/situation';
import { facts, known, PRIMARY, pairing, RECOVERY, service, told, toldFacts, unread } from './facts';

const GET_DR = `GET disaster-recovery of ${PRIMARY}`;
const observe = (given: Facts) => observePair({ ...given, names: { primary: PRIMARY, recovery: RECOVERY } });

test('a service is described in the words of the API, with every node that does not run', () => {
  const seen = observe(
    facts({
      primary: { role: 'sleeping', nodes: ['running', 'timing_out'] },
      recovery: { state: 'DREAMING' },
    }),
  );
  expect(describePair(seen)).toBe(
    `primary ${PRIMARY} unknown role "sleeping"/RUNNING, node ${PRIMARY}-2 timing_out, ` +
      `recovery ${RECOVERY} active/unknown state "DREAMING"`,
  );
});

test('an unread service says why, and whether it is gone', () => {
  const seen = observe(facts({}, { primary: unread('GET p', 404), recovery: unread('GET r', 500) }));
  expect(seen.primary).toMatchObject({ readable: false, service: PRIMARY, why: 'GET p: 404', gone: true });
  expect(seen.recovery).toMatchObject({ readable: false, service: RECOVERY, why: 'GET r: 500', gone: false });
});

test.each<[string[], string, boolean]>([
  [['running', 'running'], 'RUNNING', true],
  [['running', 'syncing_data'], 'RUNNING', false],
  [['running', 'something-new'], 'RUNNING', false],
  [[], 'RUNNING', false],
  [['running', 'running'], 'REBALANCING', false],
])('nodes %j in state %s: settled is %s', (nodes, state, settled) => {
  expect(observe(facts({ primary: { nodes, state } })).primary).toMatchObject({ settled });
});

describe('in the promote-to-master dialect', () => {
  test.each([
    ['Active', 'active'],
    ['PASSIVE', 'passive'],
    ['failed', 'failed'],
    ['Rebuilding', 'changing'],
    ['rebalancing', 'changing'],
    ['Dreaming', 'unknown'],
    ['', 'unknown'],
  ])('the status %j is read as %s', (status, role) => {
    expect(observe(toldFacts([status, 'Active'])).primary).toMatchObject({ role });
  });

  test('the status counts, whatever the service says of itself', () => {
    const seen = observe(toldFacts(['Active', 'Passive'], { primary: { role: 'failed' } }));
    expect(seen.primary).toMatchObject({ role: 'active' });
  });

  test('a status that was not read leaves both services unread', () => {
    const seen = observe(toldFacts(['', ''], {}, { disasterRecovery: unread(GET_DR, 502) }));
    expect(situationOf(seen)).toBe('unreadable');
    expect(seen.recovery).toMatchObject({ readable: false, why: `${GET_DR}: 502`, gone: false });
  });

  test('a status goes by the name of the service, also where the API swaps the two ends', () => {
    const swapped = known(told([RECOVERY, 'Active'], [PRIMARY, 'Passive']), GET_DR);
    expect(situationOf(observe(toldFacts(['', ''], {}, { disasterRecovery: swapped })))).toBe(
      'recovery-active',
    );
  });

  test('a status of other services says nothing about these two', () => {
    const others = known(told([PRIMARY, 'Passive'], ['pg-other', 'Active']), GET_DR);
    const seen = observe(toldFacts(['', ''], {}, { disasterRecovery: others }));
    expect(seen).toMatchObject({
      primary: { readable: true, role: 'passive' },
      recovery: { readable: false, why: `${GET_DR} does not speak of ${RECOVERY}` },
    });
  });
});

test.each<[string, ReturnType<typeof pairing>[], string[]]>([
  ['the far end, from the source', [pairing()], [RECOVERY]],
  ['the far end, from the destination', [pairing(RECOVERY, PRIMARY)], [RECOVERY]],
  ['every pairing', [pairing(), pairing('pg-other', PRIMARY)], [RECOVERY, 'pg-other']],
  [
    'the project, where it is another',
    [pairing(PRIMARY, RECOVERY, { destProject: 'far' })],
    [`far/${RECOVERY}`],
  ],
  [
    'nothing of other integrations',
    [{ type: 'metrics', sourceService: PRIMARY, destService: 'grafana' }],
    [],
  ],
])('peers: %s', (_what, integrations, peers) => {
  expect(peersOf(service(PRIMARY, { integrations }), 'demo')).toEqual(peers);
});
