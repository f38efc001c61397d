import { isIP } from 'node:net';
import type { Env } from './environment';

/** Allows what must not happen by accident. */
export const SENDS_IN_CLEAR_TEXT = 'SWITCHBACK_SEND_CREDENTIALS_IN_CLEAR_TEXT';

/** URLs to which a credential is sent. */
const WITH_CREDENTIALS = [
  'AIVEN_WEB_URL',
  'AWS_ENDPOINT_URL_S3',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
];

/** What would send a credential over a network where everybody on the way can read it. */
export function faultsOfClearText(env: Env): string[] {
  if (env[SENDS_IN_CLEAR_TEXT] === 'yes') return [];
  return WITH_CREDENTIALS.filter((name) => isSentWithCredentials(name, env))
    .filter((name) => isClearText(env[name] ?? ''))
    .map(
      (name) =>
        `${name}: http would send a credential in clear text. Use https; ${SENDS_IN_CLEAR_TEXT}=yes allows it all the same`,
    );
}

function isSentWithCredentials(name: string, env: Env): boolean {
  if (!name.startsWith('OTEL_')) return true;
  return Boolean(env.OTEL_EXPORTER_OTLP_HEADERS || env.OTEL_EXPORTER_OTLP_TRACES_HEADERS);
}

/** True for http to anything but this machine. */
export function isClearText(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost');
  return host === '::1' || host.startsWith('127.');
}
