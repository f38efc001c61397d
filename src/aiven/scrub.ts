import { MASK, maskCredentials } from '../util/mask-uris';
import { legible } from '../util/text';

/** Far more than is ever shown. */
const WINDOW = 4_000;
/** Shorter tokens are test stand-ins; masking them would garble ordinary words. */
const SHORTEST_TOKEN = 8;

const AUTHORIZATION = /\b(aivenv1|bearer|basic)\s+[\w.~+/=-]{16,}/gi;
const SECRET_KEY = /(password|passwd|secret|token|credentials?|private_key|access_key|api_key|uri|dsn)$/i;

/**
 * Makes text that came from outside fit for an error message: one line, no token, no credentials, at most
 * `limit` characters. Masking comes before cutting, so that no secret is left over half.
 */
export function scrub(text: string, token = '', limit = 300): string {
  const withoutToken = token.length >= SHORTEST_TOKEN ? text.replaceAll(token, MASK) : text;
  const masked = maskCredentials(withoutToken.slice(0, WINDOW)).replace(AUTHORIZATION, `$1 ${MASK}`);
  return legible(masked.replace(/[\s\p{Cc}]+/gu, ' ').trim(), limit);
}

/** A copy of free-form JSON without the keys that name a secret, and with credentials in URIs masked. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return maskCredentials(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRET_KEY.test(key))
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
