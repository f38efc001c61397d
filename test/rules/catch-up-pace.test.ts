import type { PairObservation } from '../../src/contract/observation';
import { CatchUpPace } from '../../src/rules/catch-up-pace';
import { pairOf } from './observations';

/** The primary is so far with a phase. */
function at(phase: string, share: number): PairObservation {
  const observed = pairOf({ role: 'passive', state: 'REBUILDING' }, { role: 'active' });
  return { ...observed, primary: { ...observed.primary, progress: { phase, share } } as never };
}

test('how long a node still needs is told by its pace since it was seen first', () => {
  const pace = new CatchUpPace();
  expect(pace.describe(at('basebackup', 0.1), 0)).toBe('');
  expect(pace.describe(at('basebackup', 0.11), 10_000)).toBe('');
  expect(pace.describe(at('basebackup', 0.4), 60_000)).toBe(', about 2 min left of basebackup');
});

test('a new phase, or one that begins anew, has a pace of its own', () => {
  const pace = new CatchUpPace();
  pace.describe(at('basebackup', 0.5), 0);
  expect(pace.describe(at('stream', 0.5), 60_000)).toBe('');
  expect(pace.describe(at('stream', 0.75), 120_000)).toBe(', about 1 min left of stream');
  expect(pace.describe(at('stream', 0.1), 180_000)).toBe('');
});

test('where nothing catches up there is nothing to say', () => {
  const pace = new CatchUpPace();
  expect(pace.describe(pairOf({ role: 'active' }, { role: 'passive' }), 0)).toBe('');
  expect(pace.describe(pairOf('unread', 'unread'), 1_000)).toBe('');
});
