import { z } from 'zod';
import { compact } from '../../util/compact';
import { lenient, name, type Reading, readingOf, text } from './parts';

/** The status of one side of a pair in the promote-to-master dialect, in lower case. */
export type DisasterRecoveryStatus = 'active' | 'passive' | 'rebuilding' | 'rebalancing' | 'failed';

const STATUSES: readonly DisasterRecoveryStatus[] = [
  'active',
  'passive',
  'rebuilding',
  'rebalancing',
  'failed',
];

/** Reads a status of the promote-to-master dialect: in any case of letters. */
export function readDisasterRecoveryStatus(text: string): Reading<DisasterRecoveryStatus> {
  return readingOf(STATUSES, text, text.toLowerCase());
}

const side = z.object({ service_name: name, status: text, cloud_name: lenient(text) }).transform((it) =>
  compact({
    serviceName: it.service_name,
    status: readDisasterRecoveryStatus(it.status),
    cloudName: it.cloud_name,
  }),
);

/**
 * `GET /v1/project/P/service/S/disaster-recovery`, the promote-to-master dialect: what it says of both sides of a pair.
 * No sample of the reply was ever published; this shape is the project's own reading.
 */
export const disasterRecoveryReply = z.object({
  disaster_recovery: z.object({ primary: side, recovery: side }),
});
export type DisasterRecovery = z.output<typeof disasterRecoveryReply>['disaster_recovery'];
export type DisasterRecoverySide = DisasterRecovery['primary'];
