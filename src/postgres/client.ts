import type { ConnectionOptions } from 'node:tls';
import { Client, type ClientConfig } from 'pg';
import type { CancelKey } from './cancel';
import { PostgresError } from './error';

/**
 * The driver's client without two of its habits: it would take what the `PG*` variables say into the start-up, and an
 * answer that it cannot read would be thrown where nobody can catch it and end the process.
 */
export class StrictClient extends Client {
  readonly #startup: Record<string, string | undefined>;
  readonly #ssl: ConnectionOptions | false;

  /** @param config with a password: an empty one would be looked for in `PGPASSWORD` and `~/.pgpass`. */
  constructor(config: ClientConfig & { ssl: ConnectionOptions | false }) {
    super({ ...config, sslnegotiation: 'postgres' });
    const { user, database, application_name } = config;
    this.#ssl = config.ssl;
    this.#startup = { user, database, application_name };
    const { connection } = this as unknown as { connection: DriverConnection };
    const attach = connection.attachListeners;
    connection.attachListeners = (stream) =>
      attach.call(connection, {
        destroy: (error) => stream.destroy(error),
        on: (event, listener) => {
          const guarded = (...values: unknown[]) => {
            try {
              listener(...values);
            } catch (error) {
              stream.destroy(
                new PostgresError('the answer is none of PostgreSQL', 'protocol', { cause: error }),
              );
            }
          };
          return stream.on(event, guarded);
        },
      });
  }

  /** What it takes to cancel a statement of this session, once it is connected. */
  get cancelKey(): CancelKey {
    const { host, port, processID, secretKey } = this as unknown as DriverSession;
    return { address: host, port, ssl: this.#ssl, processId: processID, secretKey };
  }

  /** Called by the driver. */
  getStartupConf(): Record<string, string | undefined> {
    return this.#startup;
  }
}

/** What the server gave the session to be known by; the driver does not declare it. */
interface DriverSession {
  host: string;
  port: number;
  processID: number;
  secretKey: number;
}

/** What the driver has inside and does not declare. */
interface DriverConnection {
  attachListeners(stream: DriverStream): void;
}

interface DriverStream {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  destroy(error: Error): unknown;
}
