import type { Pair, Side } from '../contract/observation';
import {
  type DatabaseFacts,
  type Databases,
  type PairDatabase,
  readDatabases,
  readRole,
  type ServerRole,
  type SideReading,
} from '../postgres';
import type { Fact, PairDatabaseFacts } from '../rules/facts';
import { describeRefusal } from '../rules/proof';
import { compact } from '../util/compact';
import { ask } from './ask';

/** Asks both databases of a pair; `undefined` when no access to them is configured. A cancellation is thrown. */
export async function askDatabases(
  databases: Databases,
  pair: Pair,
  signal: AbortSignal,
): Promise<PairDatabaseFacts | undefined> {
  const database = databases.of(pair);
  if (database === undefined) return undefined;
  const [{ primary, recovery, looks }, service] = await Promise.all([
    readDatabases(database, { signal }),
    askServiceUri(database, signal),
  ]);
  signal.throwIfAborted();
  return {
    primary: factOf(pair, 'primary', primary),
    recovery: factOf(pair, 'recovery', recovery),
    service,
    looks,
  };
}

/** The way that the probe and the proof take. */
async function askServiceUri(database: PairDatabase, signal: AbortSignal): Promise<Fact<ServerRole>> {
  const asked = await ask(() => {
    const [resolver] = database.settings.resolvers;
    return database.use('service', readRole, { signal, ...compact({ resolver }) });
  });
  const of = { request: 'SQL through the Service URI', at: asked.at };
  if ('answer' in asked) return { ok: true, value: asked.answer, ...of };
  return { ok: false, why: `the Service URI could not be asked: ${describeRefusal(asked.refusal)}`, ...of };
}

function factOf(pair: Pair, side: Side, reading: SideReading): Fact<DatabaseFacts> {
  const asked = { request: `SQL on ${pair[side]}`, at: reading.at };
  if (reading.ok) return { ok: true, value: reading.facts, ...asked };
  const { message, code } = reading.error;
  return {
    ok: false,
    why: `the database of ${pair[side]} could not be asked: ${message} (${code})`,
    ...asked,
  };
}
