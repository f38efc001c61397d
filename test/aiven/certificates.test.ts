import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AivenClient } from '../../src/aiven';
import { alwaysVerifyCertificates } from '../../src/config/tls';
import { Authority } from '../postgres/certificates';
import { failureOf, read, TOKEN } from './fixtures';

test('NODE_TLS_REJECT_UNAUTHORIZED=0 has no say: no token goes to a server whose authority is not known', async () => {
  const { certificate, key } = new Authority('nobody').issue('127.0.0.1');
  const received: string[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    received.push(String(request.headers.authorization));
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new AivenClient({ baseUrl: `https://127.0.0.1:${port}`, token: TOKEN });
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const error = await failureOf(read(client));
    expect(error).toMatchObject({ kind: 'network' });
    expect(received).toEqual([]);
  } finally {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    await client.close();
    server.close();
  }
});

test('a program takes the variable away, for whatever else it connects to, and says so', () => {
  const env: NodeJS.ProcessEnv = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  expect(alwaysVerifyCertificates(env)).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored');
  expect(env).toEqual({});
  expect(alwaysVerifyCertificates({})).toBeUndefined();
});
