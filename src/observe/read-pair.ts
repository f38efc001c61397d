import type { AivenClient } from '../aiven';
import type { CheckResult } from '../contract/checks';
import type { Pair } from '../contract/observation';
import { peersOf } from '../rules/observation';
import { ApiSession, type PairReading } from './api-session';
import { findPair } from './find-pair';

/** Both services as they are now. */
export interface PairRead extends PairReading {
  pair: Pair;
}

/** The checks that say why there is no such pair. */
export interface PairNotFound {
  checks: CheckResult[];
}

/** Reads the pair whichever of its two services was named, or says which checks stand against there being one. */
export async function readPair(
  aiven: AivenClient,
  { project, service }: { project: string; service: string },
  signal: AbortSignal,
): Promise<PairRead | PairNotFound> {
  const session = new ApiSession(aiven, signal);
  const read = async (named: string): Promise<PairRead | PairNotFound> => {
    const found = await findPair(session, { project, service: named, recovery: undefined });
    if ('checks' in found) return { checks: found.checks };
    return { pair: found.pair, ...(await session.readPair(found.pair)) };
  };
  const found = await read(service);
  if ('pair' in found) return found;
  const named = await session.askService(project, service);
  const [peer] = named.ok ? peersOf(named.value, project) : [];
  const other = peer === undefined ? found : await read(peer);
  return 'pair' in other ? other : found;
}
