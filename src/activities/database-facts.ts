import type { Pair, Side } from '../contract/observation';
import { type DatabaseFacts, type Databases, readDatabases, type SideReading } from '../postgres';
import type { Fact, PairDatabaseFacts } from '../rules/facts';

/** Asks both databases of a pair; `undefined` when no access to them is configured. A cancellation is thrown. */
export async function askDatabases(
  databases: Databases,
  pair: Pair,
  signal: AbortSignal,
): Promise<PairDatabaseFacts | undefined> {
  const database = databases.of(pair);
  if (database === undefined) return undefined;
  const { primary, recovery, looks } = await readDatabases(database, { signal });
  signal.throwIfAborted();
  return { primary: factOf(pair, 'primary', primary), recovery: factOf(pair, 'recovery', recovery), looks };
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
