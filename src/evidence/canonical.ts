import { createHash } from 'node:crypto';

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The one form in which a JSON value can be written: RFC 8785, keys sorted, no white space. The same value always has
 * the same bytes, so that a hash over them is a hash over the value.
 */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // Not JSON.stringify over a sorted copy: an object puts keys that look like numbers first, whatever their order.
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${fields.join(',')}}`;
}

/** SHA-256 as lower-case hexadecimal digits; a text counts as its UTF-8 bytes. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The hash of a value, whatever the order in which its keys were written. */
export function digestOf(value: Json): string {
  return sha256(canonical(value));
}

/** The value as it is after one trip through JSON: without what JSON cannot say. */
export function toJson(value: unknown): Json {
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as Json);
}
