import type { EndpointInput } from '../contract/activities';
import { otherSide } from '../contract/observation';
import {
  countSessions,
  type PairDatabase,
  readServer,
  resolve,
  type ServerSnapshot,
  type SessionOptions,
} from '../postgres';
import type { EndpointFacts, ResolverFacts } from '../rules/endpoint';
import type { Asked } from '../rules/proof';
import { ask } from './ask';

const RESOLVE_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 3_000;

/**
 * Looks where the Service URI leads: everything at once, each with its own time limit. Writes nothing.
 *
 * @throws PostgresError only when the access is no longer configured.
 */
export async function readEndpoint(
  database: PairDatabase,
  { pair, active }: Pick<EndpointInput, 'pair' | 'active'>,
  signal: AbortSignal,
): Promise<EndpointFacts> {
  const { connections, resolvers } = database.settings;
  const name = connections.service.host;
  const options = { signal, connectTimeoutMs: CONNECT_TIMEOUT_MS, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const landings = new Map<string, Promise<Asked<ServerSnapshot>>>();
  const landOn = (address: string) => {
    const known = landings.get(address);
    const landing = known ?? ask(() => database.use('service', readServer, { ...options, address }));
    landings.set(address, landing);
    return landing;
  };
  const passive = otherSide(active);
  const [activeId, { id: passiveId, sessions }, views] = await Promise.all([
    ask(() => database.use(active, async (session) => (await readServer(session)).id, options)),
    lookAtPassive(database, passive, options),
    Promise.all(resolvers.map((resolver) => lookThrough(name, resolver, landOn, signal))),
  ]);
  const sides =
    active === 'primary'
      ? { primary: activeId, recovery: passiveId }
      : { primary: passiveId, recovery: activeId };
  return { pair, active, name, sides, resolvers: views, sessionsOnOldSide: sessions };
}

async function lookAtPassive(
  database: PairDatabase,
  passive: 'primary' | 'recovery',
  options: SessionOptions,
): Promise<{ id: Asked<string>; sessions: Asked<number | undefined> }> {
  const seen = await ask(() =>
    database.use(
      passive,
      async (session) => ({
        id: await ask(async () => (await readServer(session)).id),
        sessions: await ask(() => countSessions(session)),
      }),
      options,
    ),
  );
  return 'answer' in seen ? seen.answer : { id: seen, sessions: seen };
}

async function lookThrough(
  name: string,
  resolver: string,
  landOn: (address: string) => Promise<Asked<ServerSnapshot>>,
  signal: AbortSignal,
): Promise<ResolverFacts> {
  const found = await ask(() => resolve(name, resolver, { timeoutMs: RESOLVE_TIMEOUT_MS, signal }));
  if ('refusal' in found) return { resolver, addresses: found };
  const landings = found.answer.map(async (address) => ({ address, server: await landOn(address) }));
  return { resolver, addresses: { at: found.at, answer: await Promise.all(landings) } };
}
