import { type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** Node gives up each of several addresses of a name after a quarter of a second; a distant one needs longer. */
const ADDRESS_ATTEMPT_MS = 2_500;

/**
 * Where HTTP leaves the process: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name for an address,
 * in either spelling, as for curl and `avn`; else directly. Certificates are verified, which is said outright, since
 * `NODE_TLS_REJECT_UNAUTHORIZED=0` would turn it off otherwise. One request at a time per connection: undici repeats the
 * ones queued behind a broken one.
 *
 * @param connectTimeoutMs for one connection, milliseconds.
 */
export function outgoing(connectTimeoutMs: number): Dispatcher {
  const tls = { timeout: connectTimeoutMs, rejectUnauthorized: true };
  return new EnvHttpProxyAgent({
    pipelining: 1,
    allowH2: false,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
  });
}
