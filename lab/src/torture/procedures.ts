import type { FailoverInput, Procedure } from '../../../dist/client';
import type { Lab, LabPair } from '../lab';

/** A procedure that is struck at. */
export type Tortured = Exclude<Procedure, 'drill'>;

export interface TorturedRow {
  /** Where the pair begins. */
  state: 'ready' | 'fresh' | 'failed-over';
  /** How a run that is right ends, with the roles of the primary and the recovery service. */
  outcome: string;
  roles: string;
  /** Writes that began a role change. */
  effective: number;
  /** What the input has beside the names. */
  more?: (service: string) => Partial<FailoverInput>;
  /** Brings the pair back to where it begins. */
  again: (lab: Lab, pair: LabPair) => Promise<void>;
}

/** What is struck at, and what is right. */
export const tortured: Record<Tortured, TorturedRow> = {
  switchback: {
    state: 'ready',
    outcome: 'switched-back',
    roles: 'active/passive',
    effective: 1,
    again: (_, pair) => pair.switchover(),
  },
  switchover: {
    state: 'fresh',
    outcome: 'switched-over',
    roles: 'passive/active',
    effective: 1,
    again: (_, pair) => pair.switchback(),
  },
  failover: {
    state: 'fresh',
    outcome: 'failed-over',
    roles: 'failed/active',
    effective: 1,
    more: (service) => ({ confirm: service, requestedBy: 'torture', reason: 'torture', drill: true }),
    again: async (lab, pair) => {
      await lab.apply({ kind: 'rebuild', service: pair.primary });
      await pair.settled();
      await pair.switchback();
    },
  },
  failback: {
    state: 'failed-over',
    outcome: 'failed-back',
    roles: 'active/passive',
    effective: 2,
    again: async (lab, pair) => {
      await lab.apply({ kind: 'fail', service: pair.primary });
      await pair.settled();
    },
  },
};
