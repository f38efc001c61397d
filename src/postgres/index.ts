export { type AccessSnapshot, readAccess } from './access';
export { Databases, type PairDatabase, type PairsSettings } from './databases';
export { PostgresError, toPostgresError } from './error';
export {
  type Answers,
  type DatabaseFacts,
  type PairReading,
  readDatabases,
  type SideReading,
  type Slot,
  type Told,
} from './facts';
export { countSessions, readServer, type ServerSnapshot } from './identity';
export { measureLag, sampleLag } from './lag';
export { endSessions } from './old-sessions';
export { deleteOldProbeRows, hasProbeRow, type ProbeRow, readProbeRows, writeProbeRow } from './probe-table';
export { hasNonce, type Nonce, newNonce, readRole, type ServerRole, writeNonce } from './proof-queries';
export type { Question } from './questions';
export { resolve, SYSTEM } from './resolve';
export { Session, type SessionOptions } from './session';
export type { ConnectionName, ConnectionSettings, PairSettings } from './settings';
