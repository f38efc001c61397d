import type { Client } from 'pg';
import type { PostgresServer } from './server';

/** A session in a transaction that has a transaction id and does nothing more; ending it rolls back. */
export async function openTransaction(server: PostgresServer): Promise<Client> {
  const session = await server.session('defaultdb');
  try {
    await session.query(`SET application_name = 'lab-long-transaction'; BEGIN READ WRITE`);
    await session.query('SELECT pg_current_xact_id()');
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}
