/** A run that waits for a person for a day must not fill the table. */
const STEADY_MS = 30 * 60_000;
const SLOW_INTERVAL_MS = 1_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;
const SLOW_PAUSE_MS = 1_000;
const SET_UP_WRONGLY = /^(28|42|3D)...$|^no-|^not-configured$|^ERR_TLS|CERT/;

/**
 * A refused credential (28), a missing table, column or right (42), a missing database (3D), TLS: somebody must mend
 * that, so that it does not pass soon, and servers may count the tries.
 */
export function isSetUpWrongly(code: string): boolean {
  return SET_UP_WRONGLY.test(code);
}

/**
 * The planned time between two writes, milliseconds: that of the rate, and one second after half an hour.
 *
 * @param rate rows per second.
 * @param t milliseconds since the probe began.
 */
export function intervalAt(rate: number, t: number): number {
  return t < STEADY_MS ? 1_000 / rate : Math.max(1_000 / rate, SLOW_INTERVAL_MS);
}

/**
 * The pause before the next try, milliseconds: ever longer up to a quarter of a second, and never twice the same.
 *
 * @param failures in a row.
 * @param random from 0 to 1.
 */
export function pauseAfter(failures: number, code: string, random: number): number {
  const longest = isSetUpWrongly(code)
    ? SLOW_PAUSE_MS
    : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return longest * (0.5 + random / 2);
}
