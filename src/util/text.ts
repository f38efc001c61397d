/** What ends a line, moves a cursor or turns the direction of writing: never part of a text that people read. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const INVISIBLES = new RegExp(`${INVISIBLE.source}+`, 'gu');

/** True when a text holds control characters, line breaks, or marks that turn the direction of writing. */
export function hasInvisibles(text: string): boolean {
  return INVISIBLE.test(text);
}

/** At most `limit` UTF-16 units, the last one an ellipsis where something was cut; never half of a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = limit - 1;
  const isHalf = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, isHalf ? end - 1 : end)}…`;
}

/**
 * Somebody else's text, fit to be shown: nothing in it that a screen obeys, at most `limit` long. What is not blank stays
 * where it is, so that no word turns into a known one.
 */
export function legible(text: string, limit = 1_000): string {
  return cut(cut(text, 2 * limit).replace(INVISIBLES, ' '), limit);
}

/** At most ten of a list of faults, in at most 2 kB, and how many more there are. */
export function fewFaults(faults: readonly string[]): string[] {
  const told: string[] = [];
  let size = 0;
  for (const fault of faults.slice(0, 10)) {
    const line = legible(fault, 400);
    size += line.length;
    if (size > 1_900) break;
    told.push(line);
  }
  const more = faults.length - told.length;
  return more > 0 ? [...told, `and ${more} more`] : told;
}
