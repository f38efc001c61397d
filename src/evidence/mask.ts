import { MASK, maskPasswords } from '../util/mask-uris';
import type { Json } from './canonical';

/**
 * What a secret looks like in a text. Activities let none of them into the history in the first place; these are the
 * last line of defence before something is kept for years and handed around.
 */
const SECRETS: readonly [RegExp, string][] = [
  [/(\bpassword=)[^\s&"']+/gi, `$1${MASK}`],
  // The passwords that Aiven gives out, and the scheme of its Authorization header.
  [/\bAVNS_[\w-]+/g, `AVNS_${MASK}`],
  [/(\b(?:aivenv1|bearer)\s+)[\w.~+/=-]{16,}/gi, `$1${MASK}`],
];

/** The value without passwords and tokens in its texts; the same value always gives the same result. */
export function masked(value: Json): Json {
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [maskedText(key), masked(inner)]));
}

function maskedText(text: string): string {
  const withoutUris = text.replace(/[^\s"'<>]{1,100000}/g, maskPasswords);
  return SECRETS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), withoutUris);
}
