import { type Session, toPostgresError } from '../postgres';
import type { Asked } from '../rules/proof';
import { now } from '../util/now';

/** Whatever PostgreSQL is asked: a refusal is an answer too. Never throws. */
export async function ask<T>(work: () => Promise<T>): Promise<Asked<T>> {
  try {
    const answer = await work();
    return { at: now(), answer };
  } catch (error) {
    const { code, message } = toPostgresError(error);
    return { at: now(), refusal: { code, message } };
  }
}

/** As {@link ask}, on a session that may not have come about: then for the same reason. */
export async function askOn<T>(
  session: Asked<Session>,
  question: (session: Session) => Promise<T>,
): Promise<Asked<T>> {
  return 'refusal' in session ? session : ask(() => question(session.answer));
}
