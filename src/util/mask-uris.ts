export const MASK = '***';

/**
 * Masks everything between the first `://` and the last `@` of each word. In linear time. Longer words than anything that
 * holds a URI are taken in pieces, as everywhere: the engine's stack ends at some millions of characters.
 */
export function maskCredentials(text: string): string {
  return text.replace(/\S{1,100000}/g, (word) => {
    const begin = word.indexOf('://') + 3;
    const end = word.lastIndexOf('@');
    return begin < 3 || end < begin ? word : `${word.slice(0, begin)}${MASK}${word.slice(end)}`;
  });
}

/**
 * Masks the password in every `scheme://user:password@host` of a word, which holds neither white space nor quotes. In a
 * web address nothing before the password may be a slash; in that of a database the password may hold any character, so
 * that it ends at the last `@`. In linear time: every search ends before the next one begins, or is made once.
 */
export function maskPasswords(word: string): string {
  const last = word.lastIndexOf('@');
  let masked = '';
  let done = 0;
  let firstAt = -1;
  for (let at = word.indexOf('://'); at >= 0 && at < last; at = word.indexOf('://', Math.max(at + 3, done))) {
    const begin = at + 3;
    if (firstAt < begin) firstAt = word.indexOf('@', begin);
    const end = endOfPassword(word, begin, isWeb(word, at) ? undefined : { firstAt, last });
    if (end === undefined) continue;
    masked += word.slice(done, word.indexOf(':', begin) + 1) + MASK;
    done = end;
  }
  return masked + word.slice(done);
}

function isWeb(word: string, at: number): boolean {
  return /https?$/i.test(word.slice(Math.max(0, at - 6), at));
}

/** Where the `@` after the password is; `undefined` when there is no password. */
function endOfPassword(
  word: string,
  begin: number,
  ofDatabase: { firstAt: number; last: number } | undefined,
): number | undefined {
  const stop = /[/?#\\]/g;
  stop.lastIndex = begin;
  // No further than the next scheme, which has a slash.
  const authority = word.slice(begin, stop.exec(word)?.index ?? word.length);
  const colon = authority.indexOf(':');
  if (colon < 0) return undefined;
  if (ofDatabase !== undefined) return ofDatabase.firstAt < begin + colon ? undefined : ofDatabase.last;
  const end = authority.lastIndexOf('@');
  return end > colon ? begin + end : undefined;
}
