import { readFileSync } from 'node:fs';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { compact } from '../../util/compact';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The agent for a collector behind a proxy; `undefined` when the environment names none for it. OpenTelemetry's exporter
 * knows no proxies.
 */
export function collectorAgent(env: Env): HttpsProxyAgent<string> | undefined {
  const of = (name: string) => env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`];
  const proxy = getProxyForUrl(of('ENDPOINT') ?? '');
  if (proxy === '') return undefined;
  const file = (name: string) => {
    const path = of(name);
    return path === undefined ? undefined : readFileSync(path);
  };
  // The exporter reads these by itself only while it makes its own agent.
  return new CollectorAgent(proxy, {
    ca: file('CERTIFICATE'),
    cert: file('CLIENT_CERTIFICATE'),
    key: file('CLIENT_KEY'),
  });
}

interface Certificates {
  ca: Buffer | undefined;
  cert: Buffer | undefined;
  key: Buffer | undefined;
}

type Connect = HttpsProxyAgent<string>['connect'];

/** The options of an `HttpsProxyAgent` are for the proxy; these are for the server behind it. */
class CollectorAgent extends HttpsProxyAgent<string> {
  constructor(
    proxy: string,
    private readonly certificates: Certificates,
  ) {
    super(proxy, { keepAlive: true });
  }

  override connect(request: Parameters<Connect>[0], options: Parameters<Connect>[1]): ReturnType<Connect> {
    return super.connect(request, { ...options, ...compact({ ...this.certificates }) });
  }
}
