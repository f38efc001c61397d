import { MASK, maskPasswords } from '../util/mask-uris';

/** Keys whose value is nobody's business, wherever they stand. */
export const SECRET_KEYS = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'token',
  'accessToken',
  'access_token',
  'apiKey',
  'api_key',
  'secret',
  'clientSecret',
  'client_secret',
  'authorization',
  'privateKey',
  'private_key',
  'routingKey',
  'routing_key',
] as const;

const KEY = SECRET_KEYS.join('|');
/** A word in a JSON string, which may hold escapes, but no white space, escaped or not. */
const WORD = /(?:\\[^nrt]|[^\s"\\]){1,100000}/g;

/** What a secret looks like in a line of JSON, where a text within a text has its quotes escaped. */
const SECRETS: readonly [RegExp, string][] = [
  // A field; one of JSON in a text; one that is deeper still, as far as it has no quotes of its own.
  [new RegExp(String.raw`((?<!\\)"(?:${KEY})"\s*:\s*")(?:[^"\\]|\\.)*`, 'gi'), `$1${MASK}`],
  [new RegExp(String.raw`(\\"(?:${KEY})\\"\s*:\s*\\")(?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*`, 'gi'), `$1${MASK}`],
  [new RegExp(String.raw`((?<!\\)\\+"(?:${KEY})\\+"\s*:\s*\\+")(?:[^"\\]|\\+[^"\\])*`, 'gi'), `$1${MASK}`],
  [new RegExp(String.raw`(\b(?:${KEY})=)[^\s"\\&;,]+`, 'gi'), `$1${MASK}`],
  [/(\bauthorization:\s*(?:\w+\s+)?)[^\s"\\,;]+/gi, `$1${MASK}`],
  [/(\baivenv1\s+)[^\s"\\]+/gi, `$1${MASK}`],
  [/(\b(?:bearer|basic)\s+)[\w.~+/=-]{16,}/gi, `$1${MASK}`],
  [/\bAVNS_[\w-]{6,}/g, `AVNS_${MASK}`],
  [/\bwhsec_[\w+/=-]{6,}/g, `whsec_${MASK}`],
  [/\b(xox[a-z]|xapp)-[\w-]{6,}/g, `$1-${MASK}`],
  [
    /-----BEGIN ([A-Z ]*)PRIVATE KEY-----(?:\\.|[^"\\-]|-(?!----))*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
    `-----BEGIN $1PRIVATE KEY----- ${MASK}`,
  ],
];

/**
 * A line of JSON without the passwords, tokens and keys in it: the last line of defence, for what a library or somebody
 * else's reply put into a message. JSON stays JSON.
 */
export function jsonWithoutSecrets(line: string): string {
  const withoutUris = line.replace(WORD, maskPasswords);
  return SECRETS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), withoutUris);
}

/** As {@link jsonWithoutSecrets}, for a text. */
export function withoutSecrets(text: string): string {
  return JSON.parse(jsonWithoutSecrets(JSON.stringify(text))) as string;
}
