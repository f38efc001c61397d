import type { Answers, DatabaseFacts } from './facts';
import { QUESTIONS, SERVER } from './questions';
import type { Session } from './session';

/** Who we are on a server, and whether the table for measuring is there. */
export interface AccessLook {
  server: DatabaseFacts['server'];
  probe: Answers['probe'];
}

/** @throws PostgresError */
export function lookAtAccess(session: Session): Promise<AccessLook> {
  return session.one<AccessLook>(`SELECT ${SERVER} AS server, ${QUESTIONS.probe} AS probe`);
}
