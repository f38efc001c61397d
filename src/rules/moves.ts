import type { OnTimeout } from '../contract/input';
import type { PairObservation, Side, Situation } from '../contract/observation';
import { otherSide } from '../contract/observation';

/**
 * The only writes there are, and when each is allowed. Nothing may write unless both services were read in the very
 * attempt that writes and this table says yes for what was read.
 *
 * | situation | promote primary | promote recovery |
 * |---|---|---|
 * | recovery-active | yes | – (it is active) |
 * | none-active | – | recovery settled |
 * | moving, primary active or changing, and not settled | – (it is on its way) | recovery passive and settled |
 * | primary-failed | – (never toward a failed service) | recovery passive and settled |
 * | every other | – | – |
 */
export function mayPromote(target: Side, situation: Situation, observed: PairObservation): boolean {
  if (target === 'primary') return situation === 'recovery-active';
  const { primary, recovery } = observed;
  if (!primary.readable || !recovery.readable) return false;
  if (recovery.role !== 'passive' || !recovery.settled) return false;
  if (situation === 'none-active' || situation === 'primary-failed') return true;
  // The promote-to-master dialect shows Rebuilding in the place of the role of a primary that does not settle.
  return (
    situation === 'moving' && !primary.settled && (primary.role === 'active' || primary.role === 'changing')
  );
}

/**
 * True when the wanted role is there already or on its way, so that a write would be one too many. A service that
 * changes beside an active one may as well be rebuilt: that is no promotion, and no reason for one either.
 */
export function isPromoted(target: Side, observed: PairObservation): boolean {
  const service = observed[target];
  const other = observed[otherSide(target)];
  if (!service.readable) return false;
  if (service.role === 'changing') return other.readable && other.role !== 'active';
  return service.role === 'active';
}

/**
 * True when the primary is active, or becomes it, and the recovery service is not: there is nothing to write, only an end
 * to wait for, whoever began it. The promote-to-master dialect shows Rebuilding in the place of a role.
 */
export function isOnItsWayHome({ primary, recovery }: PairObservation): boolean {
  if (!primary.readable || !recovery.readable) return false;
  const goes = primary.role === 'active' || primary.role === 'changing';
  return goes && (recovery.role === 'passive' || recovery.role === 'changing');
}

/** A service that changed within this time may not show yet that it is about to move. */
const RECENT_MS = 5 * 60_000;

/**
 * True when the pair is where it should be and neither service was changed lately: nothing to write or wait for.
 *
 * @param now ISO 8601, by the API's clock: the worker's may be wrong.
 */
export function isLongSettled(
  situation: Situation,
  { primary, recovery }: PairObservation,
  now: string,
): boolean {
  if (situation !== 'primary-active') return false;
  return [primary, recovery].every(
    (it) => it.readable && Date.parse(now) - Date.parse(it.updatedAt) > RECENT_MS,
  );
}

/** What the policy does when the deadline has passed and no decision came in time. */
export type Compensation =
  /** Make the recovery service active again. */
  | 'return-to-recovery'
  /** The pair is as it was before the run: end it, there is nothing to undo. */
  | 'end-not-switched'
  /** Too doubtful for a rule: wait for a person. */
  | 'ask';

/** Chosen from what is observed now, never from what was attempted. */
export function compensationFor(
  situation: Situation,
  observed: PairObservation,
  policy: OnTimeout,
): Compensation {
  if (situation === 'recovery-active') return 'end-not-switched';
  if (policy === 'hold' || situation === 'primary-failed') return 'ask';
  return mayPromote('recovery', situation, observed) ? 'return-to-recovery' : 'ask';
}
