import { join } from 'node:path';
import { readEvidence } from '../../src/config/evidence';

const SECRET = 's3cret-v4lue';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: SECRET };
const read = (env: Record<string, string>) => readEvidence(env, '/state');

test('every run leaves evidence unless it is told not to', () => {
  expect(read({})).toEqual({ value: { folder: join('/state', 'evidence') } });
  expect(read({ SWITCHBACK_EVIDENCE: ' ' })).toEqual({ value: { folder: join('/state', 'evidence') } });
  expect(read({ SWITCHBACK_EVIDENCE: 'off' })).toEqual({ value: undefined });
  expect(read({ SWITCHBACK_EVIDENCE: '/var/evidence' })).toEqual({ value: { folder: '/var/evidence' } });
});

test('a bucket takes the variables of AWS', () => {
  const env = { ...KEYS, AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: 'session' };
  expect(read({ ...env, SWITCHBACK_EVIDENCE: 's3://my-bucket/a/b/' })).toEqual({
    value: {
      s3: {
        bucket: 'my-bucket',
        prefix: 'a/b',
        region: 'eu-west-1',
        accessKeyId: 'AKIA',
        secretAccessKey: SECRET,
        sessionToken: 'session',
      },
    },
  });
});

test('another store than AWS needs its address and no region', () => {
  const env = {
    ...KEYS,
    AWS_ENDPOINT_URL_S3: 'https://minio.example.com:9000',
    AWS_ENDPOINT_URL: 'https://x',
  };
  expect(read({ ...env, SWITCHBACK_EVIDENCE: 's3://my-bucket' })).toMatchObject({
    value: { s3: { prefix: '', endpoint: 'https://minio.example.com:9000', region: 'us-east-1' } },
  });
});

test.each<[string, Record<string, string>, string[]]>([
  [
    'a bucket without anything else',
    { SWITCHBACK_EVIDENCE: 's3://my-bucket' },
    ['AWS_ACCESS_KEY_ID: ', 'AWS_SECRET_ACCESS_KEY: ', 'AWS_REGION: '],
  ],
  ['no bucket', { ...KEYS, AWS_REGION: 'x', SWITCHBACK_EVIDENCE: 's3://' }, ['SWITCHBACK_EVIDENCE: ']],
  [
    'another scheme',
    { ...KEYS, AWS_REGION: 'x', SWITCHBACK_EVIDENCE: 'gs://bucket' },
    ['SWITCHBACK_EVIDENCE: '],
  ],
  [
    'an endpoint that is none',
    { ...KEYS, AWS_ENDPOINT_URL_S3: 'minio', SWITCHBACK_EVIDENCE: 's3://my-bucket' },
    ['AWS_ENDPOINT_URL_S3: '],
  ],
])('%s is refused with every fault, and no value', (_what, env, beginnings) => {
  const found = read(env);
  const faults = 'faults' in found ? found.faults : [];
  expect(faults).toHaveLength(beginnings.length);
  beginnings.forEach((beginning, index) => {
    expect(faults[index]?.startsWith(beginning)).toBe(true);
  });
  expect(faults.join()).not.toContain(SECRET);
});
