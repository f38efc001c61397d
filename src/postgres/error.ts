import { cut } from '../util/text';

/** Why PostgreSQL could not be asked, or what it answered instead. Its message never holds a credential. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';

  constructor(
    message: string,
    /**
     * SQLSTATE (`25006`, `57P01`), the network's or TLS's word (`ECONNREFUSED`, `ERR_TLS_CERT_ALTNAME_INVALID`), or
     * `timeout`, `sync-rep` (a commit that no synchronous standby confirmed), `connection-lost`, `aborted`, `no-tls`, `protocol`, `no-password`, `not-configured`, `unknown`.
     */
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** True when the server did not accept the user or the password (SQLSTATE class 28). */
  get isCredentialRefused(): boolean {
    return /^28...$/.test(this.code);
  }
}

/** It travels into a run's history, and a server may say as much as it likes. */
const LONGEST_MESSAGE = 500;

/** What the driver says without a code. */
const DRIVER_WORDS: [RegExp, string][] = [
  [/does not support SSL|establishing an SSL connection/, 'no-tls'],
  [/terminated|closed|ended|socket|not queryable/i, 'connection-lost'],
];

/** Whatever `pg` or the network threw, with a code. */
export function toPostgresError(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const { message: text, code } = error as Error & { code?: unknown };
  const message = cut(text, LONGEST_MESSAGE);
  if (typeof code === 'string' && code !== '')
    return new PostgresError(message || code, code, { cause: error });
  const [, word = 'unknown'] = DRIVER_WORDS.find(([pattern]) => pattern.test(message)) ?? [];
  return new PostgresError(message, word, { cause: error });
}
