import { MASK, maskPasswords } from '../util/mask-uris';
import { maskTokens, SECRET_KEY } from '../util/secrets';

/** A word in a JSON string, which may hold escapes, but no white space, escaped or not. */
const WORD = /(?:\\[^nrt]|[^\s"\\]){1,100000}/g;

/** A field that names a secret, in a line of JSON, where a text within a text has its quotes escaped. */
const FIELDS: readonly RegExp[] = [
  // A field; one of JSON in a text; one that is deeper still, as far as it has no quotes of its own.
  new RegExp(String.raw`((?<!\\)"(?:${SECRET_KEY})"\s*:\s*")(?:[^"\\]|\\.)*`, 'gi'),
  new RegExp(String.raw`(\\"(?:${SECRET_KEY})\\"\s*:\s*\\")(?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*`, 'gi'),
  new RegExp(String.raw`((?<!\\)\\+"(?:${SECRET_KEY})\\+"\s*:\s*\\+")(?:[^"\\]|\\+[^"\\])*`, 'gi'),
];

/**
 * A line of JSON without the passwords, tokens and keys in it: the last line of defence, for what a library or somebody
 * else's reply put into a message. JSON stays JSON.
 */
export function jsonWithoutSecrets(line: string): string {
  const withoutUris = line.replace(WORD, maskPasswords);
  return maskTokens(FIELDS.reduce((safe, field) => safe.replace(field, `$1${MASK}`), withoutUris));
}

/** As {@link jsonWithoutSecrets}, for a text. */
export function withoutSecrets(text: string): string {
  return JSON.parse(jsonWithoutSecrets(JSON.stringify(text))) as string;
}
