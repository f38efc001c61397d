import { cycleStageOf } from '../../src/rules/cycle';
import { mayFail } from '../../src/rules/moves';
import { situationOf } from '../../src/rules/situation';
import { everyPair, type Look, pairOf } from './observations';

const active: Look = { role: 'active' };
const passive: Look = { role: 'passive' };
const REBUILDING = { state: 'REBUILDING' } as const;
const failed: Look = { role: 'failed', state: 'POWEROFF' };

test.each<[string, Look | 'unread', Look | 'unread', string, string[]]>([
  ['at home', active, passive, 'protected', ['switchover', 'drill']],
  ['switched over', passive, active, 'switched-over', ['switchback']],
  ['failed over', failed, active, 'failed-over', ['failback']],
  ['failed over a moment ago', failed, { ...active, ...REBUILDING }, 'failed-over', []],
  ['failed, and nobody took over', failed, passive, 'in-doubt', []],
  ['rebuilding', { ...passive, ...REBUILDING }, active, 'rebuilding', ['failback']],
  // Or in trouble: nobody can tell.
  ['going home', { ...active, ...REBUILDING }, passive, 'moving', ['switchback', 'failover']],
  ['leaving', passive, { ...active, ...REBUILDING }, 'moving', ['switchover']],
  ['two active ones', active, active, 'in-doubt', []],
  ['unread', 'unread', active, 'in-doubt', []],
  ['silent', 'unread', passive, 'in-doubt', ['failover']],
])('%s: %j, %j', (_what, primary, recovery, stage, procedures) => {
  const observed = pairOf(primary, recovery);
  expect(cycleStageOf(situationOf(observed), observed)).toEqual({ stage, procedures });
});

test('of a pair that is not wholly read nothing is offered but the failover of a primary that does not answer', () => {
  for (const observed of everyPair()) {
    const { stage, procedures } = cycleStageOf(situationOf(observed), observed);
    if (observed.primary.readable && observed.recovery.readable) continue;
    const offered = mayFail(observed, false) ? ['failover'] : [];
    expect([stage, procedures]).toEqual(['in-doubt', offered]);
  }
});
