/** Why PostgreSQL could not be asked, or what it answered instead. Its message never holds a credential. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';

  constructor(
    message: string,
    /** SQLSTATE (`25006`, `57P01`), the network's word (`ECONNREFUSED`), `timeout` or `connection-lost`. */
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

/** Whatever `pg` or the network threw, with a code. */
export function toPostgresError(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const { message, code } = error as Error & { code?: unknown };
  if (typeof code === 'string' && code !== '')
    return new PostgresError(message || code, code, { cause: error });
  const isLost = /terminated|closed|ended|socket/i.test(message);
  return new PostgresError(message, isLost ? 'connection-lost' : 'unknown', { cause: error });
}
