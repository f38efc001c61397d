import { setTimeout as delay } from 'node:timers/promises';
import type { Side } from '../contract/observation';
import { otherSide } from '../contract/observation';
import {
  hasNonce,
  type Nonce,
  newNonce,
  type PairDatabase,
  readRole,
  type Session,
  type SessionOptions,
  writeNonce,
} from '../postgres';
import type { Asked, ProofFacts } from '../rules/proof';
import { ask, askOn } from './ask';

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 3_000;
/** A row that replicates at all is there within milliseconds; across regions within a second or so. */
const ARRIVAL_LIMIT_MS = 4_000;
const ARRIVAL_POLL_MS = 100;
/** Long enough for a name or a proxy that alternates between two servers to show it. */
const PAUSE_BEFORE_SECOND_MS = 1_000;

/** One try at the proof, through sessions of its own. Never throws: what went wrong is in the facts. */
export async function attemptProof(
  database: PairDatabase,
  { active, runId, alone = false }: { active: Side; runId: string; alone?: boolean },
  signal: AbortSignal,
): Promise<ProofFacts> {
  const options = { signal, connectTimeoutMs: CONNECT_TIMEOUT_MS, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const [first, second] = [newNonce(runId), newNonce(runId)];
  const [firstWrite, activeSide, passiveSide] = await Promise.all([
    writeThroughServiceUri(database, first, options),
    ask(() => database.open(active, options)),
    alone ? undefined : ask(() => database.open(otherSide(active), options)),
  ]);
  try {
    const row = 'answer' in firstWrite ? first : undefined;
    const [ofActive, ofPassive, secondWrite] = await Promise.all([
      lookAtActive(activeSide, row),
      passiveSide && lookAtPassive(passiveSide, row, signal),
      row && writeLater(database, second, options),
    ]);
    const isWritten = secondWrite !== undefined && 'answer' in secondWrite;
    return {
      firstWrite,
      ...ofActive,
      ...ofPassive,
      ...(secondWrite && { secondWrite }),
      ...(isWritten && { activeHasSecond: await askOn(activeSide, (session) => hasNonce(session, second)) }),
    };
  } finally {
    await Promise.all([activeSide, passiveSide].map((side) => side && 'answer' in side && side.answer.end()));
  }
}

/** The way an application takes: a name resolved afresh, a session of its own. */
function writeThroughServiceUri(
  database: PairDatabase,
  nonce: Nonce,
  options: SessionOptions,
): Promise<Asked<null>> {
  return ask(async () => {
    const [resolver] = database.settings.resolvers;
    const through = resolver === undefined ? options : { ...options, resolver };
    await database.use('service', (session) => writeNonce(session, nonce), through);
    return null;
  });
}

async function writeLater(
  database: PairDatabase,
  nonce: Nonce,
  options: SessionOptions,
): Promise<Asked<null>> {
  // When it is cut short, opening the session says so.
  await delay(PAUSE_BEFORE_SECOND_MS, undefined, { signal: options.signal }).catch(() => undefined);
  return writeThroughServiceUri(database, nonce, options);
}

async function lookAtActive(
  side: Asked<Session>,
  row: Nonce | undefined,
): Promise<Pick<ProofFacts, 'activeRole' | 'activeHasFirst'>> {
  const activeRole = await askOn(side, readRole);
  if (row === undefined) return { activeRole };
  return { activeRole, activeHasFirst: await askOn(side, (session) => hasNonce(session, row)) };
}

async function lookAtPassive(
  side: Asked<Session>,
  row: Nonce | undefined,
  signal: AbortSignal,
): Promise<Pick<ProofFacts, 'passiveRole' | 'arrival'>> {
  const passiveRole = await askOn(side, readRole);
  if (row === undefined) return { passiveRole };
  const arrival = await askOn(side, (session) => waitFor(session, row, signal));
  return { passiveRole, arrival };
}

async function waitFor(
  session: Session,
  row: Nonce,
  signal: AbortSignal,
): Promise<{ found: boolean; ms: number; replayPaused: boolean }> {
  const startedAt = performance.now();
  for (;;) {
    const found = await hasNonce(session, row);
    const ms = Math.round(performance.now() - startedAt);
    if (found) return { found, ms, replayPaused: false };
    if (ms >= ARRIVAL_LIMIT_MS) {
      const { replayPaused } = await readRole(session);
      return { found, ms, replayPaused };
    }
    // When it is cut short, the next question says so.
    await delay(ARRIVAL_POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
