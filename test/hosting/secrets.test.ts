import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import { createLogger } from '../../src/hosting/logging/logger';
import { withoutSecrets } from '../../src/hosting/secrets';

/** Made here, so that nothing in this file reads like a secret to a scanner. */
const PRIVATE_KEY = [
  `-----BEGIN ${''}PRIVATE KEY-----`,
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC',
  'Zm9vYmFyYmF6+/Zm9vYmFyYmF6==',
  `-----END ${''}PRIVATE KEY-----`,
].join('\n');

/** A text that holds a secret, and the part of it that must not be seen. */
const SECRETS: readonly [what: string, text: string, secret: string][] = [
  [
    'a database URI',
    'postgres://avnadmin:hunter2secret@pg.example.com:5432/db?sslmode=require',
    'hunter2secret',
  ],
  ['one whose password holds anything', 'postgresql://u:p/a@s"s#w?rd@pg.example.com/db', 's#w?rd'],
  ['a URI without a user', 'redis://:hunter2secret@cache:6379', 'hunter2secret'],
  ['a web address', 'https://user:hunter2secret@hooks.example.com/path', 'hunter2secret'],
  ['a key-value string', 'host=pg user=u password=hunter2secret dbname=d', 'hunter2secret'],
  ['one in quotes', "host=pg password='hunter2 secret' dbname=d", 'hunter2 secret'],
  ['a quote in it', "password=hun'ter2secret dbname=d", 'ter2secret'],
  ['separators in it', 'password=hun,ter2;sec\\ret dbname=d', 'ter2;sec'],
  ['a form', 'grant=x&token=hunter2secret&y=z', 'hunter2secret'],
  ['JSON in a text', 'got {"user":"u","password":"hunter2secret"}', 'hunter2secret'],
  ['JSON with a quote in it', JSON.stringify({ password: 'p"a\\s"hunter2"\\' }), 'hunter2'],
  ['JSON in JSON in a text', JSON.stringify(JSON.stringify({ client_secret: 'hunter2' })), 'hunter2'],
  ["the API's authorization", 'sent authorization: aivenv1 abcDEF123456', 'abcDEF123456'],
  ['its scheme alone', 'header aivenv1 abcDEF123456', 'abcDEF123456'],
  ['a bearer', 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc-_', 'eyJhbGciOiJIUzI1NiJ9'],
  ['an authorization of any scheme', 'Authorization: Custom abc', 'abc'],
  ['the secret of a webhook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['the token of a chat', `xoxb-${'123456789012'}-abcdefABCDEF`, 'abcdefABCDEF'],
  ['a password that Aiven gave out', `AVNS_${'0123456789abcdef01234567'}`, '0123456789abcdef'],
  ['a private key', PRIVATE_KEY, 'Zm9vYmFyYmF6'],
  ['one that was cut', PRIVATE_KEY.slice(0, 90), 'Zm9vYmFyYmF6'],
];

const ORDINARY = [
  'worker on task queue switchback; Temporal 127.0.0.1:7233; Aiven API https://api.aiven.io',
  'CONFIG_INVALID: AIVEN_TOKEN (or AIVEN_TOKEN_FILE) is not set',
  'GET /v1/project/p/service/s: 401 Unauthorized; the bearer of this token is not known',
  'see https://host:8443/@scope/page?by=ops@example.com and mail ops@example.com',
  'https://localhost:8080/namespaces/default, http://[::1]:9464/metrics',
  'primary pg-demo active/REBUILDING, node pg-demo-1 syncing_data; "quoted \\ text"\n\tand a tab',
  'basic checks pass; the password is not known; no secret in 12 histories',
  'postgres://switchback@127.0.0.1/defaultdb and AVNS_ and whsec_ and xoxb-',
  '-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----',
];

function logged(write: (log: Logger) => void): { text: string; lines: Fields[] } {
  let text = '';
  const take = (line: string) => {
    text += line;
  };
  write(createLogger('trace', { write: take }));
  const lines = text.trim().split('\n');
  return { text, lines: lines.map((line) => JSON.parse(line) as Fields) };
}

type Fields = Record<string, unknown>;

describe.each(SECRETS)('%s', (_what, text, secret) => {
  const cause = Object.assign(new Error(`root: ${text}`), { response: { body: text } });
  const error = new Error(`outer: ${text}`, { cause });

  test('is not in the log, whatever it is a part of', () => {
    const { text: output, lines } = logged((log) => {
      log.info(text);
      log.info('a field', { field: text });
      log.warn('deep', { a: { b: { c: { d: [text, { e: text }] } } } });
      log.error('an error', { error });
      log.error('a stack', { stack: error.stack });
      log.debug('a list', { list: [text, [text]] });
      log.trace('a key', { [text]: 1 });
    });
    expect(lines).toHaveLength(7);
    expect(output).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(output).toContain('***');
  });

  test('is not in a plain text either', () => {
    expect(withoutSecrets(text)).not.toContain(secret);
  });
});

test('what a key names as a secret is not in the log, whatever it looks like', () => {
  const { text } = logged((log) => {
    log.info('shallow', { password: 'open', token: 'open', secret: { inner: 'open' } });
    log.info('deep', { a: [{ b: { c: { authorization: 'open', privateKey: 'open' } } }] });
    log.info('an error', { error: Object.assign(new Error('x'), { config: { api_key: 'open' } }) });
  });
  expect(text).not.toContain('open');
});

test.each(ORDINARY)('ordinary text stays as it is: %s', (text) => {
  const { lines } = logged((log) => log.info(text, { field: { deep: [text] } }));
  expect(lines).toEqual([expect.objectContaining({ msg: text, field: { deep: [text] } })]);
  expect(withoutSecrets(text)).toBe(text);
});

test('an error is told with its message, stack and cause, and without the report that a failed run carries', () => {
  const error = ApplicationFailure.nonRetryable('BLOCKED: no', 'BLOCKED', { checks: ['long'] });
  const { lines } = logged((log) => log.warn('Workflow failed', { error }));
  expect(lines[0]?.err).toMatchObject({ message: 'BLOCKED: no', stack: expect.any(String) });
  expect(JSON.stringify(lines)).not.toContain('long');
});
