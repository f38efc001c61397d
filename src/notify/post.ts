import type { Dispatcher } from 'undici';
import { compact } from '../util/compact';
import { TimeIsUp, withinLimit } from '../util/limit';
import { retryAfterMs } from '../util/retry-after';
import { version } from '../version';
import { DeliveryFailure } from './failure';

export interface Reply {
  status: number;
  /** How long it asks to wait, milliseconds. */
  retryAfterMs?: number;
  /** Only what was asked for with `wantsBody`. */
  body: string;
}

export interface HttpRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  wantsBody?: boolean;
}

/** A message of ours that is given back, with room to spare. */
const MAX_REPLY_BYTES = 1024 * 1024;
/** The codes of Node, OpenSSL and undici; a message could hold a URL or a header. */
const CODE = /^[A-Z][A-Z0-9_]{2,60}$/;

/**
 * Sends one request, never a second one, and follows no redirect.
 *
 * @param request what to send; it is asked within the time limit, since it reads secrets.
 * @throws DeliveryFailure when no reply came in time, or the reason of the signal.
 */
export async function post(
  dispatcher: Dispatcher,
  request: () => Promise<HttpRequest>,
  limitMs: number,
  signal: AbortSignal,
): Promise<Reply> {
  try {
    return await withinLimit(limitMs, signal, async (limit) => exchange(dispatcher, await request(), limit));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DeliveryFailure) throw error;
    if (error instanceof TimeIsUp) {
      throw new DeliveryFailure('later', `no answer within ${limitMs / 1_000} s`);
    }
    throw new DeliveryFailure('later', codeOf(error) ?? 'the request could not be sent');
  }
}

async function exchange(dispatcher: Dispatcher, request: HttpRequest, signal: AbortSignal): Promise<Reply> {
  const { origin, pathname, search } = new URL(request.url);
  const { statusCode, headers, body } = await dispatcher.request({
    origin,
    path: pathname + search,
    method: 'POST',
    headers: { 'user-agent': `switchback/${version}`, ...request.headers },
    body: request.body,
    // The limit of the whole attempt replaces undici's own.
    headersTimeout: 0,
    bodyTimeout: 0,
    signal,
  });
  const text = request.wantsBody ? await textOf(body) : '';
  // A status is an answer: what follows it may take its time, or never end.
  if (!request.wantsBody) body.dump({ limit: MAX_REPLY_BYTES }).catch(() => {});
  const asked = headers['retry-after'];
  const wait = retryAfterMs(Array.isArray(asked) ? asked[0] : asked, '', Date.now());
  return { status: statusCode, body: text, ...compact({ retryAfterMs: wait }) };
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) throw new DeliveryFailure('later', 'the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  return cause instanceof Error ? codeOf(cause) : undefined;
}
