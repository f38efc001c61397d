import type { Role, ServiceState } from '../../lab/src/model';
import { type Behaviour, timeline } from '../../lab/src/timeline';

/** Both services of a pair whose primary is promoted, after each step: `primary / recovery`. */
function story(behaviour: Behaviour): string[] {
  let primary: { role: Role; state: ServiceState } = { role: 'passive', state: 'RUNNING' };
  let recovery: { role: Role; state: ServiceState } = { role: 'active', state: 'RUNNING' };
  return timeline('primary', behaviour).map(({ at, promoted, demoted }) => {
    primary = { ...primary, ...promoted };
    recovery = { ...recovery, ...demoted };
    return `${at}: ${primary.role} ${primary.state} / ${recovery.role} ${recovery.state}`;
  });
}

const END = '1: active RUNNING / passive RUNNING';

test('roles change places with the write, states follow', () => {
  expect(story({})).toEqual([
    '0: active RUNNING / passive RUNNING',
    '0.1: active REBUILDING / passive REBALANCING',
    END,
  ]);
});

test('early: for half of the time nothing but the roles shows that anything goes on', () => {
  expect(story({ flip: 'early' })[1]).toBe('0.5: active REBUILDING / passive REBALANCING');
});

test('late: both run again before the roles change', () => {
  expect(story({ flip: 'late' })).toEqual([
    '0.1: passive REBUILDING / active REBALANCING',
    '0.8: passive RUNNING / active RUNNING',
    END,
  ]);
});

test.each([
  ['primary-first', '0: active RUNNING / active RUNNING'],
  ['recovery-first', '0: passive RUNNING / passive RUNNING'],
] as const)('%s: the other one follows half-way', (flip, first) => {
  const steps = story({ flip });
  expect(steps[0]).toBe(first);
  expect(steps.at(-1)).toBe(END);
});

test('primary-first is about the service, not about the direction', () => {
  expect(timeline('recovery', { flip: 'primary-first' })[0]).toEqual({ at: 0, demoted: { role: 'passive' } });
});

test('flap: over, back and over again', () => {
  const roles = story({ flip: 'flap' }).map((step) => step.split(' ')[1]);
  expect(roles).toEqual(['active', 'active', 'passive', 'active', 'active']);
});

test('stuck: the promoted service never runs again, the other one does', () => {
  expect(story({ stuck: true }).at(-1)).toBe('1: active REBUILDING / passive RUNNING');
});

test.each([
  ['primary', '1: failed POWEROFF / passive RUNNING'],
  ['recovery', '1: active RUNNING / failed POWEROFF'],
] as const)('%s fails midway and stays so', (failMidway, end) => {
  expect(story({ failMidway }).at(-1)).toBe(end);
});
