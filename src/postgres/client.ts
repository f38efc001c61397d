import { Client, type ClientConfig } from 'pg';
import { PostgresError } from './error';

/**
 * The driver's client without two of its habits: it would take what the `PG*` variables say into the start-up, and an
 * answer that it cannot read would be thrown where nobody can catch it and end the process.
 */
export class StrictClient extends Client {
  readonly #startup: Record<string, string | undefined>;

  /** @param config with a password: an empty one would be looked for in `PGPASSWORD` and `~/.pgpass`. */
  constructor(config: ClientConfig) {
    super({ ...config, sslnegotiation: 'postgres' });
    const { user, database, application_name } = config;
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

  /** Called by the driver. */
  getStartupConf(): Record<string, string | undefined> {
    return this.#startup;
  }
}

/** What the driver has inside and does not declare. */
interface DriverConnection {
  attachListeners(stream: DriverStream): void;
}

interface DriverStream {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  destroy(error: Error): unknown;
}
