/** One request that was made, for counting reads and writes and for evidence. It holds no secret. */
export interface RequestRecord {
  /** A `POST` is a read too: the API takes the question of some reads as a body. */
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The path, percent-encoded, without the base URL but with the query. */
  readonly path: string;
  readonly kind: 'read' | 'write';
  /** Whether any of it was given to a connection; false for a refused connection, for example. */
  readonly sent: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds, whole, until the reply was read or the request had failed. */
  readonly durationMs: number;
  /** The HTTP status, if a reply began. */
  readonly status?: number;
  /** The reply's `x-request-id` header, if it has one; that Aiven sends it is not documented. */
  readonly requestId?: string;
  /** Milliseconds that the reply asked to wait before another request, if it did; capped, as in `AivenApiError`. */
  readonly retryAfterMs?: number;
  /** Another caller made this very request; it is counted there. */
  readonly shared?: true;
  /** What went wrong, one sentence; left out when nothing did. */
  readonly error?: string;
}
