import type { ConnectionOptions } from 'node:tls';
import { Connection } from 'pg';
import { PostgresError, toPostgresError } from './error';
import { GuardedSocket } from './guarded-socket';

const CANCEL_TIMEOUT_MS = 1_000;
const REFUSED = new PostgresError('the server takes no cancel request', 'connection-lost');
const ENDED = new PostgresError('the cancel request has ended', 'connection-lost');

/** Where a session is, and what it says to be known by. */
export interface CancelKey {
  /** The very address of the session: another server of the same name does not know it. */
  address: string;
  port: number;
  ssl: ConnectionOptions | false;
  processId: number;
  secretKey: number;
}

/**
 * Asks a server to end the statement of a session (PostgreSQL's CancelRequest), through a connection of its own; resolves
 * when the server has taken the request. Takes one second at most.
 *
 * @throws PostgresError
 */
export async function cancelStatement({
  address,
  port,
  ssl,
  processId,
  secretKey,
}: CancelKey): Promise<void> {
  const socket = new GuardedSocket();
  const connection = new Connection({ stream: () => socket.socket, ssl }) as unknown as DriverConnection;
  try {
    const taken = new Promise<void>((resolve, reject) => {
      let isSent = false;
      const send = () => {
        isSent = true;
        connection.cancel(processId, secretKey);
      };
      connection.on('connect', ssl === false ? send : () => connection.requestSsl());
      connection.on('sslconnect', send);
      connection.on('error', reject);
      // The server answers by hanging up.
      connection.on('end', () => (isSent ? resolve() : reject(REFUSED)));
    });
    connection.connect(port, address);
    await socket.within(CANCEL_TIMEOUT_MS, 'no answer to a cancel request', taken);
  } catch (error) {
    throw toPostgresError(error);
  } finally {
    socket.cut(ENDED);
  }
}

/** What the driver has inside and does not declare. */
interface DriverConnection {
  connect(port: number, host: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  on(event: 'connect' | 'sslconnect' | 'end', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}
