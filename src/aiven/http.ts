import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { FailBody, PromotionBody, RebuildBody } from '../contract/promotion';
import { compact } from '../util/compact';
import { TimeIsUp, withinLimit } from '../util/limit';
import { now } from '../util/now';
import { AivenApiError } from './errors';
import * as failures from './failures';
import { type CallOptions, checkedToken, type Settings } from './options';
import type { MetricsPeriod } from './replies';
import { scrub } from './scrub';
import { watchSend } from './watch-send';

export type Call =
  | { readonly method: 'GET'; readonly path: string }
  /** A read whose question is a body. */
  | { readonly method: 'POST'; readonly path: string; readonly body: { readonly period: MetricsPeriod } }
  | { readonly method: 'PUT'; readonly path: string; readonly body: PromotionBody | FailBody | RebuildBody };

/** A service with everything in it is well under 100 kB. */
export const MAX_REPLY_BYTES = 10 * 1024 * 1024;

/**
 * Makes one request when its turn has come, never a second one, and hands its JSON body to `read`.
 *
 * @param begin told when its turn has come. The time limit counts from then on.
 * @throws AivenApiError, or the signal's reason; see `AivenClient` for the contract.
 */
export async function send<T>(
  settings: Settings,
  call: Call,
  read: (body: unknown, attempt: failures.RequestAttempt) => T,
  { signal, timeoutMs, holdBack, onRequest, priority = 'check', isPaid = false }: CallOptions = {},
  begin: () => void = () => {},
): Promise<T> {
  if (!isPaid) await settings.budget?.take(priority, 1, signal);
  begin();
  const attempt: failures.RequestAttempt = { method: call.method, path: call.path, sent: false, token: '' };
  const limitMs = Math.min(settings.requestTimeoutMs, timeoutMs ?? settings.requestTimeoutMs);
  const startedAt = now();
  const began = performance.now();
  let failed: { readonly by: unknown } | undefined;
  try {
    const reply = await withinLimit(limitMs, signal, (limit) =>
      exchange(settings, call, attempt, limit, holdBack),
    ).catch((thrown) => {
      throw explain(thrown, attempt, limitMs, signal);
    });
    return read(failures.bodyOf(attempt, reply), attempt);
  } catch (thrown) {
    failed = { by: thrown };
    if (thrown instanceof AivenApiError && thrown.status === 429)
      settings.budget?.refused(thrown.retryAfterMs, thrown.apiMessage ?? '');
    throw thrown;
  } finally {
    report([settings.onRequest, onRequest], attempt, startedAt, began, failed);
  }
}

async function exchange(
  settings: Settings,
  call: Call,
  attempt: failures.RequestAttempt,
  signal: AbortSignal,
  holdBack: CallOptions['holdBack'],
): Promise<failures.Reply> {
  attempt.token = await tokenFor(settings, attempt);
  signal.throwIfAborted();
  const { origin, pathname } = new URL(settings.baseUrl);
  const dispatcher = watchSend(settings.dispatcher, () => {
    const reason = holdBack?.();
    if (reason !== undefined) throw failures.heldBack(attempt, reason);
    attempt.sent = true;
  });
  const response = await dispatcher.request({
    origin,
    path: (pathname === '/' ? '' : pathname) + call.path,
    method: call.method,
    headers: {
      authorization: `aivenv1 ${attempt.token}`,
      accept: 'application/json',
      'accept-encoding': 'gzip, deflate, br',
      // A guard read that a cache answers is no look at all.
      'cache-control': 'no-cache',
      'user-agent': settings.userAgent,
      ...('body' in call ? { 'content-type': 'application/json' } : {}),
    },
    body: 'body' in call ? JSON.stringify(call.body) : null,
    // Never behind another request on a pipelining connection, where undici would send it again.
    idempotent: call.method === 'GET',
    // The limit of the whole request replaces undici's own.
    headersTimeout: 0,
    bodyTimeout: 0,
    signal,
  });
  attempt.status = response.statusCode;
  const requestId = single(response.headers['x-request-id']);
  if (requestId) attempt.requestId = scrub(requestId, attempt.token, 128);
  const text = await readText(response.body, single(response.headers['content-encoding']), attempt);
  // What is no success may come from a proxy, with a clock of its own, and says itself what is the matter.
  const isSuccess = response.statusCode >= 200 && response.statusCode <= 299;
  const { date, age } = response.headers;
  const old = isSuccess ? settings.clock.faultOf(single(date), single(age)) : undefined;
  if (old !== undefined && call.method !== 'PUT') throw failures.unreadable(attempt, old);
  return compact({
    status: response.statusCode,
    text,
    retryAfter: single(response.headers['retry-after']),
    location: single(response.headers.location),
    contentType: single(response.headers['content-type']),
    server: single(response.headers.server),
  });
}

async function tokenFor(settings: Settings, attempt: failures.RequestAttempt): Promise<string> {
  if (typeof settings.token === 'string') return settings.token;
  try {
    return checkedToken(await settings.token());
  } catch (cause) {
    throw failures.tokenFailure(attempt, cause);
  }
}

async function readText(
  body: Dispatcher.ResponseData['body'],
  encoding: string | undefined,
  attempt: failures.RequestAttempt,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) throw failures.unreadable(attempt, `more than ${MAX_REPLY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return (await decoded(Buffer.concat(chunks), encoding, attempt)).toString('utf8');
}

/** Gateways compress whether they were asked or not. undici's own interceptor warns that it is experimental. */
const DECODERS: Readonly<Record<string, (body: Buffer, options: ZlibOptions) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

async function decoded(
  body: Buffer,
  encoding: string | undefined,
  attempt: failures.RequestAttempt,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity' || body.length === 0) return body;
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decode === undefined)
    throw failures.unreadable(attempt, 'it is encoded in a way that was not asked for');
  try {
    return await decode(body, { maxOutputLength: MAX_REPLY_BYTES });
  } catch {
    throw failures.unreadable(attempt, `it says that it is ${name}, and cannot be decoded`);
  }
}

function explain(
  thrown: unknown,
  attempt: failures.RequestAttempt,
  limitMs: number,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) {
    const clean = attempt.method !== 'PUT' || !attempt.sent;
    return clean ? signal.reason : failures.cancelledAfterSending(attempt, signal.reason);
  }
  if (thrown instanceof AivenApiError) return thrown;
  if (thrown instanceof TimeIsUp) return failures.timedOut(attempt, limitMs);
  return failures.connectionFailure(attempt, thrown);
}

function report(
  observers: readonly CallOptions['onRequest'][],
  attempt: failures.RequestAttempt,
  startedAt: string,
  began: number,
  failed: { readonly by: unknown } | undefined,
): void {
  const { method, path, sent, status, requestId } = attempt;
  const known = failed?.by instanceof AivenApiError ? failed.by : undefined;
  const error = failed && (known?.message ?? 'cancelled');
  const retryAfterMs = known?.retryAfterMs;
  const kind = method === 'PUT' ? ('write' as const) : ('read' as const);
  const durationMs = Math.round(performance.now() - began);
  const record = compact({
    method,
    path,
    kind,
    sent,
    startedAt,
    durationMs,
    status,
    requestId,
    retryAfterMs,
    error,
  });
  for (const observe of observers) {
    try {
      observe?.(record);
    } catch {
      // An observer's fault must not turn a write that was made into one that seems to have failed.
    }
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
