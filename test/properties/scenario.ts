import fc from 'fast-check';
import type { Change } from '../../lab/src/changes';
import type { Behaviour } from '../../lab/src/timeline';
import { type Fault, NAMES, PROJECT } from './model';

/** What people and others do, and when. */
export type Happening =
  | { kind: 'change'; change: Change }
  | { kind: 'cancel' }
  | { kind: 'worker-dies' }
  | { kind: 'update'; name: 'abort' | 'approve' | 'reject' | 'acknowledge' | 'decide'; payload: object };

export interface Scenario {
  input: Record<string, unknown>;
  approvalByPolicy: boolean;
  state: 'ready' | 'fresh';
  transitionMs: number;
  behaviour: Behaviour;
  faults: { on: 'read' | 'write'; nth: number; fault: Fault }[];
  happenings: { atMs: number; what: Happening }[];
  /** What a person answers when the run can only wait for one; after these, `give-up`. */
  decisions: string[];
}

const ASKER = 'ops@example.com';
const OTHER = 'lead@example.com';

const side = fc.constantFrom(...Object.values(NAMES));
const when = fc.constantFrom('before' as const, 'after' as const);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('reset' as const), when }),
  fc.record({ kind: fc.constant('html' as const), when }),
  fc.constant({ kind: 'cut-json' } as const),
  fc.record({ kind: fc.constant('status' as const), when, status: fc.constantFrom(500, 503, 504) }),
  // An API that refuses what it has done would be lying; these come only before.
  fc.record({
    kind: fc.constant('status' as const),
    when: fc.constant('before' as const),
    status: fc.constantFrom(400, 401, 403, 404, 409),
  }),
  fc.record({
    kind: fc.constant('status' as const),
    when: fc.constant('before' as const),
    status: fc.constant(429),
    retryAfter: fc.integer({ min: 0, max: 10 }),
  }),
  fc.record({ kind: fc.constant('slow' as const), ms: fc.integer({ min: 1_000, max: 14_000 }) }),
  fc.record({
    kind: fc.constant('strange' as const),
    field: fc.constantFrom('role' as const, 'state' as const),
    value: fc.constantFrom('mystery', undefined),
  }),
);

const change: fc.Arbitrary<Change> = fc.oneof(
  side.map((service): Change => ({ kind: 'promote', service })),
  side.map((service): Change => ({ kind: 'set', service, role: 'failed', state: 'POWEROFF' })),
  fc
    .record({
      service: side,
      role: fc.constantFrom('active' as const, 'passive' as const),
      state: fc.constantFrom('RUNNING' as const, 'REBUILDING' as const),
    })
    .map((status): Change => ({ kind: 'set', ...status })),
  // A stuck one comes to its end.
  side.map((service): Change => ({ kind: 'set', service, state: 'RUNNING' })),
  side.map((service): Change => ({ kind: 'vanish', service })),
  side.map((service): Change => ({ kind: 'restore', service })),
  side.map(
    (service): Change => ({ kind: 'override', service, set: { 'node_states.1.state': 'timing_out' } }),
  ),
  side.map((service): Change => ({ kind: 'override', service, set: { service_integrations: [] } })),
  side.map((service): Change => ({ kind: 'behave', service, stuck: true })),
  side.map((service): Change => ({ kind: 'alert', service, event: 'user_alert' })),
);

const decision = fc.constantFrom('wait', 'return-to-recovery', 'accept', 'give-up');
const person = fc.constantFrom(ASKER, OTHER);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: change.map((it): Happening => ({ kind: 'change', change: it })) },
  { weight: 1, arbitrary: fc.constant<Happening>({ kind: 'cancel' }) },
  { weight: 3, arbitrary: fc.constant<Happening>({ kind: 'worker-dies' }) },
  {
    weight: 6,
    arbitrary: fc
      .record({
        name: fc.constantFrom('abort', 'approve', 'reject', 'acknowledge', 'decide'),
        by: person,
        action: decision,
      })
      .map(({ name, by, action }): Happening => {
        const more: Record<string, object> = { acknowledge: { check: 'recent-change' }, decide: { action } };
        return { kind: 'update', name, payload: { by, reason: 'INC-123', ...more[name] } } as Happening;
      }),
  },
);

/** Mostly early on, where most is decided. */
const atMs = fc.oneof(
  fc.integer({ min: 0, max: 1_000 }),
  fc.integer({ min: 0, max: 20_000 }),
  fc.integer({ min: 0, max: 150_000 }),
);

const input = fc.record({
  project: fc.constant(PROJECT),
  service: fc.constant(NAMES.primary),
  mode: fc.oneof(
    { weight: 8, arbitrary: fc.constant('execute') },
    { weight: 1, arbitrary: fc.constantFrom('plan', 'rehearse') },
  ),
  approval: fc.oneof(
    { weight: 4, arbitrary: fc.constant('none') },
    { weight: 1, arbitrary: fc.constant('required') },
  ),
  onTimeout: fc.constantFrom('return-to-recovery', 'hold'),
  convergeTimeout: fc.constantFrom('10s', '40s'),
  decisionWindow: fc.constantFrom('0s', '20s'),
  // A flip that comes early looks like the end of the switch for up to 7.5 s.
  settleWindow: fc.constant('5s'),
  quietWindow: fc.constantFrom('1s', '10s'),
  stallWindow: fc.constant('10s'),
  approvalWindow: fc.constant('30s'),
  requestedBy: fc.oneof(
    { weight: 9, arbitrary: fc.constant(ASKER) },
    { weight: 1, arbitrary: fc.constant('') },
  ),
  reason: fc.constant('INC-123'),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  input,
  approvalByPolicy: fc.oneof(
    { weight: 9, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  state: fc.oneof(
    { weight: 9, arbitrary: fc.constant('ready' as const) },
    { weight: 1, arbitrary: fc.constant('fresh' as const) },
  ),
  transitionMs: fc.integer({ min: 1_000, max: 15_000 }),
  behaviour: fc.record({
    flip: fc.constantFrom('at-once', 'early', 'late', 'primary-first', 'recovery-first', 'flap'),
    stuck: fc.oneof(
      { weight: 3, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    failMidway: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('primary' as const, 'recovery' as const) },
    ),
  }),
  faults: fc.array(
    fc.oneof(
      fc.record({ on: fc.constant('write' as const), nth: fc.integer({ min: 1, max: 3 }), fault }),
      fc.record({
        on: fc.constant('read' as const),
        nth: fc.integer({ min: 1, max: 40 }),
        fault: fc.oneof(
          fault,
          change.map((it): Fault => ({ kind: 'change', change: it })),
        ),
      }),
    ),
    { maxLength: 5 },
  ),
  happenings: fc.array(fc.record({ atMs, what: happening }), { maxLength: 5 }),
  decisions: fc.array(decision, { maxLength: 3 }),
});
