/**
 * The longest wait taken from a reply, in milliseconds. Aiven's only evidenced rate limit has a window of
 * about a minute; a reply that asks for hours must not put a switchback to sleep.
 */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

/** Of a wait, at most: those who were turned away together shall not come back together. */
const SPREAD = 0.25;

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/**
 * How long a reply asks to wait, in milliseconds, capped at {@link MAX_RETRY_AFTER_MS}; `undefined` when it
 * does not say.
 *
 * The `Retry-After` header (seconds or an HTTP date) goes first. Aiven is only known to say it in the text:
 * "Rate limit 120 exceeded - try again in 28s" (terraform-provider-aiven issue 575).
 */
export function retryAfterMs(header: string | undefined, message: string, now: number): number | undefined {
  const wait = fromHeader(header?.trim() ?? '', now) ?? fromText(message);
  return wait === undefined ? undefined : Math.min(Math.max(Math.ceil(wait), 0), MAX_RETRY_AFTER_MS);
}

/** A wait that was asked for, or up to a quarter longer; never shorter. */
export function spread(waitMs: number, random: number = Math.random()): number {
  return Math.ceil(waitMs * (1 + SPREAD * random));
}

function fromHeader(header: string, now: number): number | undefined {
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  // Date.parse also takes things like "-1" and "2"; an HTTP date always names the day and the zone.
  if (!/^[A-Z][a-z]+, .*GMT$/.test(header)) return undefined;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : at - now;
}

function fromText(message: string): number | undefined {
  const start = /try again in\s+/i.exec(message);
  if (!start) return undefined;
  const rest = message.slice(start.index + start[0].length);
  const parts =
    /(\d+(?:\.\d+)?)\s*(h|m|s)(?:ours?|rs?|in(?:ute)?s?|ec(?:ond)?s?)?(?![a-z]),?\s*(?:and\s+)?/giy;
  let total: number | undefined;
  for (let part = parts.exec(rest); part; part = parts.exec(rest)) {
    total = (total ?? 0) + Number(part[1]) * (UNITS_MS[part[2]?.toLowerCase() ?? ''] ?? 0);
  }
  return total;
}
