import { failureOf, read, serviceReply, write } from './fixtures';
import { json, text } from './server';
import { answering } from './setup';

describe('the API answers with a failure', () => {
  test('the message is one sentence with the API’s words and code', async () => {
    const { client } = await answering(
      json(404, {
        message: 'Service pg-demo\n does not exist',
        errors: [{ message: 'Service pg-demo does not exist', status: 404, error_code: 'service_not_found' }],
      }),
    );
    const error = await failureOf(read(client));
    expect(error.message).toBe(
      'GET /v1/project/crdr-test/service/pg-demo: 404 Service pg-demo does not exist (service_not_found)',
    );
    expect({ ...error }).toEqual({
      name: 'AivenApiError',
      kind: 'http',
      method: 'GET',
      path: '/v1/project/crdr-test/service/pg-demo',
      write: false,
      retryable: false,
      status: 404,
      apiMessage: 'Service pg-demo does not exist',
      errorCode: 'service_not_found',
    });
  });

  test.each([
    [400, false, 'not-applied'],
    [401, false, 'not-applied'],
    [403, false, 'not-applied'],
    [404, false, 'not-applied'],
    [408, true, 'maybe-applied'],
    [409, false, 'not-applied'],
    [417, false, 'not-applied'],
    [429, true, 'not-applied'],
    [500, true, 'maybe-applied'],
    [501, true, 'maybe-applied'],
    [502, true, 'maybe-applied'],
    [503, true, 'maybe-applied'],
    [504, true, 'maybe-applied'],
  ])('status %i: retryable %s, a write is %s', async (status, retryable, outcome) => {
    const { client } = await answering(json(status, { message: 'said the API', errors: [] }));
    const readError = await failureOf(read(client));
    expect(readError).toMatchObject({ kind: 'http', status, retryable, write: false });
    expect(readError).not.toHaveProperty('outcome');
    expect(await failureOf(write(client))).toMatchObject({ status, retryable, write: true, outcome });
  });

  test.each([400, 403, 404, 429, 502])(
    'a %i that is not the API’s own JSON proves nothing of a write',
    async (status) => {
      const { client } = await answering(text(status, '<html>Bad proxy day</html>'));
      const error = await failureOf(write(client));
      expect(error).toMatchObject({ kind: 'http', status, outcome: 'maybe-applied' });
      expect(error.message).not.toContain('<html');
    },
  );

  test.each(['["no"]', '"no"', '{"no":1}'])('nor does a 409 with the body %s', async (body) => {
    const { client } = await answering(text(409, body));
    expect(await failureOf(write(client))).toMatchObject({ status: 409, outcome: 'maybe-applied' });
  });

  test('a 2xx whose body reports an error is a failure, and a write is in doubt', async () => {
    const { client } = await answering(json(200, { ...serviceReply(), error: 'it did not work' }));
    expect(await failureOf(read(client))).toMatchObject({
      kind: 'http',
      status: 200,
      apiMessage: 'it did not work',
      retryable: true,
    });
    expect(await failureOf(write(client))).toMatchObject({ status: 200, outcome: 'maybe-applied' });
  });

  test('empty message and errors beside a good body are no failure', async () => {
    const { client } = await answering(json(200, { ...serviceReply(), message: '', errors: [], error: '' }));
    await expect(read(client)).resolves.toMatchObject({ serviceName: 'pg-demo' });
    await expect(write(client)).resolves.toMatchObject({ updateTime: '2026-11-20T21:07:41Z' });
  });

  test.each<[string, Record<string, string>, string, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 'try again in 28s', 7_000],
    ['the text', {}, 'Rate limit 120 exceeded - try again in 28s', 28_000],
    ['a header that makes no sense', { 'retry-after': 'soon' }, 'try again in 1m 5s', 65_000],
    ['nothing', {}, 'too many requests', undefined],
  ])('the wait is taken from %s', async (_, headers, message, wait) => {
    const { client } = await answering(json(429, { message, errors: [{ message, status: 429 }] }, headers));
    expect((await failureOf(read(client))).retryAfterMs).toBe(wait);
  });
});

describe('a reply that cannot be used', () => {
  test.each<[string, number, string]>([
    ['HTML', 200, '<html>Welcome to the hotel</html>'],
    ['cut JSON', 200, '{"service": {"service_name": "pg-de'],
    ['a list', 200, '[]'],
    ['null', 201, 'null'],
  ])('%s with a 2xx: the read can be repeated, the write is in doubt', async (_, status, body) => {
    const { client } = await answering(text(status, body));
    expect(await failureOf(read(client))).toMatchObject({
      kind: 'unreadable-reply',
      status,
      retryable: true,
    });
    expect(await failureOf(write(client))).toMatchObject({
      kind: 'unreadable-reply',
      outcome: 'maybe-applied',
      retryable: true,
    });
  });

  test('no content accepts a write, and is not enough for a read', async () => {
    const { client } = await answering(text(204, ''));
    await expect(write(client)).resolves.toEqual({});
    expect(await failureOf(read(client))).toMatchObject({ kind: 'unreadable-reply' });
  });

  test('a reply without an end is given up at 10 MiB', async () => {
    let written = 0;
    const { client } = await answering((response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const pump = () => {
        while (!response.destroyed && written < 64 * chunk.length) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pump);
        }
        response.end();
      };
      pump();
    });
    const error = await failureOf(write(client));
    expect(error).toMatchObject({ kind: 'unreadable-reply', status: 200, outcome: 'maybe-applied' });
    expect(error.message).toContain('10485760');
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });
});
