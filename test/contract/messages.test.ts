import { DECIDE_ACTIONS, examples, faultsOf } from '../../src/contract/messages';

const GOOD = { action: 'wait', by: 'ops@example.com', reason: 'INC-123' };

test.each(DECIDE_ACTIONS)('%s with a name and a reason is a decision', (action) => {
  expect(faultsOf.decide({ ...GOOD, action })).toEqual([]);
});

test('the example that complaints show is itself a decision', () => {
  expect(faultsOf.decide(JSON.parse(examples.decide))).toEqual([]);
});

const ACTION = '"action" must be one of wait, return-to-recovery, return-to-primary, accept, give-up';

test.each<[string, unknown, string[]]>([
  ['nothing', undefined, [ACTION, '"by" must be a text', '"reason" must be a text']],
  ['null', null, [ACTION, '"by" must be a text', '"reason" must be a text']],
  ['a text', 'wait', [ACTION, '"by" must be a text', '"reason" must be a text']],
  ['another action', { ...GOOD, action: 'promote' }, [ACTION]],
  ['an action in capitals', { ...GOOD, action: 'WAIT' }, [ACTION]],
  ['a name of blanks', { ...GOOD, by: '  ' }, ['"by" must be a text']],
  ['no reason', { action: 'wait', by: 'ops@example.com' }, ['"reason" must be a text']],
  ['a reason that is no text', { ...GOOD, reason: 7 }, ['"reason" must be a text']],
])('%s: every fault is named', (_what, payload, faults) => {
  expect(faultsOf.decide(payload)).toEqual(faults);
});
