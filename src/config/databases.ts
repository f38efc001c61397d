import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { parseDuration } from '../contract/duration';
import {
  type ConnectionName,
  type ConnectionSettings,
  type PairSettings,
  type PairsSettings,
  SYSTEM,
} from '../postgres';
import { compact } from '../util/compact';
import type { Env } from './environment';
import { contentOf, faultsOfReference, filled, readerOf, readJson, referenceTo } from './references';

const uri = z.string().superRefine((text, context) => {
  for (const fault of faultsOfUri(text)) context.addIssue({ code: 'custom', message: fault });
});
/** The names in the certificates, where they are others than the hosts of the URIs. */
const servername = z.strictObject({ service: filled, primary: filled, recovery: filled }).partial();
const pair = z.strictObject({
  serviceUri: uri,
  primaryUri: uri,
  recoveryUri: uri,
  password: referenceTo('password'),
  tls: z
    .union([z.literal('off'), z.strictObject({ ca: filled.optional(), servername: servername.optional() })], {
      error:
        'must be {"ca":"/path/ca.pem"}, {} for the system\'s authorities, or "off"; beside "ca" it takes "servername":{"service":…,"primary":…,"recovery":…}',
    })
    .default({}),
  resolvers: z
    .array(
      z.string().refine(isResolver, 'must be "system" or the address of a DNS server, such as "10.0.0.2"'),
    )
    .min(1)
    .default([SYSTEM]),
  endOldSessions: z.boolean().default(false),
  probe: z
    .strictObject({
      rate: z.number().min(1).max(1_000).default(20),
      retention: z
        .string()
        .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as "168h"')
        .default('168h'),
    })
    .prefault({}),
});
const NAMES = /^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9][A-Za-z0-9_-]*$/;
const file = z.record(z.string().regex(NAMES, 'must be PROJECT/PRIMARY-SERVICE'), pair);

/** The settings in the file, or everything that is wrong with them. No message ever holds a value. */
export function readDatabases(path: string, env: Env): { value: PairsSettings } | { faults: string[] } {
  const json = readJson(path);
  if ('fault' in json) return { faults: [json.fault] };
  const parsed = file.safeParse(json.value);
  if (!parsed.success) {
    const names = Object.keys(json.value ?? {});
    return { faults: parsed.error.issues.map((issue) => `${path}: ${describeIssue(issue, names)}`) };
  }
  const entries = Object.entries(parsed.data);
  const faults = entries.flatMap(([name, settings]) =>
    faultsOfReferences(settings, env).map((fault) => `${path}: ${name}.${fault}`),
  );
  if (faults.length > 0) return { faults };
  return { value: Object.fromEntries(entries.map(([name, settings]) => [name, settingsOf(settings, env)])) };
}

function settingsOf(
  { tls, password, resolvers, probe, endOldSessions, ...uris }: z.output<typeof pair>,
  env: Env,
): PairSettings {
  const common = { password: readerOf(password, env) };
  const tlsOf = (name: ConnectionName) =>
    tls === 'off' ? {} : { tls: { ca: caOf(tls.ca), ...compact({ servername: tls.servername?.[name] }) } };
  const connectionOf = (name: ConnectionName, text: string): ConnectionSettings => {
    const { hostname, port, pathname, username } = new URL(text);
    return {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || 5432),
      database: decodeURIComponent(pathname.slice(1)),
      user: decodeURIComponent(username),
      ...common,
      ...tlsOf(name),
    };
  };
  return {
    connections: {
      service: connectionOf('service', uris.serviceUri),
      primary: connectionOf('primary', uris.primaryUri),
      recovery: connectionOf('recovery', uris.recoveryUri),
    },
    resolvers,
    ...(endOldSessions ? { endOldSessions } : {}),
    probe: { rate: probe.rate, retentionMs: parseDuration(probe.retention) ?? 0 },
  };
}

function caOf(path: string | undefined): (() => Promise<string>) | undefined {
  return path === undefined ? undefined : () => readFile(path, 'utf8');
}

function faultsOfReferences({ password, tls }: z.output<typeof pair>, env: Env): string[] {
  const faults = faultsOfReference('password', password, env);
  if (tls !== 'off' && tls.ca !== undefined) {
    const found = contentOf(tls.ca);
    if ('fault' in found) faults.push(`tls.ca: ${found.fault}`);
    else if (!isCertificate(found.text)) faults.push('tls.ca: the file holds no PEM certificate');
  }
  return faults;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}

/** An address as `10.0.0.2`, `10.0.0.2:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
function isResolver(text: string): boolean {
  if (text === SYSTEM || isIP(text) !== 0) return true;
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  return (isIPv6(v6 ?? '') || isIPv4(v4 ?? '')) && isPort(port ?? '');
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}

function faultsOfUri(text: string): string[] {
  if (!URL.canParse(text)) return ['must be a URI such as postgres://switchback@host:5432/defaultdb'];
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  return [
    ...(/^postgres(ql)?:$/.test(protocol) ? [] : ['must begin with postgres://']),
    ...(hostname === '' ? ['names no host'] : []),
    ...(hostname.includes(',') ? ['must name one host'] : []),
    ...(port === '' || isPort(port) ? [] : ['names no port that can be']),
    ...(username === '' ? ['names no user'] : []),
    ...(pathname.length > 1 ? [] : ['names no database']),
    ...(isEncoded(username) && isEncoded(pathname) ? [] : ['holds a % that encodes nothing']),
    ...(password + search + hash === '' ? [] : [pasted(new URL(text))]),
  ];
}

/** For a Service URI as Aiven shows it: what to write instead. A password must not get into this file. */
function pasted({ protocol, host, username, pathname, hash }: URL): string {
  // What a password with a # or a ? in it made of the URI is shown to nobody.
  const isWhole = username !== '' && hash === '';
  const instead = isWhole
    ? `"${protocol}//${username}@${host}${pathname}"`
    : 'postgres://USER@HOST:PORT/DATABASE';
  return `must hold neither a password nor parameters: write ${instead} here, refer to the password with "password":{"file":"/path"}, and name the authority in "tls":{"ca":"/path/ca.pem"}`;
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/** `my-project/pg-main.password: must be …`, without any value. */
function describeIssue({ path, message, code, ...issue }: z.core.$ZodIssue, names: string[]): string {
  const where =
    path.length > 0
      ? `${path.map((key, depth) => (depth === 0 ? nameOf(key, names) : key)).join('.')}: `
      : '';
  if (code === 'invalid_key') return `${where}the name must be PROJECT/PRIMARY-SERVICE`;
  if (code === 'unrecognized_keys' && 'keys' in issue) return `${where}unknown: ${issue.keys.join(', ')}`;
  return `${where}${message}`;
}

/** A name that is none may be anything, such as a URI with a password. */
function nameOf(key: PropertyKey, names: string[]): string {
  const name = String(key);
  return NAMES.test(name) ? name : `entry ${names.indexOf(name) + 1}`;
}
