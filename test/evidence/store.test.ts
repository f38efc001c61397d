import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import aws4 from 'aws4';
import { createEvidenceStore } from '../../src/evidence';
import { sha256 } from '../../src/evidence/canonical';
import { useScratchFolder } from '../support/scratch';

const scratch = useScratchFolder();
const bytes = Buffer.from('{"what":"a bundle"}\n');
const type = 'application/json';

describe('a folder', () => {
  const folder = (name: string) => join(scratch(), name);

  test('is made, and holds the bytes under the name; owner and group may read, nobody else', async () => {
    const path = folder('deep/er');
    const where = await createEvidenceStore({ folder: path }).put('a.json', bytes, type);
    expect(where).toBe(join(path, 'a.json'));
    expect(await readFile(where)).toEqual(bytes);
    expect((await stat(where)).mode & 0o007).toBe(0);
    expect((await stat(path)).mode & 0o007).toBe(0);
  });

  test('a file of the same name is replaced as a whole: who has the old one open goes on reading it', async () => {
    const path = folder('replaced');
    const store = createEvidenceStore({ folder: path });
    const where = await store.put('a.json', bytes, type);
    const old = (await stat(where)).ino;
    await store.put('a.json', Buffer.from('new'), type);
    expect(await readFile(where, 'utf8')).toBe('new');
    expect((await stat(where)).ino).not.toBe(old);
    expect(await readdir(path)).toEqual(['a.json']);
  });

  test('when it cannot be renamed into place, what was there stays, and no half file is left', async () => {
    const path = folder('blocked');
    // A folder that is not empty stands where the file should go: only the last step fails.
    await mkdir(join(path, 'a.json'), { recursive: true });
    await writeFile(join(path, 'a.json', 'old'), 'old');
    await expect(createEvidenceStore({ folder: path }).put('a.json', bytes, type)).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_KEPT',
      message: expect.stringMatching(/a\.json could not be written \((EISDIR|ENOTEMPTY|EEXIST)\)\.$/),
    });
    expect(await readdir(path)).toEqual(['a.json']);
    expect(await readFile(join(path, 'a.json', 'old'), 'utf8')).toBe('old');
  });

  test('a place that cannot be a folder is said, with the reason', async () => {
    await writeFile(folder('file'), '');
    await expect(
      createEvidenceStore({ folder: folder('file') }).put('a.json', bytes, type),
    ).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_KEPT',
      message: expect.stringMatching(/\((EEXIST|ENOTDIR)\)/),
    });
  });
});

const SECRETS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+secret',
  sessionToken: 'session/secret==',
};

/** An S3 of one bucket: it computes the signature of every request anew, by another library, and refuses a wrong one. */
class FakeS3 {
  readonly objects = new Map<string, { body: Buffer; type: string | undefined }>();
  readonly requests: string[] = [];
  /** What to do instead of answering, once each. */
  readonly troubles: ((response: ServerResponse) => void)[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const { method = '', url = '', headers } = request;
    this.requests.push(`${method} ${url}`);
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return trouble(response);
    if (headers['x-amz-content-sha256'] !== sha256(body))
      return refuse(response, 400, 'XAmzContentSHA256Mismatch');
    if (headers.authorization !== signatureOf(method, url, headers))
      return refuse(response, 403, 'SignatureDoesNotMatch');
    this.objects.set(decodeURIComponent(url), { body, type: headers['content-type'] });
    response.end();
  }
}

function signatureOf(method: string, path: string, headers: IncomingMessage['headers']): string | undefined {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, headers[name] as string]));
  const request = { service: 's3', region: 'eu-north-1', method, path, headers: signed };
  return aws4.sign(request, SECRETS).headers?.Authorization as string | undefined;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message><AWSAccessKeyId>${SECRETS.accessKeyId}</AWSAccessKeyId></Error>`,
  );
}

describe('an S3-compatible store', () => {
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await new FakeS3().open();
  });
  afterEach(() => s3.close());

  const store = (
    more: Partial<
      Parameters<typeof createEvidenceStore>[0] extends infer T
        ? T extends { s3: infer S }
          ? S
          : never
        : never
    > = {},
  ) =>
    createEvidenceStore({
      s3: {
        bucket: 'evidence',
        prefix: 'pg/prod',
        endpoint: s3.endpoint,
        region: 'eu-north-1',
        pauseMs: 5,
        ...SECRETS,
        ...more,
      },
    });
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => ({ code: 'none', message: '' }),
      (error: { code: string; message: string }) => error,
    );

  test('takes the object, signed, with its type; keys are put below the prefix', async () => {
    await expect(store().put('switchback.p.s-1.json', bytes, type)).resolves.toBe(
      's3://evidence/pg/prod/switchback.p.s-1.json',
    );
    expect(s3.objects.get('/evidence/pg/prod/switchback.p.s-1.json')).toEqual({ body: bytes, type });
    await store({ prefix: '', endpoint: `${s3.endpoint}/` }).put('a b+ä(1).json', bytes, type);
    expect(s3.objects.get('/evidence/a b+ä(1).json')?.body).toEqual(bytes);
    expect(s3.requests).toHaveLength(2);
  });

  test('credentials may come from functions, asked for every object', async () => {
    let asked = 0;
    const secretAccessKey = async () => {
      asked += 1;
      return SECRETS.secretAccessKey;
    };
    const it = store({ accessKeyId: () => SECRETS.accessKeyId, secretAccessKey });
    await it.put('a', bytes, type);
    await it.put('b', bytes, type);
    expect([s3.objects.size, asked]).toEqual([2, 2]);
  });

  test('a wrong key is refused at once, with the status and the code of S3, and no secret in the message', async () => {
    const { code, message } = await failure(store({ secretAccessKey: 'another' }).put('a', bytes, type));
    expect(code).toBe('EVIDENCE_NOT_KEPT');
    expect(message).toBe('s3://evidence/pg/prod/a could not be written: HTTP 403, SignatureDoesNotMatch.');
    expect(s3.requests).toHaveLength(1);
    expect(s3.objects.size).toBe(0);
  });

  test('what fails twice works at the third time', async () => {
    s3.troubles.push(
      (response) => refuse(response, 503, 'SlowDown'),
      (response) => response.destroy(),
    );
    await store().put('a', bytes, type);
    expect(s3.objects.get('/evidence/pg/prod/a')?.body).toEqual(bytes);
    expect(s3.requests).toHaveLength(3);
  });

  test('after three failures it says what the last one was', async () => {
    s3.troubles.push(
      ...Array.from(
        { length: 3 },
        () => (response: ServerResponse) => refuse(response, 500, 'InternalError'),
      ),
    );
    const { message } = await failure(store().put('a', bytes, type));
    expect(message).toMatch(/could not be written: HTTP 500, InternalError \(3 attempts\)\.$/);
    expect(s3.requests).toHaveLength(3);
  });

  test('one that never answers is given up in time', async () => {
    s3.troubles.push(...Array.from({ length: 3 }, () => () => undefined));
    const begin = Date.now();
    const { message } = await failure(store({ timeoutMs: 80 }).put('a', bytes, type));
    expect(Date.now() - begin).toBeLessThan(5_000);
    expect(message).toMatch(/no answer within 0\.08 s \(3 attempts\)\.$/);
  });

  test('one that stops in the middle of an answer is given up, too', async () => {
    s3.troubles.push(
      ...Array.from({ length: 3 }, () => (response: ServerResponse) => {
        response.writeHead(403);
        response.write('<Error>');
      }),
    );
    const { message } = await failure(store({ timeoutMs: 80 }).put('a', bytes, type));
    expect(message).toMatch(/no answer within/);
  });

  test('a redirect is not followed: the evidence goes nowhere else', async () => {
    const elsewhere = await new FakeS3().open();
    s3.troubles.push((response) => {
      response.writeHead(307, { location: `${elsewhere.endpoint}/evidence/a` });
      response.end('<Error><Code>TemporaryRedirect</Code></Error>');
    });
    const { message } = await failure(store().put('a', bytes, type));
    await elsewhere.close();
    expect(message).toMatch(/HTTP 307, TemporaryRedirect\.$/);
    expect(elsewhere.requests).toEqual([]);
  });

  test('nobody there is said by the network’s word', async () => {
    const nobody = await new FakeS3().open();
    const { endpoint } = nobody;
    await nobody.close();
    const { message } = await failure(store({ endpoint }).put('a', bytes, type));
    expect(message).toMatch(/ECONNREFUSED \(3 attempts\)\.$/);
  });

  test('a credential that cannot be sent is not repeated in the message', async () => {
    const { message } = await failure(store({ sessionToken: 'secret\nsecret' }).put('a', bytes, type));
    expect(message).toMatch(/the request could not be sent/);
    expect(message).not.toContain('secret');
  });
});
