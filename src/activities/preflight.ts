import { cancellationSignal } from '@temporalio/activity';
import type { AivenClient } from '../aiven';
import type { Preflight, PreflightInput, PreflightVerdict } from '../contract/activities';
import { stops } from '../contract/checks';
import { judge } from '../rules/checks';
import { observePair } from '../rules/observation';
import { situationOf } from '../rules/situation';
import { ApiSession } from './api-session';
import { retryUnread } from './patience';

/** Reads every fact afresh and judges the preconditions by them. */
export async function preflight(
  client: AivenClient,
  { pair, confirmed }: PreflightInput,
): Promise<Preflight> {
  const session = new ApiSession(client, cancellationSignal());
  const [me, facts] = await Promise.all([session.askMe(), session.askPair(pair)]);
  retryUnread(session, `the state of ${pair.primary} and ${pair.recovery}`);

  const { names, ...pairFacts } = facts;
  const checks = judge({ ...pairFacts, named: names.primary, peer: names.recovery, confirmed, me });
  const observed = observePair(facts);
  const situation = situationOf(observed);
  const isPrimaryActive = observed.primary.readable && observed.primary.role === 'active';
  const verdict: PreflightVerdict = checks.some(stops) ? 'blocked' : isPrimaryActive ? 'settle' : 'go';
  return { verdict, checks, situation, observed, requests: session.requests };
}
