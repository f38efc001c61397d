import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { applyChange, type Change } from '../changes';
import { errorBody } from '../errors';
import type { Action } from '../faults';
import type { World } from '../world';

/** Texts that the real API was seen to send; the others are the phrase of the status. */
const MESSAGES: Record<number, string> = {
  401: 'Missing (expired) db token',
  403: 'Not a project member',
  429: 'The user has sent too many requests in a given amount of time: Rate limit 120 exceeded - try again in 28s',
  500: 'Internal Server Error',
  501: 'An error occurred. Please try again later.',
  503: 'Service Unavailable',
};
const CODES: Record<number, string> = { 401: 'authentication_failed', 403: 'permission_denied' };

/** Answers that take the place of the true one, or a connection that ends without any. */
type Outcome = { body: string } | 'cut' | undefined;

/** Does what faults want done at one of the two moments; the first one that answers or cuts ends it. */
export async function actOut(
  actions: Action[],
  moment: 'before' | 'after',
  { reply, world, signal, truth }: { reply: FastifyReply; world: World; signal: AbortSignal; truth: string },
): Promise<Outcome> {
  for (const action of actions.filter(({ when }) => when === moment)) {
    if (action.delayMs > 0) await delay(action.delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return 'cut';
    const outcome = await act(action, reply, world, truth);
    if (outcome) return outcome;
  }
  return undefined;
}

async function act(action: Action, reply: FastifyReply, world: World, truth: string): Promise<Outcome> {
  switch (action.type) {
    case 'change':
      await happen(world, action.change);
      return undefined;
    case 'delay':
      return undefined;
    case 'reset':
      reply.request.raw.socket.resetAndDestroy();
      return 'cut';
    case 'lose-reply':
      reply.request.raw.socket.destroy();
      return 'cut';
    case 'cut-json':
      return { body: truth.slice(0, Math.floor(truth.length / 2)) };
    case 'html':
      reply.code(action.status).type('text/html; charset=utf-8');
      return {
        body: `<html><head><title>${action.status}</title></head><body><h1>Bad gateway</h1></body></html>`,
      };
    case 'status': {
      reply.code(action.status).type('application/json; charset=utf-8').headers(action.headers);
      if (action.retryAfter !== undefined) reply.header('retry-after', String(action.retryAfter));
      const message = action.message ?? MESSAGES[action.status] ?? `Status ${action.status}`;
      return { body: JSON.stringify(action.body ?? errorBody(action.status, message, CODES[action.status])) };
    }
  }
}

/** The request waits for it and goes on whatever comes of it, so a change that cannot be made is told on the side. */
async function happen(world: World, change: Change): Promise<void> {
  try {
    await applyChange(world, change);
  } catch (error) {
    process.emitWarning(
      `The lab could not ${change.kind}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The part of a request that a fault can match, without the query. */
export function targetOf(request: FastifyRequest) {
  const [path = '', query = ''] = request.raw.url?.split('?', 2) ?? [];
  const service = (request.params as Record<string, string | undefined>).service ?? null;
  return { method: request.method, path, query, service };
}
