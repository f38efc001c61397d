import { loadWorkflows } from './driver';
import { NAMES, PROJECT } from './model';
import { type Played, play } from './play';
import { check } from './promises';
import type { Scenario } from './scenario';

// The lab's state machine lives on the virtual clock, too.
jest.mock('node:timers/promises', () => jest.requireActual('./clock').virtualTimersPromises);

beforeAll(loadWorkflows);

const DIALECTS = ['role', 'promote-to-master'] as const;
const PLAIN: Scenario = {
  input: {
    project: PROJECT,
    service: NAMES.primary,
    mode: 'execute',
    convergeTimeout: '10s',
    decisionWindow: '0s',
    settleWindow: '5s',
    quietWindow: '10s',
  },
  approvalByPolicy: false,
  state: 'ready',
  transitionMs: 1_000,
  behaviour: {},
  faults: [],
  happenings: [],
  decisions: ['wait', 'wait'],
};

/** What random sequences found once, each as small as it can be. */
describe.each(DIALECTS)('in the %s dialect', (dialect) => {
  async function played(it: Partial<Scenario>): Promise<Played> {
    const scenario = { ...PLAIN, ...it };
    const ended = await play(dialect, scenario);
    check(ended, scenario);
    return ended;
  }

  test('a pair that is home, but not yet for long enough, at the deadline is not taken for one that never moved', async () => {
    const { report } = await played({
      input: { ...PLAIN.input, convergeTimeout: '2s', settleWindow: '2s' },
    });
    expect(report).toMatchObject({ outcome: 'switched-back' });
  });

  test('nor is one that looks as before the write, since its roles come last', async () => {
    const { report } = await played({ transitionMs: 12_700, behaviour: { flip: 'late' } });
    expect(report).toMatchObject({ outcome: 'switched-back' });
  });

  test('a pair that somebody else switched over again is not said to have never moved', async () => {
    const { code, report, model } = await played({
      happenings: [
        { atMs: 6_000, what: { kind: 'change', change: { kind: 'promote', service: NAMES.recovery } } },
      ],
    });
    expect(code).toBe('NOT_SWITCHED');
    expect(report?.headline).toMatch(/^The pair moved, and is back where it was: primary pg-a passive/);
    expect(model.truth).toBe('passive RUNNING, active RUNNING');
  });

  test('a write without effect is told as one', async () => {
    const { code, report, model } = await played({
      input: { ...PLAIN.input, quietWindow: '1s' },
      faults: [
        { on: 'write', nth: 1, fault: { kind: 'reset', when: 'before' } },
        { on: 'write', nth: 2, fault: { kind: 'reset', when: 'before' } },
      ],
    });
    expect(code).toBe('NOT_SWITCHED');
    expect(report?.headline).toMatch(/^The promotion had no effect: primary pg-a passive/);
    expect(report?.requests.writes).toBe(2);
    expect(model.sent).toHaveLength(2);
    expect(model.writes).toEqual([]);
  });

  test('a write is not sent again when the deadline comes before the proof that it had no effect', async () => {
    const { code, model } = await played({
      input: { ...PLAIN.input, quietWindow: '30s' },
      faults: [{ on: 'write', nth: 1, fault: { kind: 'reset', when: 'before' } }],
    });
    expect(code).toBe('NOT_SWITCHED');
    expect(model.sent).toHaveLength(1);
  });

  test('whoever accepts or gives up is told what is true then', async () => {
    const { report, model } = await played({
      input: { ...PLAIN.input, onTimeout: 'hold', decisionWindow: '20s' },
      behaviour: { stuck: true },
      happenings: [
        {
          atMs: 15_000,
          what: { kind: 'change', change: { kind: 'set', service: NAMES.primary, state: 'RUNNING' } },
        },
        {
          atMs: 16_000,
          what: {
            kind: 'update',
            name: 'decide',
            payload: { action: 'accept', by: 'ops@example.com', reason: 'INC-123' },
          },
        },
      ],
    });
    expect(report).toMatchObject({ outcome: 'accepted', situation: 'primary-active' });
    expect(model.truth).toBe('active RUNNING, passive RUNNING');
  });
});
