import type { Facts } from '../facts';
import { freezesAt } from '../freeze';
import { type Answer, type Context, few, type Row, unread } from './row';

/** Nobody has asked that nothing be changed now. */
export const FREEZE: readonly Row<Facts>[] = [
  {
    id: 'freeze-window',
    moves: 'all',
    title: 'No freeze window is on',
    guards: 'write',
    looksAt:
      "the worker's `SWITCHBACK_FREEZE_FILE`, read at that moment. A rehearsal and the way home of a drill are not held",
    wanted: 'a time outside of all freeze windows',
    remedy:
      'Start again when the freeze is over. If it cannot wait, answer for it by name and reason: `--acknowledge freeze-window`, or `switchback ack`.',
    judge: judgeFreeze,
  },
];

function judgeFreeze({ facts: { freeze, now, passesFreeze = false } }: Context): Answer {
  if (freeze === undefined)
    return {
      finding: 'pass',
      observed: 'no freeze windows are configured',
      evidence: 'none: SWITCHBACK_FREEZE_FILE is not set',
    };
  const evidence = [freeze];
  if (!freeze.ok) return passesFreeze ? { ...unread(freeze), finding: 'warn' } : unread(freeze);
  const on = freezesAt(freeze.value, now);
  if (on.length === 0) {
    const count = freeze.value.length;
    return { finding: 'pass', observed: `none of ${count} windows is on`, evidence };
  }
  const observed = few(on.map(({ name, until }) => `"${name}" until ${until}`));
  return passesFreeze
    ? { finding: 'warn', observed: `${observed}; it does not hold this run`, evidence }
    : { finding: 'ack', observed, evidence };
}
