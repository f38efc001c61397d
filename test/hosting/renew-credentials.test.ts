import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, ServerCredentials, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { NativeConnection } from '@temporalio/worker';
import { startLab } from '../../lab/src/lab';
import { SwitchbackClient } from '../../src/client';
import type { TemporalConfig } from '../../src/config/temporal';
import { loadTemporalConfig } from '../../src/config/temporal';
import { loadWorkerConfig } from '../../src/config/worker';
import { renewCredentials } from '../../src/hosting/renew-credentials';
import { installRuntime } from '../../src/hosting/runtime';
import { createWorker } from '../../src/hosting/worker';
import { until } from '../doors/until';
import { Authority } from '../postgres/certificates';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';

const scratch = useScratchFolder();

/** A gRPC server that takes every key but one, and says who came. */
class Gate extends EventEmitter {
  readonly #server = new Server();

  async listen(refused: string, credentials = ServerCredentials.createInsecure()): Promise<string> {
    const bytes = (value: Buffer) => value;
    for (const method of ['GetSystemInfo', 'DescribeNamespace']) {
      const answer = (
        { metadata }: ServerUnaryCall<Buffer, Buffer>,
        reply: (error: object | null, body?: Buffer) => void,
      ) => {
        const [key] = metadata.get('authorization');
        if (key === `Bearer ${refused}`) reply({ code: status.UNAUTHENTICATED, details: 'expired' });
        else reply(null, Buffer.alloc(0));
        if (method === 'DescribeNamespace') this.emit('asked', key);
      };
      this.#server.register(
        `/temporal.api.workflowservice.v1.WorkflowService/${method}`,
        answer,
        bytes,
        bytes,
        'unary',
      );
    }
    return new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error ? reject(error) : resolve(`127.0.0.1:${port}`),
      );
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }
}

function configWith(address: string, apiKey: string): TemporalConfig {
  return { address, namespace: 'default', summary: '', connectionOptions: { address, apiKey, tls: false } };
}

const connect = ({ connectionOptions }: TemporalConfig) => NativeConnection.connect(connectionOptions);

test('a key that was renewed on disk is used once the server takes it; until then the old one is', async () => {
  const gate = new Gate();
  const address = await gate.listen('not-yet-valid');
  const warned = new EventEmitter();
  const log = { info: () => {}, warn: (text: string) => warned.emit('warned', text) };
  const began = configWith(address, 'first');
  const first = await connect(began);
  const worker: { connection: NativeConnection | undefined } = { connection: first };
  const stop = new AbortController();
  let onDisk = began;
  const renewal = { read: () => ({ value: onDisk }), everyMs: 20 };
  const refusal = once(warned, 'warned');
  const retired = renewCredentials(worker, began, renewal, connect, log as never, stop.signal);

  onDisk = configWith(address, 'not-yet-valid');
  expect((await refusal)[0]).toContain('keeps the old ones');
  expect(worker.connection).toBe(first);
  const accepted = once(gate, 'asked');
  onDisk = configWith(address, 'second');
  expect(await accepted).toEqual(['Bearer second']);
  await until('the worker has the new connection', () => worker.connection !== first);
  stop.abort();
  expect(await retired).toEqual([first]);
  await Promise.all([first.close(), worker.connection?.close()]);
  gate.close();
});

test('so is a certificate, which is a file', async () => {
  const [ours, strange] = [new Authority('ours'), new Authority('strange')];
  const file = (name: string) => join(scratch(), name);
  const useCertificateOf = (authority: Authority) => {
    const { certificate, key } = authority.issue('a-worker');
    writeFileSync(file('client.key'), key);
    writeFileSync(file('client.pem'), certificate);
  };
  writeFileSync(file('ca.pem'), ours.ca);
  useCertificateOf(ours);
  const { certificate, key } = ours.issue('127.0.0.1');
  const pairs = [{ cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) }];
  const gate = new Gate();
  const address = await gate.listen('nobody', ServerCredentials.createSsl(Buffer.from(ours.ca), pairs, true));
  const env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
    TEMPORAL_TLS_CLIENT_CERT_PATH: file('client.pem'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: file('client.key'),
  };
  const warned = new EventEmitter();
  const log = { info: () => {}, warn: (text: string) => warned.emit('warned', text) };
  const began = loadTemporalConfig(env);
  const first = await connect(began);
  const worker: { connection: NativeConnection | undefined } = { connection: first };
  const stop = new AbortController();
  const renewal = { read: () => ({ value: loadTemporalConfig(env) }), everyMs: 20 };
  const refusal = once(warned, 'warned');
  const retired = renewCredentials(worker, began, renewal, connect, log as never, stop.signal);

  useCertificateOf(strange);
  expect((await refusal)[0]).toContain('keeps the old ones');
  expect(worker.connection).toBe(first);
  useCertificateOf(ours);
  await until('the worker has the new connection', () => worker.connection !== first);
  stop.abort();
  expect(await retired).toEqual([first]);
  await Promise.all([first.close(), worker.connection?.close()]);
  gate.close();
});

test('a worker goes on with the connection that it was given', async () => {
  const address = testEnvironment.temporalAddress();
  const taskQueue = `renewed-${randomUUID()}`;
  const lab = await startLab({ backing: 'memory', transitionMs: 200, project: taskQueue.slice(0, 30) });
  const config = loadWorkerConfig({
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_TOKEN: lab.token,
    SWITCHBACK_TASK_QUEUE: taskQueue,
  });
  await installRuntime({ logLevel: 'silent', metricsAddress: undefined });
  const temporal = loadTemporalConfig({ TEMPORAL_ADDRESS: address });
  const made: string[] = [];
  const read = () => {
    made.push('');
    return { value: configWith(address, 'renewed') };
  };
  const stop = new AbortController();
  const worker = await createWorker(config, temporal, testEnvironment.workflowBundle(), {
    read,
    everyMs: 50,
  });
  const running = worker.run(stop.signal);
  await until('another look was taken', () => made.length >= 3);
  const client = await SwitchbackClient.connect({ address, taskQueue });
  const [pair] = lab.pairs;
  const { workflowId } = await client.start({
    project: lab.project,
    service: pair?.primary ?? '',
    settleWindow: '0s',
  });
  expect((await client.result(workflowId)).outcome).toBe('switched-back');
  stop.abort();
  await running;
  await client.close();
  await lab.close();
});
