import type { Side, Status } from './model';

/**
 * How the next role change of a pair goes.
 *
 * The order of roles and states in a real switchback is not documented, so a client must stand all of these.
 */
export interface Behaviour {
  /**
   * When the roles change places, as a part of the transition time (default `at-once`):
   * - `at-once`: with the write; states move shortly after
   * - `early`: with the write, but both states go on saying RUNNING for half of the time
   * - `late`: only after both states are RUNNING again
   * - `primary-first`, `recovery-first`: that service with the write, the other one half-way
   * - `flap`: with the write, back again, and over once more
   */
  flip?: 'at-once' | 'early' | 'late' | 'primary-first' | 'recovery-first' | 'flap' | undefined;
  /** The promoted service stays REBUILDING for ever (default false). */
  stuck?: boolean | undefined;
  /** This service turns `failed` and POWEROFF half-way. */
  failMidway?: Side | undefined;
  /**
   * The active server dies without having shipped the last so many rows of `switchback.probe` that it acknowledged; 0:
   * it dies, but nothing of that table is lost. It waits up to 30 s for that many rows to be written, one per
   * transaction, and loses what there is then. Default: the active server stops cleanly and nothing is lost.
   */
  loseRows?: number | undefined;
  /** How long a rebuild takes, milliseconds (default: as long as a role change). */
  rebuildMs?: number | undefined;
  /** The promoted service takes no writes (`default_transaction_read_only`) until it is told otherwise (default false). */
  readOnly?: boolean | undefined;
}

/** One moment of a transition. */
export interface Step {
  /** When, as a part of the transition time: 0 is with the write, 1 is the end. */
  at: number;
  promoted?: Partial<Status>;
  demoted?: Partial<Status>;
  /** Not before the database servers have really changed roles. */
  settles?: boolean;
}

const FLIP = { promoted: { role: 'active' }, demoted: { role: 'passive' } } as const;
const FLIP_BACK = { promoted: { role: 'passive' }, demoted: { role: 'active' } } as const;

function roleSteps(flip: NonNullable<Behaviour['flip']>, to: Side): Step[] {
  switch (flip) {
    case 'at-once':
    case 'early':
      return [{ at: 0, ...FLIP }];
    case 'late':
      return [{ at: 1, settles: true, ...FLIP }];
    case 'flap':
      return [
        { at: 0, ...FLIP },
        { at: 0.3, ...FLIP_BACK },
        { at: 0.6, ...FLIP },
      ];
    case 'primary-first':
    case 'recovery-first': {
      const promotedFirst = (flip === 'primary-first') === (to === 'primary');
      const promoted: Step = { at: promotedFirst ? 0 : 0.5, promoted: FLIP.promoted };
      const demoted: Step = { at: promotedFirst ? 0.5 : 0, demoted: FLIP.demoted };
      return [promoted, demoted];
    }
  }
}

/** The steps of a role change towards `to`, in order of time. */
export function timeline(to: Side, behaviour: Behaviour = {}): Step[] {
  const { flip = 'at-once', stuck = false, failMidway } = behaviour;
  const moving: Step = {
    at: flip === 'early' ? 0.5 : 0.1,
    promoted: { state: 'REBUILDING' },
    demoted: { state: 'REBALANCING' },
  };
  const settled: Step = {
    at: flip === 'late' ? 0.8 : 1,
    settles: true,
    ...(stuck ? {} : { promoted: { state: 'RUNNING' } }),
    demoted: { state: 'RUNNING' },
  };
  const steps = [...roleSteps(flip, to), moving, settled].sort((a, b) => a.at - b.at);
  return failMidway ? withFailure(steps, failMidway === to ? 'promoted' : 'demoted') : steps;
}

/** From half-way on the failed service takes no part in the rest. */
function withFailure(steps: Step[], failed: 'promoted' | 'demoted'): Step[] {
  const before = steps.filter((step) => step.at <= 0.5);
  const after = steps.filter((step) => step.at > 0.5);
  for (const step of after) delete step[failed];
  return [...before, { at: 0.5, [failed]: { role: 'failed', state: 'POWEROFF' } }, ...after];
}
