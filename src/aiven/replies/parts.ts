import { z } from 'zod';
import { legible } from '../../util/text';

/**
 * What replies are made of. Fields that no schema names are dropped, so a new field never breaks a read and a secret is
 * never taken in. Vital fields are plain: a reply without them is refused. The others go through {@link lenient}.
 */

/**
 * An optional field: absent, null and mistyped all read as undefined, "not known". It is put around a whole
 * block rather than its parts: half of a block would pass for all of it, and hide what was dropped.
 */
export function lenient<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(undefined);
}

/** Inside a block that is lenient as a whole: absent or null is fine, mistyped spoils the block. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** Whatever an API, or who sits before it, puts into a text: a person reads one line of it, of bearable length. */
export const text = z.string().transform((it) => legible(it));

export const name = z
  .string()
  .min(1)
  .transform((it) => legible(it));

/** A time that can be compared: what is judged by its age must have one. */
export const time = text.refine((it) => !Number.isNaN(Date.parse(it)), { message: 'not a time' });

/**
 * A value that the API sends as open text, read against the values that this client knows.
 *
 * The text of an unknown value is kept as it came and is never turned into a known one; the caller has to
 * look at `kind` before there is a `value` to use.
 */
export type Reading<Known extends string> =
  | { readonly kind: 'known'; readonly value: Known }
  | { readonly kind: 'unknown'; readonly text: string };

export function readingOf<Known extends string>(
  known: readonly Known[],
  text: string,
  spelled = text,
): Reading<Known> {
  const value = known.find((candidate) => candidate === spelled);
  return value === undefined ? { kind: 'unknown', text } : { kind: 'known', value };
}
