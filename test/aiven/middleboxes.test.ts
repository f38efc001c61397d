import { gzipSync } from 'node:zlib';
import { AivenClient } from '../../src/aiven';
import { failureOf, read, serviceReply, TOKEN, write } from './fixtures';
import { httpServer, type TestServer } from './server';

let server: TestServer;
let client: AivenClient;

async function answering(answer: Parameters<typeof httpServer>[0]): Promise<void> {
  server = await httpServer(answer);
  client = new AivenClient({ baseUrl: server.url, token: TOKEN });
}
afterEach(async () => {
  await client.close();
  await server.close();
});

test('a gateway that compresses is understood, and compression is asked for', async () => {
  await answering((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.stringify(serviceReply())));
  });
  await expect(read(client)).resolves.toMatchObject({ serviceName: 'pg-demo' });
  expect(server.received[0]?.headers['accept-encoding']).toContain('gzip');
});

test('what cannot be decoded, or bursts, is an unreadable reply', async () => {
  await answering((response) => {
    const encoding = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    response.writeHead(200, encoding).end(gzipSync(Buffer.alloc(20_000_000)));
  });
  expect(String(await failureOf(read(client)))).toContain('it says that it is gzip, and cannot be decoded');
});

test.each([301, 302, 307, 308])(
  'a %i says where it points; a write that gets it was not applied',
  async (status) => {
    await answering((response) => {
      response.writeHead(status, { location: 'https://login.example.com/sso?state=secret' }).end();
    });
    const error = await failureOf(write(client));
    expect(error).toMatchObject({ outcome: 'not-applied', status });
    expect(String(error)).toContain('it points to https://login.example.com/sso): this is not the Aiven API');
    expect(String(error)).not.toContain('secret');
  },
);

test('a 303 can come after the deed: a write that gets it may have been applied', async () => {
  await answering((response) => response.writeHead(303, { location: '/elsewhere' }).end());
  expect(await failureOf(write(client))).toMatchObject({ outcome: 'maybe-applied' });
});

test.each([200, 503])('the login page of a captive portal (%i) is told as what it is', async (status) => {
  await answering((response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', server: 'portal/2' });
    response.end('<html><head><title>Welcome to the hotel</title></head><body>Log in</body></html>');
  });
  const said = String(await failureOf(read(client)));
  expect(said).toContain('text/html, server portal/2, titled "Welcome to the hotel"');
  expect(said).toContain('this is not the Aiven API. Check AIVEN_WEB_URL and the proxies on the way');
});
