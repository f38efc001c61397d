const PATTERN_WINDOW = 4_000;
const MASK = '***';
/** Shorter tokens are test stand-ins; masking them would garble ordinary words. */
const SHORTEST_TOKEN = 8;

const URI_CREDENTIALS = /([a-z][a-z0-9+.-]{0,30}:\/\/)\S*@/gi;
const AUTHORIZATION = /\b(aivenv1|bearer|basic)\s+[\w.~+/=-]{16,}/gi;
const SECRET_KEY = /(password|passwd|secret|token|credentials?|private_key|access_key|api_key|uri|dsn)$/i;

/** Masks the user and password of every `scheme://user:password@host` in a text. */
export function maskUriCredentials(text: string): string {
  return text.replace(URI_CREDENTIALS, `$1${MASK}@`);
}

/**
 * Makes text that came from outside fit for an error message: one line, no token, no credentials, at most
 * `limit` characters. Masking comes before cutting, so that no secret is left over half.
 */
export function scrub(text: string, token = '', limit = 300): string {
  const withoutToken = token.length >= SHORTEST_TOKEN ? text.replaceAll(token, MASK) : text;
  // The patterns below are quadratic at worst; the window keeps a hostile reply from using that.
  const line = maskUriCredentials(withoutToken.slice(0, PATTERN_WINDOW))
    .replace(AUTHORIZATION, `$1 ${MASK}`)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** A copy of free-form JSON without the keys that name a secret, and with credentials in URIs masked. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return maskUriCredentials(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRET_KEY.test(key))
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
