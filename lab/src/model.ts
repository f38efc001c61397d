/** Which of the two services of a pair: fixed for good. */
export type Side = 'primary' | 'recovery';

/**
 * The role a service holds now. Values of `disaster_recovery_role`
 * (Aiven docs: `crdr-switchback`, `crdr-failover-to-recovery`).
 */
export type Role = 'active' | 'passive' | 'failed';

/** The four values of a service's `state` in Aiven's OpenAPI description. */
export type ServiceState = 'RUNNING' | 'REBUILDING' | 'REBALANCING' | 'POWEROFF';

/** Which form of the disaster recovery API the lab speaks. */
export type Dialect = 'role' | 'promote-to-master';

/** What a service is right now, before any override of how the API shows it. */
export interface Status {
  role: Role;
  state: ServiceState;
}

export const SIDES: readonly Side[] = ['primary', 'recovery'];

export function otherSide(side: Side): Side {
  return side === 'primary' ? 'recovery' : 'primary';
}
