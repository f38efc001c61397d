import { MASK, maskCredentials } from '../util/mask-uris';
import { maskTokens, SECRET_KEY } from '../util/secrets';
import { legible } from '../util/text';

/** Far more than is ever shown. */
const WINDOW = 4_000;
/** Shorter tokens are test stand-ins; masking them would garble ordinary words. */
const SHORTEST_TOKEN = 8;

/** Fields of a service that hold or carry a secret: more than elsewhere, since a URI of Aiven's has a password. */
const SECRET_FIELD = new RegExp(`(${SECRET_KEY}|credentials?|access_key|uri|dsn)$`, 'i');

/**
 * Makes text that came from outside fit for an error message: one line, no token, no credentials, at most
 * `limit` characters. Masking comes before cutting, so that no secret is left over half.
 */
export function scrub(text: string, token = '', limit = 300): string {
  const withoutToken = token.length >= SHORTEST_TOKEN ? text.replaceAll(token, MASK) : text;
  const masked = maskTokens(maskCredentials(withoutToken.slice(0, WINDOW)));
  return legible(masked.replace(/[\s\p{Cc}]+/gu, ' ').trim(), limit);
}

/** A copy of free-form JSON without the keys that name a secret, and with credentials in URIs masked. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return maskCredentials(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRET_FIELD.test(key))
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
