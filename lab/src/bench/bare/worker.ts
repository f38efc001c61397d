import { setTimeout as delay } from 'node:timers/promises';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Agent, request } from 'undici';
import type { Sent, Step } from './contract';

/** As many as the product's worker has. */
const ACTIVITY_SLOTS = 1_000;
const { TEMPORAL_ADDRESS, AIVEN_WEB_URL = '', AIVEN_TOKEN, BARE_TASK_QUEUE = '' } = process.env;
const dispatcher = new Agent();

/** A worker of Temporal's SDK and nothing else, with the HTTP client of the product. */
async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address: String(TEMPORAL_ADDRESS) });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: require.resolve('./workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  const worker = await Worker.create({
    connection,
    taskQueue: BARE_TASK_QUEUE,
    workflowBundle,
    activities: { request: perform, nothing: async () => {} },
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
  });
  process.stdout.write(`worker on task queue ${BARE_TASK_QUEUE}\n`);
  await worker.run();
}

async function perform({ requests, waitMs = 0 }: Step, service: string): Promise<void> {
  const isWrite = ({ method }: Sent) => method === 'PUT';
  await Promise.all(requests.filter((one) => !isWrite(one)).map((one) => send(one, service)));
  for (const write of requests.filter(isWrite)) await send(write, service);
  if (waitMs > 0) await delay(waitMs);
}

async function send({ method, path, body }: Sent, service: string): Promise<void> {
  const reply = await request(`${AIVEN_WEB_URL}${path.replaceAll('{service}', service)}`, {
    method: method as 'GET' | 'POST' | 'PUT',
    headers: { authorization: `aivenv1 ${AIVEN_TOKEN}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    dispatcher,
  });
  await reply.body.json();
}

void main();
