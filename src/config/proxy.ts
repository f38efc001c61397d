import type { Env } from './environment';

const PROXIES = ['https_proxy', 'http_proxy'] as const;
/** What is on this machine is not behind a proxy; `--embedded` and the dev server are there. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * Gives both spellings of the proxy variables the same value, in this whole process, before the first connection: each
 * library reads another one. Loopback addresses never go through a proxy.
 */
export function alignProxyVariables(env: NodeJS.ProcessEnv): void {
  for (const name of [...PROXIES, 'no_proxy'] as const) {
    const value = env[name] || env[name.toUpperCase()];
    if (value) env[name] = env[name.toUpperCase()] = value;
  }
  if (!PROXIES.some((name) => env[name])) return;
  const direct = [...(env.no_proxy?.split(/[\s,]+/) ?? []), ...LOOPBACK].filter(Boolean);
  env.no_proxy = env.NO_PROXY = [...new Set(direct)].join(',');
}

/** What is wrong with the proxy variables; their values can hold a password, and are never repeated. */
export function faultsOfProxies(env: Env): string[] {
  const names = PROXIES.flatMap((name) => [name, name.toUpperCase()]).filter((name) => env[name]);
  return names
    .filter((name) => !isProxyUrl(env[name] ?? ''))
    .map((name) => `${name}: must be an http or https URL, such as http://proxy.example.com:3128`);
}

function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
