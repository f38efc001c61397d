import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { ZodError, z } from 'zod';
import { ApiError, errorBody } from '../errors';
import type { Action, FaultBook } from '../faults';
import { TransitionRefused } from '../pair';
import type { RateLimiter } from '../rate-limit';
import type { RequestEntry, RequestLog } from '../request-log';
import type { World } from '../world';
import { actOut, targetOf } from './fault-hooks';
import { type Call, notFound, ROUTES } from './routes';

export interface ApiParts {
  world: World;
  faults: FaultBook;
  requests: RequestLog;
  limiter?: RateLimiter | undefined;
}

/** What the hooks remember about a request on its way. */
interface Visit {
  entry: RequestEntry;
  actions: Action[];
}

/** An HTTP server with the Aiven API under `/v1`; it does not listen yet. */
export function buildServer(parts: ApiParts): FastifyInstance {
  // Connections are kept alive by clients: closing the lab must not wait for them.
  const server = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
  // Clients send odd content types, even with no body at all: every body is read as JSON.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, async (_: FastifyRequest, text: string) =>
    parse(text),
  );
  server.setErrorHandler(async (error: unknown, _request, reply) => {
    const { status, body } = answerTo(error);
    return reply.code(status).send(body);
  });
  server.setNotFoundHandler(async () => {
    throw notFound();
  });
  void server.register(async (api) => aivenApi(api, parts), { prefix: '/v1' });
  return server;
}

function aivenApi(api: FastifyInstance, { world, faults, requests, limiter }: ApiParts): void {
  const visits = new WeakMap<FastifyRequest, Visit>();
  const closing = new AbortController();
  const signal = closing.signal;
  api.addHook('preClose', async () => closing.abort());

  api.addHook('onRequest', async (request, reply) => {
    // That Aiven sends one is not documented; many such APIs do.
    reply.header('x-request-id', randomUUID());
    const target = targetOf(request);
    const userAgent = request.headers['user-agent'] ?? null;
    const entry = requests.add({ ...target, status: null, userAgent });
    visits.set(request, { entry, actions: faults.meet(target) });
  });

  api.addHook('preHandler', async (request, reply) => {
    const visit = visits.get(request);
    if (!visit) return undefined;
    if (request.method !== 'GET') Object.assign(visit.entry, { body: request.body });
    if (!isRead(request)) Object.assign(visit.entry, { effect: 'none' });
    const outcome = await actOut(visit.actions, 'before', { reply, world, signal, truth: '' });
    if (outcome === 'cut') return reply.hijack();
    if (outcome) return reply.send(outcome.body);
    authorize(world, request);
    limiter?.pass();
    return undefined;
  });

  api.addHook('onSend', async (request, reply, payload) => {
    const visit = visits.get(request);
    if (!visit) return payload;
    const truth = typeof payload === 'string' ? payload : '';
    const outcome = await actOut(visit.actions, 'after', { reply, world, signal, truth });
    if (outcome === 'cut') return null;
    visit.entry.status = reply.statusCode;
    return outcome ? outcome.body : payload;
  });

  for (const { method, path, reads, answer } of ROUTES) {
    api.route({
      method,
      url: path,
      config: { reads },
      handler: async (request) => {
        const call: Call = {
          world,
          params: request.params as Call['params'],
          query: request.query as Call['query'],
          body: request.body,
          effect: (effect) => Object.assign(visits.get(request)?.entry ?? {}, { effect }),
        };
        if (call.params.project !== undefined && call.params.project !== world.project) {
          throw new ApiError(403, 'Not a project member', 'permission_denied');
        }
        return answer(call);
      },
    });
  }
  // A route of its own, so that what the lab does not know is logged and needs a token like all the rest.
  api.all('/*', async () => {
    throw notFound();
  });
}

function isRead({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'GET' || (routeOptions.config as { reads?: boolean }).reads === true;
}

/** Aiven's own clients send `aivenv1`, its docs and its TypeScript client `Bearer`. */
function authorize(world: World, request: FastifyRequest): void {
  const [, token] = /^(?:aivenv1|bearer)\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token !== world.token || !world.tokenValid) {
    throw new ApiError(401, 'Missing (expired) db token', 'authentication_failed');
  }
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'Invalid JSON in the body of the request', 'bad_request');
  }
}

function answerTo(error: unknown): { status: number; body: object } {
  if (error instanceof ApiError) return { status: error.status, body: error.body };
  if (error instanceof TransitionRefused) return { status: 409, body: errorBody(409, error.message) };
  if (error instanceof ZodError) return { status: 400, body: errorBody(400, z.prettifyError(error)) };
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  const status = statusCode ?? 500;
  return { status, body: errorBody(status, message ?? STATUS_CODES[status] ?? 'Error') };
}
