import { STATUS_CODES } from 'node:http';
import { compact } from '../util/compact';
import { retryAfterMs } from '../util/retry-after';
import { AivenApiError, type AivenErrorKind } from './errors';
import { scrub } from './scrub';

/** What is known of a request so far. It holds the token, to mask it; it never goes into an error. */
export interface RequestAttempt {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Set just before the first byte is given to a connection. */
  sent: boolean;
  token: string;
  status?: number;
  requestId?: string;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
  /** The headers `location`, `content-type` and `server`, which say who answers in the place of the API. */
  readonly location?: string;
  readonly contentType?: string;
  readonly server?: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The title of a page is near its begin. */
const PAGE_HEAD = 4_000;

const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/**
 * The JSON body of a successful reply; an empty one counts as `{}`, as it does for `avn`.
 * @throws AivenApiError for anything else, including a 2xx whose body has a truthy `error` (`avn` does so too).
 */
export function bodyOf(attempt: RequestAttempt, reply: Reply): JsonObject {
  const body = jsonObject(reply.text);
  if (reply.status < 200 || reply.status > 299) throw httpFailure(attempt, reply, body);
  if (reply.text.trim() === '') return {};
  if (!body) throw unreadable(attempt, notTheApi(reply, attempt.token));
  if (body.error) throw httpFailure(attempt, reply, body);
  return body;
}

/** A reply that cannot be used, for the reason given. */
export function unreadable(attempt: RequestAttempt, why: string): AivenApiError {
  return failure(attempt, `unreadable reply: ${why}`, { kind: 'unreadable-reply', retryable: true });
}

/** The token function failed with `cause`; its message could hold anything, so only a code is passed on. */
export function tokenFailure(attempt: RequestAttempt, cause: unknown): AivenApiError {
  const code = codeOf(cause);
  const summary = `no usable token${code ? ` (${code})` : ''}`;
  return failure(attempt, summary, { kind: 'token', retryable: true, code });
}

export function timedOut(attempt: RequestAttempt, limitMs: number): AivenApiError {
  return failure(attempt, `no complete reply within ${limitMs} ms`, { kind: 'timeout', retryable: true });
}

/** The caller held the request back when a connection was there. */
export function heldBack(attempt: RequestAttempt, reason: string): AivenApiError {
  return failure(attempt, `not sent: ${reason}`, { kind: 'cancelled', retryable: true });
}

/** The caller gave up on a write that had been sent. */
export function cancelledAfterSending(attempt: RequestAttempt, reason: unknown): AivenApiError {
  const summary = 'cancelled after it was sent; it may have been applied';
  return failure(attempt, summary, { kind: 'cancelled', retryable: false }, { cause: reason });
}

/** A failure of the connection. Only the texts are taken: undici's errors can hold sockets and headers. */
export function connectionFailure(attempt: RequestAttempt, thrown: unknown): AivenApiError {
  const code = codeOf(thrown);
  const kind = code && TIMEOUT_CODES.has(code) ? 'timeout' : 'network';
  const text = messageOf(thrown) || 'connection failed';
  const summary = code && !text.includes(code) ? `${text} (${code})` : text;
  return failure(attempt, summary, { kind, retryable: true, code });
}

function httpFailure(attempt: RequestAttempt, reply: Reply, body: JsonObject | undefined): AivenApiError {
  const { status } = reply;
  const first = firstError(body);
  const said = [body?.message, first?.message, body?.error].find((it) => typeof it === 'string' && it !== '');
  const apiMessage = typeof said === 'string' ? scrub(said, attempt.token) : undefined;
  const errorCode = errorCodeOf(first, attempt.token);
  const sentence = apiMessage ?? STATUS_CODES[status] ?? 'unexpected status';
  const byTheApi = typeof body?.message === 'string' || Array.isArray(body?.errors);
  const foreign = body === undefined ? foreignWords(reply, attempt.token) : '';
  const refused = (byTheApi && status >= 400 && status < 500 && status !== 408) || REDIRECTS.has(status);
  return failure(attempt, `${status} ${sentence}${errorCode ? ` (${errorCode})` : ''}${foreign}`, {
    kind: 'http',
    retryable: status < 300 || status === 408 || status === 429 || status >= 500,
    refused,
    apiMessage,
    errorCode,
    retryAfterMs: retryAfterMs(reply.retryAfter, typeof said === 'string' ? said : '', Date.now()),
  });
}

/** Where a request would have to be made again; the one that was answered so did nothing. A 303 may come after the deed. */
const REDIRECTS = new Set([301, 302, 307, 308]);

/** A reply that is no JSON of the API, told as what it is. */
function notTheApi(reply: Reply, token: string): string {
  return `${reply.status} with a body that is not a JSON object${foreignWords(reply, token)}`;
}

/** Who answers in the place of the API, as far as the reply says, and what to do; empty where it says nothing. */
function foreignWords({ text, location, contentType, server }: Reply, token: string): string {
  const title = /<title[^>]{0,200}>([^<]{1,200})/iu.exec(text.slice(0, PAGE_HEAD))?.[1];
  const type = contentType?.split(';')[0]?.trim();
  const parts = [
    ...(location === undefined ? [] : [`it points to ${scrub(location.split('?')[0] ?? '', token, 200)}`]),
    ...(type === undefined || /json/i.test(type) ? [] : [`${scrub(type, token, 60)}`]),
    ...(server === undefined ? [] : [`server ${scrub(server, token, 60)}`]),
    ...(title === undefined ? [] : [`titled "${scrub(title, token, 80)}"`]),
  ];
  const isForeign = location !== undefined || title !== undefined || /html/i.test(type ?? '');
  if (!isForeign) return '';
  return ` (${parts.join(', ')}): this is not the Aiven API. Check AIVEN_WEB_URL and the proxies on the way`;
}

interface Why {
  readonly kind: AivenErrorKind;
  readonly retryable: boolean;
  /** The API itself said no, so a write has certainly not been applied. */
  readonly refused?: boolean;
  readonly apiMessage?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly code?: string | undefined;
}

function failure(attempt: RequestAttempt, summary: string, why: Why, options?: ErrorOptions): AivenApiError {
  const { method, path, status, sent } = attempt;
  const { refused, ...rest } = why;
  const write = method === 'PUT';
  const certain = !sent || refused;
  const outcome = certain ? ('not-applied' as const) : ('maybe-applied' as const);
  const details = compact({ method, path, write, status, ...rest, outcome: write ? outcome : undefined });
  return new AivenApiError(scrub(summary, attempt.token, 500), details, options);
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function firstError(body: JsonObject | undefined): JsonObject | undefined {
  const errors: unknown = body?.errors;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isObject(first) ? first : undefined;
}

function errorCodeOf(first: JsonObject | undefined, token: string): string | undefined {
  const code = first?.error_code;
  return typeof code === 'string' && /^[\w.-]{1,80}$/.test(code) ? scrub(code, token) : undefined;
}

function codeOf(thrown: unknown): string | undefined {
  const code = isObject(thrown) ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Node's AggregateError of a name with several addresses has an empty message; its parts say what happened. */
function messageOf(thrown: unknown): string {
  if (!isObject(thrown)) return '';
  if (typeof thrown.message === 'string' && thrown.message !== '') return thrown.message;
  return Array.isArray(thrown.errors) ? thrown.errors.map(messageOf).filter(Boolean).join('; ') : '';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}
