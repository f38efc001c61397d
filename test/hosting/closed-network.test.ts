import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import { built, useBuild } from '../doors/build';
import { Authority } from '../postgres/certificates';
import { useScratchFolder } from '../support/scratch';
import { type ConnectProxy, connectProxy } from '../util/connect-proxy';
import { Collector } from './collector';

/** Keeps a file of evidence and sends a span, as a worker does, and says what came of the file. */
const SEND = `
const [evidence, traces] = process.argv.slice(1);
const { createEvidenceStore } = require(evidence);
const { startSpanExport } = require(traces);
const s3 = { bucket: 'b', prefix: '', endpoint: process.env.S3, region: 'r', accessKeyId: 'a', secretAccessKey: 's', pauseMs: 1 };
const spans = startSpanExport({ warn() {} });
spans.add({ runId: '019a0000-0000-7000-8000-000000000001', spanId: '0'.repeat(15) + '1', name: 'n', from: 1, to: 2, attributes: {} });
createEvidenceStore({ s3 }).put('kept', Buffer.from('x'), 'text/plain')
  .then((where) => console.log(where), (error) => console.log(error.code))
  .then(() => spans.close());
`;

useBuild();
const scratch = useScratchFolder();
const authority = new Authority('of the company');
const bucket = createServer((_, response) => response.end());
let collector: Collector;
let proxy: ConnectProxy;
/** TLS in front of both, under names that only the proxy knows. */
const front = createTlsServer({
  SNICallback: (name, done) => {
    const { certificate: cert, key } = authority.issue(name);
    done(null, createSecureContext({ cert, key }));
  },
});
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  collector = await Collector.open();
  proxy = await connectProxy();
  front.on('tlsClientError', () => {});
  front.on('secureConnection', (client) => {
    const isCollector = client.servername === 'traces.internal';
    const server = connect(portOf(isCollector ? collector.server : bucket), '127.0.0.1');
    client.on('error', () => server.destroy()).pipe(server);
    server.on('error', () => client.destroy()).pipe(client);
  });
  for (const server of [bucket, front])
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  collector.close();
  bucket.close();
  front.close();
  await proxy.close();
});

/** What the process says, which knows nothing but this environment. */
function send(env: Record<string, string>): Promise<string> {
  const args = ['-e', SEND, built('evidence/index'), built('hosting/traces/export')];
  const all = {
    HTTPS_PROXY: proxy.url.replace('//', '//someone:s3cret@'),
    S3: `https://s3.internal:${portOf(front)}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://traces.internal:${portOf(front)}`,
    ...env,
  };
  return new Promise((done, failed) => {
    execFile(process.execPath, args, { env: all }, (error, stdout, stderr) =>
      error ? failed(new Error(stderr)) : done(stdout.trim()),
    );
  });
}

test('evidence and traces go through the proxy, and trust the authority of the company', async () => {
  const ca = join(scratch(), 'ca.pem');
  writeFileSync(ca, authority.ca);
  expect(await send({ NODE_EXTRA_CA_CERTS: ca })).toBe('s3://b/kept');
  expect(collector.spans.map(({ name }) => name)).toEqual(['n']);
  const asked = proxy.asked.map(({ target }) => target.split(':')[0]);
  expect(new Set(asked)).toEqual(new Set(['s3.internal', 'traces.internal']));
  expect(new Set(proxy.asked.map(({ authorization }) => authorization))).toEqual(
    new Set([`Basic ${Buffer.from('someone:s3cret').toString('base64')}`]),
  );
});

test("OpenTelemetry's own variable names an authority for traces alone, behind the proxy too", async () => {
  const ca = join(scratch(), 'traces-ca.pem');
  writeFileSync(ca, authority.ca);
  const before = collector.spans.length;
  expect(await send({ OTEL_EXPORTER_OTLP_CERTIFICATE: ca })).toBe('EVIDENCE_NOT_KEPT');
  expect(collector.spans).toHaveLength(before + 1);
});
