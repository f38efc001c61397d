import { loadWorkerConfig } from '../../src/config/worker';

const load = (env: Record<string, string>) => loadWorkerConfig({ AIVEN_TOKEN: 'x', ...env });

test('metrics, health and traces are off unless they are asked for', () => {
  expect(load({})).toMatchObject({ metricsAddress: undefined, healthAddress: undefined, traces: false });
  expect(load({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }).traces).toBe(false);
});

test('either of the standard variables turns traces on', () => {
  expect(load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }).traces).toBe(true);
  expect(load({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }).traces).toBe(true);
});

test.each([
  ['SWITCHBACK_METRICS_ADDRESS', '9464', 'must be HOST:PORT'],
  ['SWITCHBACK_HEALTH_ADDRESS', 'http://0.0.0.0:8081', 'must be HOST:PORT'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be an http or https URL'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://collector', 'must be an http or https URL'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'over HTTP'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc', 'over HTTP'],
])('%s=%s is refused', (name, value, why) => {
  expect(() => load({ [name]: value })).toThrow(new RegExp(`${name}: .*${why}`));
});

test('addresses of every form are taken', () => {
  for (const address of ['0.0.0.0:9464', 'localhost:9464', '[::1]:9464'])
    expect(load({ SWITCHBACK_METRICS_ADDRESS: address }).metricsAddress).toBe(address);
});
