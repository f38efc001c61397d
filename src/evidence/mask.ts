import { maskPasswords } from '../util/mask-uris';
import { maskTokens } from '../util/secrets';
import type { Json } from './canonical';

/**
 * The value without passwords and tokens in its texts; the same value always gives the same result. Activities let none
 * of them into the history in the first place: this is the last line of defence before something is kept for years.
 */
export function masked(value: Json): Json {
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [maskedText(key), masked(inner)]));
}

function maskedText(text: string): string {
  return maskTokens(text.replace(/[^\s"'<>]{1,100000}/g, maskPasswords));
}
