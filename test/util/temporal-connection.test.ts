import { once } from 'node:events';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { connectToTemporal } from '../../src/util/temporal-connection';

const SERVICE = '/temporal.api.workflowservice.v1.WorkflowService';
const bytes = (value: Buffer) => value;
type Answer = (error: object | null, reply?: Buffer) => void;

let server: Server;
let address: string;

beforeAll(async () => {
  server = new Server();
  const serve = (method: string, answer: (reply: Answer) => void) =>
    server.register(
      `${SERVICE}/${method}`,
      (_call: unknown, reply: Answer) => answer(reply),
      bytes,
      bytes,
      'unary',
    );
  serve('GetSystemInfo', (reply) => reply(null, Buffer.alloc(0)));
  serve('DescribeNamespace', (reply) => {
    asked.dispatchEvent(new Event('asked'));
    reply({ code: status.UNAVAILABLE, details: 'try again' });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  address = `127.0.0.1:${port}`;
});
afterAll(() => server.forceShutdown());

const asked = new EventTarget();

test('a request that the SDK means to repeat ends as cancelled when its connection is closed', async () => {
  const connection = await connectToTemporal({ address });
  const reachesServer = once(asked, 'asked');
  const request = connection.workflowService.describeNamespace({ namespace: 'default' });
  await reachesServer;
  await connection.close();
  await expect(request).rejects.toMatchObject({ code: status.CANCELLED });
});
