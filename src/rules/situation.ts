import type { PairObservation, ReadService, Situation } from '../contract/observation';

/**
 * What two observations mean together. Total and pure: every pair of observations has exactly one situation, and
 * whatever is not fully known is `unreadable`.
 */
export function situationOf({ primary, recovery }: PairObservation): Situation {
  if (!primary.readable || !recovery.readable) return 'unreadable';
  if (!isKnown(primary) || !isKnown(recovery)) return 'unreadable';
  if (!joins(primary, recovery)) return 'not-a-pair';
  if (primary.role === 'failed') {
    return recovery.role === 'active' && recovery.settled ? 'failed-over' : 'primary-failed';
  }
  if (recovery.role === 'failed') return 'recovery-failed';
  if (primary.role === 'changing' || recovery.role === 'changing') return 'moving';
  if (primary.role === recovery.role) return primary.role === 'active' ? 'both-active' : 'none-active';
  if (!primary.settled || !recovery.settled) return 'moving';
  return primary.role === 'active' ? 'primary-active' : 'recovery-active';
}

function isKnown(service: ReadService): boolean {
  return service.role !== 'absent' && service.role !== 'unknown' && service.state !== 'unknown';
}

/** Each must see the other, and only the other, at the far end of its `disaster_recovery` integrations. */
function joins(primary: ReadService, recovery: ReadService): boolean {
  return seesOnly(primary, recovery.service) && seesOnly(recovery, primary.service);
}

function seesOnly(service: ReadService, peer: string): boolean {
  return service.peers.length === 1 && service.peers[0] === peer;
}
