import type { Dialect } from './observation';

/**
 * The bodies of promotions: each makes the service of the path the active one, and nothing else. Source: Aiven's page
 * on switchover and switchback for the role form; the other form was specified for this project.
 */
export const promotions = {
  role: { disaster_recovery_role: 'active' },
  'promote-to-master': { disaster_recovery_promote_to_master: true },
} as const satisfies Record<Dialect, Record<string, unknown>>;

/**
 * Has a failed service rebuilt as a standby of the active one, in both forms of the API. Source: Aiven's page on the revert to
 * the primary region, step 1.
 */
export const rebuildBody = { disaster_recovery_role: 'passive' } as const;

/**
 * Has a service fail for good: it is powered off, and the other one of its pair becomes active. The same in both forms of the
 * API. Source: Aiven's page on failover.
 */
export const failBody = { disaster_recovery_role: 'failed' } as const;

export type FailBody = typeof failBody;

export type RebuildBody = typeof rebuildBody;

export type PromotionBody = (typeof promotions)[Dialect];
