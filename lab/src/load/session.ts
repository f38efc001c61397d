import { Socket } from 'node:net';
import { Client } from 'pg';
import type { Address } from '../backing/backing';

/** For connecting, and for one statement: a network that hangs must not hang an application. */
const LIMIT_MS = 2000;

/** An application's session, which can be let go of at any time whatever the network does. */
export interface Session {
  query(sql: string, values: unknown[]): Promise<void>;
  close(): void;
}

/** As the administrator, in `defaultdb`. */
export async function openSession({ host, port }: Address, password: string): Promise<Session> {
  // Its own, for a client that ends in order waits for the server to answer.
  const socket = new Socket();
  const client = new Client({
    host,
    port,
    user: 'avnadmin',
    password,
    database: 'defaultdb',
    application_name: 'lab-load',
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
    statement_timeout: LIMIT_MS,
    stream: () => socket,
  });
  client.on('error', () => undefined); // the next query hears of it
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    query: async (sql, values) => {
      await client.query(sql, values);
    },
    close: () => socket.destroy(),
  };
}
