import { EXAMPLE_INPUT, parseInput } from '../../src/contract/input';
import { examples, faultsOf } from '../../src/contract/messages';
import { expectSchema, faultsBy } from './validator';

const INPUT = { project: 'p', service: 's' };
const SIGNED = { by: 'ann@example.com', reason: 'INC-1' };

test('the shortest input and the longest one are taken by both', () => {
  const longest = {
    ...INPUT,
    recovery: 'r',
    confirm: 's',
    mode: 'rehearse',
    approval: 'required',
    acknowledge: [{ check: 'maintenance', ...SIGNED }],
    onTimeout: 'hold',
    convergeTimeout: '30m',
    settleWindow: '0s',
    quietWindow: '1000ms',
    approvalWindow: '1h',
    stallWindow: '10m',
    decisionWindow: '10m',
    maxLag: '16MB',
    catchUpTimeout: '30m',
    endpointTimeout: '5m',
    requestedBy: 'ann@example.com',
    reason: 'x'.repeat(500),
  };
  for (const input of [JSON.parse(EXAMPLE_INPUT), INPUT, longest, { ...INPUT, maxLag: '5s', reason: '' }]) {
    expect(parseInput(input)).toMatchObject({ ok: true });
    expectSchema('input', input);
  }
});

test.each<[string, unknown]>([
  ['no object', 'p/s'],
  ['a list', [INPUT]],
  ['null', null],
  ['nothing in it', {}],
  ['no project', { service: 's' }],
  ['no service', { project: 'p' }],
  ['an unknown field', { ...INPUT, services: 's' }],
  ['a number for a name', { ...INPUT, service: 7 }],
  ['null for a name', { ...INPUT, recovery: null }],
  ['an empty name', { ...INPUT, project: '' }],
  ['a name with a slash', { ...INPUT, service: 'a/b' }],
  ['a name that begins with a dash', { ...INPUT, confirm: '-s' }],
  ['a name that is too long', { ...INPUT, project: 'p'.repeat(101) }],
  ['an unknown mode', { ...INPUT, mode: 'dry-run' }],
  ['an unknown policy', { ...INPUT, onTimeout: 'panic' }],
  ['a boolean for the approval', { ...INPUT, approval: true }],
  ['a duration without a unit', { ...INPUT, settleWindow: '10' }],
  ['a duration with a space', { ...INPUT, settleWindow: '10 s' }],
  ['a number for a duration', { ...INPUT, convergeTimeout: 30 }],
  ['a duration in days', { ...INPUT, decisionWindow: '1d' }],
  ['a lag in no unit', { ...INPUT, maxLag: '16 MB' }],
  ['a reason that is too long', { ...INPUT, reason: 'x'.repeat(501) }],
  ['a text for the acknowledgements', { ...INPUT, acknowledge: 'maintenance' }],
  ['an acknowledgement without a name', { ...INPUT, acknowledge: [{ check: 'maintenance', reason: 'x' }] }],
  ['a blank name', { ...INPUT, acknowledge: [{ check: 'maintenance', by: ' ', reason: 'x' }] }],
  ['an unknown field of one', { ...INPUT, acknowledge: [{ check: 'maintenance', ...SIGNED, at: 'now' }] }],
])('refused by both: %s', (_what, input) => {
  expect(parseInput(input).ok).toBe(false);
  expect(faultsBy('input', input)).not.toEqual([]);
});

test.each<[string, unknown]>([
  ['that two fields must agree', { ...INPUT, confirm: 'other' }],
  ['that two fields must differ', { ...INPUT, recovery: 's' }],
  ['that a window is too short', { ...INPUT, convergeTimeout: '1ms' }],
  ['which checks may be acknowledged', { ...INPUT, acknowledge: [{ check: 'postgresql', ...SIGNED }] }],
])('what a schema cannot say is left to the run: %s', (_what, input) => {
  expect(parseInput(input).ok).toBe(false);
  expect(faultsBy('input', input)).toEqual([]);
});

test.each(Object.entries(examples))('the payload of %s: the example is good for both', (update, example) => {
  const payload = JSON.parse(example) as object;
  expect(faultsOf[update as keyof typeof examples](payload)).toEqual([]);
  expectSchema(update, payload);
  const bad = [
    {},
    { ...payload, by: '' },
    { ...payload, by: ' \t' },
    { ...payload, reason: 7 },
    { ...payload, at: 'now' },
  ];
  for (const wrong of bad) {
    expect(faultsOf[update as keyof typeof examples](wrong)).not.toEqual([]);
    expect(faultsBy(update, wrong)).not.toEqual([]);
  }
});
