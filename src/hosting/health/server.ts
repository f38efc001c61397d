import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Worker } from '@temporalio/worker';
import { cannotListen, parseAddress } from '../address';
import { answersOf, type Check } from './check';

/** A client that takes its time, or never ends its request, must not hold a socket of the worker. */
const SLOW_CLIENTS = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MOST_CONNECTIONS = 100;

export interface HealthServer {
  close(): void;
}

/**
 * Serves `/healthz`, whether the worker lives, and `/readyz`, whether it is of use, and if not, why not and what to do.
 *
 * @param worker the worker, once there is one.
 * @throws SwitchbackError CONFIG_INVALID when it cannot listen there.
 */
export async function serveHealth(
  address: string,
  worker: () => Worker | undefined,
  checks: readonly Check[],
): Promise<HealthServer> {
  const server = createServer(SLOW_CLIENTS, (request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD')
      answer(response, { status: 405, body: { error: 'only GET' } });
    else if (path === '/healthz') answer(response, stateOf(worker()));
    else if (path === '/readyz') void readiness(checks).then((found) => answer(response, found));
    else answer(response, { status: 404, body: { error: 'there are /healthz and /readyz' } });
  });
  server.maxConnections = MOST_CONNECTIONS;
  const { host, port } = parseAddress(address);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen('SWITCHBACK_HEALTH_ADDRESS', address, error);
  }
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Reply {
  status: number;
  body: object;
}

function stateOf(worker: Worker | undefined): Reply {
  const state = worker?.getState() ?? 'STARTING';
  const ok = state !== 'FAILED';
  return { status: ok ? 200 : 503, body: { ok, worker: state } };
}

async function readiness(checks: readonly Check[]): Promise<Reply> {
  const answers = await answersOf(checks);
  const ready = answers.every(({ ok }) => ok);
  return { status: ready ? 200 : 503, body: { ready, checks: answers } };
}

function answer(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
