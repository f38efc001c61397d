import { faultsOfClearText, isClearText } from '../../src/config/clear-text';

test.each([
  ['http://api.example.com', true],
  ['http://10.0.0.1:9200', true],
  ['https://api.example.com', false],
  ['http://127.0.0.1:9200', false],
  ['http://localhost:9200', false],
  ['http://[::1]:9200', false],
])('%s would send a token in clear text to another machine: %s', (url, expected) => {
  expect(isClearText(url)).toBe(expected);
});

test('such a URL is refused wherever a credential is sent to it, unless a variable allows it', () => {
  const env = {
    AIVEN_WEB_URL: 'http://api.example.com',
    AWS_ENDPOINT_URL_S3: 'http://minio.example.com',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.com',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces.example.com',
  };
  const named = (more: Record<string, string>) =>
    faultsOfClearText({ ...env, ...more }).map((fault) => fault.split(':')[0]);
  expect(named({})).toEqual(['AIVEN_WEB_URL', 'AWS_ENDPOINT_URL_S3']);
  for (const headers of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'])
    expect(named({ [headers]: 'authorization=x' })).toHaveLength(4);
  expect(named({ SWITCHBACK_SEND_CREDENTIALS_IN_CLEAR_TEXT: 'yes' })).toEqual([]);
});
