import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const PROBE_INTERVAL_MS = 20;

export interface Expectation {
  namespace: string;
  searchAttributes: readonly string[];
}

/** Resolves once the server at `host:port` answers for the namespace and knows the search attributes. */
export async function whenReady(
  host: string,
  port: number,
  expected: Expectation,
  signal: AbortSignal,
): Promise<void> {
  // Plain TCP first: a gRPC channel that was refused once waits a whole second before it looks again.
  await until(() => accepts(host, port, signal), signal);
  const connection = Connection.lazy({ address: `${host}:${port}` });
  try {
    await connection.withAbortSignal(signal, () => until(() => serves(connection, expected), signal));
  } finally {
    await connection.close();
  }
}

async function until(probe: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await probe())) await delay(PROBE_INTERVAL_MS, undefined, { signal });
}

async function accepts(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function serves(
  connection: Connection,
  { namespace, searchAttributes }: Expectation,
): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return searchAttributes.every((name) => customAttributes?.[name] !== undefined);
  } catch {
    return false;
  }
}
