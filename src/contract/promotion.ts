import type { Dialect } from './observation';

/**
 * The only bodies of writes: each makes the service of the path the active one, and nothing else. Source: Aiven's page
 * on switchover and switchback for the role form; the other form was specified for this project.
 */
export const promotions = {
  role: { disaster_recovery_role: 'active' },
  'promote-to-master': { disaster_recovery_promote_to_master: true },
} as const satisfies Record<Dialect, Record<string, unknown>>;

export type PromotionBody = (typeof promotions)[Dialect];
