export { Databases, type PairDatabase, type PairsSettings } from './databases';
export { PostgresError } from './error';
export { resolve, SYSTEM } from './resolve';
export { Session, type SessionOptions } from './session';
export type { ConnectionSettings, Door, PairSettings } from './settings';
