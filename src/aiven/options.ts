import type { Dispatcher } from 'undici';
import { outgoing } from '../util/outgoing';
import { ApiClock } from './api-clock';
import type { Priority } from './budget/line';
import type { RequestBudget } from './budget/request-budget';
import { AivenOptionsError } from './errors';
import type { RequestRecord } from './record';

export const DEFAULT_BASE_URL = 'https://api.aiven.io';
export const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
const DEFAULT_USER_AGENT = 'switchback';
/** Above this, Node's timers fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const HEADER_VALUE = /^[\x20-\x7e]+$/;

export interface CallOptions {
  /** Gives the call up; see `AivenClient` for what it then rejects with. */
  readonly signal?: AbortSignal | undefined;
  /** For a read that is worth less patience: a shorter limit than the client's `requestTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** How urgent it is, where requests have to wait for their turn. Default: `check`. */
  readonly priority?: Priority | undefined;
  /** True when its turn has come already: see {@link RequestBudget.take}. */
  readonly isPaid?: boolean | undefined;
  /**
   * True for a read whose reply may answer others that ask the same, each as long as the request has not begun when it
   * asks: so nobody gets a reply to a request that is older than its question. The others' `onRequest` is told of it as
   * `shared`.
   */
  readonly mayShare?: boolean | undefined;
  /** Asked when a connection is there and right before the first byte: a reason for which nothing is sent after all. */
  readonly holdBack?: (() => string | undefined) | undefined;
  /** Told of this request when it is over, after the client's own; see {@link RequestRecord}. What it throws is ignored. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
}

export interface AivenClientOptions {
  /**
   * Where the API is, http or https, without `/v1`; trailing slashes are stripped. Default
   * `https://api.aiven.io`. A user, query or fragment in it is refused.
   */
  readonly baseUrl?: string | undefined;
  /**
   * The API token, or a function that is asked for it on every request, so that a renewed token is picked up.
   * Surrounding white space, as from a file, is taken off.
   */
  readonly token: string | (() => string | Promise<string>);
  /** The `User-Agent` header. Default `switchback`. */
  readonly userAgent?: string | undefined;
  /** Milliseconds for a whole request: token, connection, reply and body. Default 10 000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * The undici dispatcher to send through. It must not repeat requests by itself (no `RetryAgent`), and stays
   * the caller's to close. By default the client has one of its own, which obeys the proxy variables, and which `close()` closes.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Told of every request when it is over; see {@link RequestRecord}. What it throws is ignored. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Who may send when; shared by all that use one token. Default: everybody at once. */
  readonly budget?: RequestBudget | undefined;
  /** The API's clock, shared by the clients of one worker. Default: one of its own. */
  readonly clock?: ApiClock | undefined;
}

/** The options once checked and completed. */
export interface Settings extends AivenClientOptions {
  readonly baseUrl: string;
  readonly userAgent: string;
  readonly requestTimeoutMs: number;
  readonly dispatcher: Dispatcher;
  readonly clock: ApiClock;
}

/** @throws AivenOptionsError naming the option; its value is never repeated. */
export function normalise(options: AivenClientOptions): Settings {
  const requestTimeoutMs = checkedTimeout(options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS);
  return {
    baseUrl: checkedBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL),
    token: typeof options.token === 'function' ? options.token : checkedToken(options.token),
    userAgent: checkedUserAgent(options.userAgent ?? DEFAULT_USER_AGENT),
    requestTimeoutMs,
    dispatcher: checkedDispatcher(options.dispatcher ?? outgoing(requestTimeoutMs)),
    onRequest: options.onRequest,
    budget: options.budget,
    clock: options.clock ?? new ApiClock(),
  };
}

/** @throws AivenOptionsError when there is no token, or one that no header can carry. */
export function checkedToken(token: unknown): string {
  const trimmed = typeof token === 'string' ? token.trim() : '';
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new AivenOptionsError('token must be a non-empty string of printable ASCII without spaces');
  }
  return trimmed;
}

function checkedBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new AivenOptionsError('baseUrl must be an absolute http or https URL');
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new AivenOptionsError('baseUrl must not have a user, a password, a query or a fragment');
  }
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

function checkedUserAgent(userAgent: string): string {
  if (typeof userAgent !== 'string' || !HEADER_VALUE.test(userAgent)) {
    throw new AivenOptionsError('userAgent must be a non-empty string of printable ASCII');
  }
  return userAgent;
}

function checkedTimeout(timeout: number): number {
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > LONGEST_TIMEOUT_MS) {
    throw new AivenOptionsError(`requestTimeoutMs must be a whole number from 1 to ${LONGEST_TIMEOUT_MS}`);
  }
  return timeout;
}

function checkedDispatcher(dispatcher: Dispatcher): Dispatcher {
  if (typeof dispatcher?.dispatch !== 'function' || typeof dispatcher.compose !== 'function') {
    throw new AivenOptionsError('dispatcher must be an undici Dispatcher');
  }
  return dispatcher;
}
