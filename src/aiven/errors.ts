/**
 * Why a request failed.
 * - `http`: the API (or something before it) answered with a failure; see `status`.
 * - `network`: no connection, or it broke before the reply was complete; see `code`.
 * - `timeout`: no complete reply within the time for a request.
 * - `unreadable-reply`: an answer that is not JSON, too large, lacks a vital field, or is about another service.
 * - `token`: the token function failed or gave no usable token; nothing was sent.
 * - `cancelled`: the caller's signal fired after a **write** was sent (reads reject with the signal's reason).
 */
export type AivenErrorKind = 'http' | 'network' | 'timeout' | 'unreadable-reply' | 'token' | 'cancelled';

/**
 * What a failed write has done. `not-applied` is said only when it is certain: not a byte of the request was
 * given to a connection, or the API itself refused it (4xx with the API's JSON body, except 408). All else,
 * every 5xx included, is `maybe-applied`: read both services before anything is sent again.
 */
export type WriteOutcome = 'not-applied' | 'maybe-applied';

export interface AivenApiErrorDetails {
  readonly kind: AivenErrorKind;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The path, percent-encoded, without the base URL but with the query. */
  readonly path: string;
  readonly write: boolean;
  /**
   * The same request can succeed later: 408, 429, every 5xx, network, timeouts, unreadable replies, and a
   * 2xx whose body reports an error. Other statuses (and `cancelled`) are final. For a write this says
   * nothing about its outcome.
   */
  readonly retryable: boolean;
  /** Present on writes, and only there. */
  readonly outcome?: WriteOutcome;
  /** The HTTP status, once there was one. */
  readonly status?: number;
  /** The API's own sentence, scrubbed of secrets, at most 300 characters. */
  readonly apiMessage?: string;
  /** The first `errors[].error_code`, such as `service_not_found`; the API does not always give one. */
  readonly errorCode?: string;
  /** Milliseconds that the reply asks to wait, capped (see `MAX_RETRY_AFTER_MS`). */
  readonly retryAfterMs?: number;
  /** The code of a `network` or `timeout` error, such as `ECONNRESET` or `UND_ERR_SOCKET`. */
  readonly code?: string;
}

/**
 * A request to the Aiven API failed. The message is one sentence for people, such as
 * `GET /v1/project/p/service/s: 404 Service s does not exist (service_not_found)`.
 * It carries no headers, no token and nothing of the body but the API's scrubbed message.
 */
export class AivenApiError extends Error {
  declare readonly kind: AivenErrorKind;
  declare readonly method: 'GET' | 'POST' | 'PUT';
  declare readonly path: string;
  declare readonly write: boolean;
  declare readonly retryable: boolean;
  declare readonly outcome?: WriteOutcome;
  declare readonly status?: number;
  declare readonly apiMessage?: string;
  declare readonly errorCode?: string;
  declare readonly retryAfterMs?: number;
  declare readonly code?: string;

  /** `options.cause` is only ever the reason of the caller's own signal. */
  constructor(summary: string, details: AivenApiErrorDetails, options?: ErrorOptions) {
    super(`${details.method} ${details.path}: ${summary}`, options);
    this.name = 'AivenApiError';
    Object.assign(this, details);
  }
}

/** The caller passed something unusable. Nothing was sent, and trying again cannot help. */
export class AivenOptionsError extends TypeError {
  constructor(message: string) {
    super(message);
    this.name = 'AivenOptionsError';
  }
}
