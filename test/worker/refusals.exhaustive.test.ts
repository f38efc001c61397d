import { join } from 'node:path';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { attributeTypes } from '../../src/contract/search-attributes';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';

const folder = useScratchFolder();
useBuild();
const start = usePrograms();

function environment(more: Record<string, string> = {}) {
  return {
    TEMPORAL_ADDRESS: testEnvironment.temporalAddress(),
    AIVEN_WEB_URL: 'http://127.0.0.1:1',
    AIVEN_TOKEN: 'x',
    ...more,
  };
}

test('a ready file that cannot be written ends it, too', async () => {
  const readyFile = join(folder(), 'no-such-folder', 'ready');
  const { code, stderr } = await start('worker', [], environment({ SWITCHBACK_READY_FILE: readyFile })).ended;
  expect(code).toBe(2);
  expect(stderr).toBe(`CONFIG_INVALID: SWITCHBACK_READY_FILE: ${readyFile} cannot be written (ENOENT)\n`);
});

test('a namespace that is not there is named, not the search attributes', async () => {
  const { code, stderr } = await start('worker', [], environment({ TEMPORAL_NAMESPACE: 'nowhere' })).ended;
  expect(code).toBe(7);
  expect(stderr).toMatch(/^TEMPORAL_UNREACHABLE: .*nowhere/);
});

test('where it may not register search attributes it prints the commands that do, and does not poll', async () => {
  const refusing = await serverThatRefuses();
  try {
    const env = environment({ TEMPORAL_ADDRESS: refusing.address, TEMPORAL_NAMESPACE: 'cloud.a1b2c' });
    const { code, stdout, stderr } = await start('worker', [], env).ended;
    expect(code).toBe(7);
    expect(stdout).not.toMatch(/worker on task queue/);
    expect(stderr).toMatch(/^SEARCH_ATTRIBUTES_MISSING: .*Request unauthorized/);
    expect(stderr.trim().split('\n').slice(1)).toEqual(
      Object.entries(attributeTypes).map(
        ([name, type]) =>
          `  tcld namespace search-attributes add --namespace cloud.a1b2c --search-attribute "${name}=${type}"`,
      ),
    );
  } finally {
    refusing.close();
  }
});

/** A gRPC server that lets a worker in and refuses the operator API, as Temporal Cloud does. */
async function serverThatRefuses(): Promise<{ address: string; close(): void }> {
  const grpc = new Server();
  const bytes = (value: Buffer) => value;
  grpc.register(
    '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
    (_call: unknown, answer: (error: null, reply: Buffer) => void) => answer(null, Buffer.alloc(0)),
    bytes,
    bytes,
    'unary',
  );
  for (const method of ['ListSearchAttributes', 'AddSearchAttributes']) {
    grpc.register(
      `/temporal.api.operatorservice.v1.OperatorService/${method}`,
      (_call: unknown, answer: (error: object) => void) =>
        answer({ code: status.PERMISSION_DENIED, details: 'Request unauthorized.' }),
      bytes,
      bytes,
      'unary',
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => grpc.forceShutdown() };
}
