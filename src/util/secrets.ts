import { MASK } from './mask-uris';

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

/** What stands before `=` or `:`. */
export const SECRET_KEY = SECRET_KEYS.join('|');

/**
 * What a secret looks like in a text. None of the patterns takes a quote or a backslash, so that they hold in a line of
 * JSON as well. Each takes linear time.
 */
const SECRETS: readonly [RegExp, string][] = [
  // In quotes, as libpq has it, or until what ends a word. A backslash goes with what follows it, but for a quote.
  [
    new RegExp(String.raw`(\b(?:${SECRET_KEY})=)(?:'[^'"\\\n]*'|(?:[^\s"\\&]|\\[^"nrt])+)`, 'gi'),
    `$1${MASK}`,
  ],
  [/(\bauthorization:\s*(?:\w+\s+)?)[^\s"\\,;]+/gi, `$1${MASK}`],
  // The scheme of Aiven's Authorization header, and the passwords that Aiven gives out.
  [/(\baivenv1\s+)[^\s"\\]+/gi, `$1${MASK}`],
  [/\bAVNS_[\w-]{6,}/g, `AVNS_${MASK}`],
  [/(\b(?:bearer|basic)\s+)[\w.~+/=-]{16,}/gi, `$1${MASK}`],
  [/\bwhsec_[\w+/=-]{6,}/g, `whsec_${MASK}`],
  [/\b(xox[a-z]|xapp)-[\w-]{6,}/g, `$1-${MASK}`],
  [
    /-----BEGIN ([A-Z ]*)PRIVATE KEY-----(?:\\.|[^"\\-]|-(?!----))*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
    `-----BEGIN $1PRIVATE KEY----- ${MASK}`,
  ],
];

/** The text without tokens, keys and passwords that are known by their look or by the name before them. */
export function maskTokens(text: string): string {
  return SECRETS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}
