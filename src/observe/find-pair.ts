import type { DiscoverInput, Discovery } from '../contract/activities';
import { stops } from '../contract/checks';
import type { Dialect } from '../contract/observation';
import { isExcusedFromAnswering, judgeDiscovery } from '../rules/checks';
import type { DiscoveryFacts, UnreadFact } from '../rules/facts';
import { peersOf } from '../rules/observation';
import { compact } from '../util/compact';
import { now } from '../util/now';
import type { ApiSession } from './api-session';

/** What must hold for there to be a pair at all; the rest of the catalogue is preflight's. */
const NEEDED = ['dialect-known', 'crdr-peers', 'named-is-primary'];

/** Finds the peer of the named service and the dialect that the API speaks, or says which checks stand against it. */
export async function findPair(session: ApiSession, input: DiscoverInput): Promise<Discovery> {
  const { project, service, recovery, move } = input;
  const primary = await session.askService(project, service);
  // What is in trouble may not answer; then the recovery service speaks for both, if the input names it.
  const isExcused = isExcusedFromAnswering({ primary, move }) && recovery !== undefined;
  const witness = isExcused ? await session.askService(project, recovery) : primary;
  const hasRole = witness.ok && witness.value.role.kind !== 'absent';
  const found = primary.ok ? peersOf(primary.value, project) : [];
  const peer = recovery ?? (found.length === 1 ? found[0] : undefined);
  const disasterRecovery =
    witness.ok && !hasRole
      ? await session.askDisasterRecovery(project, isExcused ? recovery : service)
      : undefined;

  const facts: DiscoveryFacts = {
    project,
    named: service,
    peer,
    confirmed: recovery !== undefined,
    me: notAsked('the token was not looked at'),
    primary,
    recovery: isExcused
      ? witness
      : notAsked(peer === undefined ? 'the peer is not known' : `${peer} was not looked at`),
    ...compact({ disasterRecovery, move }),
  };
  const isPair =
    witness.ok &&
    !judgeDiscovery(facts).some(
      // A soft finding is for a person to answer, once there is a run that can ask.
      (check) => NEEDED.includes(check.id) && check.severity === 'block' && stops(check),
    );
  if (isPair && peer !== undefined) {
    const dialect: Dialect = hasRole ? 'role' : 'promote-to-master';
    return { pair: { project, primary: service, recovery: peer, dialect }, requests: session.requests };
  }
  const [me, recoveryFact] = await Promise.all([
    session.askMe(),
    isExcused || peer === undefined || peer.includes('/')
      ? facts.recovery
      : session.askService(project, peer),
  ]);
  return { checks: judgeDiscovery({ ...facts, me, recovery: recoveryFact }), requests: session.requests };
}

function notAsked(why: string): UnreadFact {
  return { ok: false, why, request: '(not asked)', at: now() };
}
