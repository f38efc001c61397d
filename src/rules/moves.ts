import type { SwitchbackRequest } from '../contract/input';
import type { PairObservation, ServiceObservation, Side, Situation } from '../contract/observation';
import { otherSide } from '../contract/observation';

/**
 * When a promotion is allowed: a procedure makes its goal the active side, and undoes that by making
 * the other side, its origin, active again. Nothing may write unless both services were read in the very attempt that writes
 * and this table says yes for what was read.
 *
 * | situation | promote the goal | promote the origin |
 * |---|---|---|
 * | origin-active | yes | – (it is active) |
 * | none-active | – | origin settled |
 * | moving, goal active or changing, and not settled | – (it is on its way) | origin passive and settled |
 * | goal-failed | – (never toward a failed service) | origin passive and settled |
 * | every other | – | – |
 */
export function mayPromote(
  target: Side,
  situation: Situation,
  observed: PairObservation,
  goal: Side = 'primary',
): boolean {
  if (target === goal) return situation === `${otherSide(goal)}-active`;
  const [wanted, origin] = [observed[goal], observed[target]];
  if (!wanted.readable || !origin.readable) return false;
  if (origin.role !== 'passive' || !origin.settled) return false;
  if (situation === 'none-active' || situation === `${goal}-failed`) return true;
  // The promote-to-master dialect shows Rebuilding in the place of the role of a service that does not settle.
  return (
    situation === 'moving' && !wanted.settled && (wanted.role === 'active' || wanted.role === 'changing')
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
 * True when the goal is active, or becomes it, and the other side is not: there is nothing to write, only an end to wait
 * for, whoever began it. The promote-to-master dialect shows Rebuilding in the place of a role.
 */
export function isOnItsWay(goal: Side, observed: PairObservation): boolean {
  const [wanted, other] = [observed[goal], observed[otherSide(goal)]];
  if (!wanted.readable || !other.readable) return false;
  const goes = wanted.role === 'active' || wanted.role === 'changing';
  return goes && (other.role === 'passive' || other.role === 'changing');
}

/** True while a role change to this side is under way: neither service is at rest, unlike where one of them is in trouble. */
export function isChangingTo(goal: Side, observed: PairObservation): boolean {
  const services = [observed.primary, observed.recovery];
  return (
    isOnItsWay(goal, observed) &&
    services.every((it) => it.readable && (it.state !== 'RUNNING' || it.role === 'changing'))
  );
}

/**
 * Whether a failover has a cause and somewhere to go: the primary is active and in trouble, or does not answer, and the
 * recovery service stands ready. It destroys the primary.
 *
 * @param drill a person wants it although the API calls the primary healthy.
 */
export function mayFail({ primary, recovery }: PairObservation, drill: boolean): boolean {
  if (!recovery.readable || recovery.role !== 'passive' || !recovery.settled) return false;
  if (recovery.peers.length !== 1 || recovery.peers[0] !== primary.service) return false;
  // A service that the API does not have cannot fail.
  if (!primary.readable) return !primary.gone;
  return primary.role === 'active' && (drill || !isHealthy(primary));
}

/** True when the API says that this service is active and in good order. */
export function isHealthy(service: ServiceObservation): boolean {
  return service.readable && service.role === 'active' && service.settled;
}

/** True when the primary has failed: there is nothing to write. */
export function hasFailed({ primary }: PairObservation): boolean {
  return primary.readable && primary.role === 'failed';
}

/** A rebuild of anything else than a failed primary beside an active and settled recovery service destroys the only copy. */
export function mayRebuild(situation: Situation, { recovery }: PairObservation): boolean {
  return situation === 'failed-over' && recovery.readable && recovery.settled;
}

/** True when the primary is, or becomes, a standby of the active recovery service: there is nothing to write. */
export function isRebuilt({ primary, recovery }: PairObservation): boolean {
  if (!primary.readable || !recovery.readable || recovery.role !== 'active') return false;
  return primary.role === 'passive' || primary.role === 'changing';
}

/** A service that changed within this time may not show yet that it is about to move. */
const RECENT_MS = 5 * 60_000;

/**
 * True when the pair is where it should be and neither service was changed lately: nothing to write or wait for.
 *
 * @param now ISO 8601, by the API's clock: the worker's may be wrong.
 */
export function isLongSettled(
  goal: Side,
  situation: Situation,
  { primary, recovery }: PairObservation,
  now: string,
): boolean {
  if (situation !== `${goal}-active`) return false;
  return [primary, recovery].every(
    (it) => it.readable && Date.parse(now) - Date.parse(it.updatedAt) > RECENT_MS,
  );
}

/** What the policy does when the deadline has passed and no decision came in time. */
export type Compensation =
  /** Make the side active again that was active before. */
  | 'undo'
  /** The pair is as it was before the run: end it, there is nothing to undo. */
  | 'end-not-switched'
  /** Too doubtful for a rule: wait for a person. */
  | 'ask';

/** Chosen from what is observed now, never from what was attempted. */
export function compensationFor(
  situation: Situation,
  observed: PairObservation,
  policy: SwitchbackRequest['onTimeout'],
  goal: Side = 'primary',
): Compensation {
  const origin = otherSide(goal);
  if (situation === `${origin}-active`) return 'end-not-switched';
  if (policy === 'hold' || situation === `${goal}-failed`) return 'ask';
  return mayPromote(origin, situation, observed, goal) ? 'undo' : 'ask';
}
