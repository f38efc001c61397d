import { bytesOf, EVIDENCE_FORMAT, sealed } from './bundle';
import { digestOf, type Json, sha256 } from './canonical';
import { NO_ENTRY } from './chain';
import { HEAD_IN_PAGE, pageSeal, SEAL_LENGTH } from './page/seal';

/** What became of looking at a file. */
export type Verification =
  | {
      holds: true;
      form: 'json' | 'page';
      /** The head of the chain: the hash to keep elsewhere. */
      head: string;
      /** SHA-256 of the whole file. */
      sha256: string;
    }
  /** One sentence: the first thing that does not hold. */
  | { holds: false; reason: string };

/**
 * Finds any changed byte of a bundle, or of its page.
 *
 * @param expectedHead a head that was kept elsewhere, to compare with. Without it, a file that somebody made anew from
 * other facts holds just as well.
 */
export function verifyEvidence(file: Uint8Array, expectedHead?: string): Verification {
  const found = file[0] === '<'.charCodeAt(0) ? verifyPage(file) : verifyBundle(file);
  if (!found.holds || expectedHead === undefined || found.head === expectedHead.trim().toLowerCase())
    return found;
  return broken(
    `The file is whole, but its head is ${found.head} and not ${expectedHead}: it is another bundle.`,
  );
}

function verifyPage(file: Uint8Array): Verification {
  const bytes = Buffer.from(file);
  const body = bytes.subarray(0, Math.max(0, bytes.length - SEAL_LENGTH));
  if (!pageSeal(body).equals(bytes.subarray(body.length))) {
    return broken('The page does not hold: its last line does not carry the hash of what is before it.');
  }
  const head = HEAD_IN_PAGE.exec(body.toString('utf8'))?.[1];
  if (head === undefined) return broken('The page does not hold: it names no head of a chain.');
  return { holds: true, form: 'page', head, sha256: sha256(bytes) };
}

function verifyBundle(file: Uint8Array): Verification {
  const bytes = Buffer.from(file);
  const bundle = parse(bytes);
  if (!isObject(bundle)) return broken('The file is neither a bundle in JSON nor a page of one.');
  if (bundle.format !== EVIDENCE_FORMAT) {
    return broken(`The field "format" does not hold: it is not "${EVIDENCE_FORMAT}".`);
  }
  const { entries, chain, ...fields } = bundle;
  const fault =
    faultOfEntries(entries) ?? faultOfFields(fields, entries as Json[]) ?? faultOfHead(chain, entries);
  if (fault !== undefined) return broken(fault);
  const expected = bytesOf(sealed(fields, (entries as Json[]).slice(0, -1)));
  if (!expected.equals(bytes)) {
    const at = firstDifference(expected, bytes);
    return broken(
      `Byte ${at + 1} of the file does not hold: what it says is whole, but it is written differently.`,
    );
  }
  const { head } = chain as { head: string };
  return { holds: true, form: 'json', head, sha256: sha256(bytes) };
}

function faultOfEntries(entries: Json | undefined): string | undefined {
  if (!Array.isArray(entries) || entries.length === 0)
    return 'The field "entries" does not hold: there are none.';
  let previous = NO_ENTRY;
  for (const [index, entry] of entries.entries()) {
    if (!isObject(entry)) return `Entry ${index + 1} does not hold: it is no entry.`;
    const { hash, ...content } = entry;
    const name = `Entry ${index + 1} (${String(content.kind)}: ${String(content.title)})`;
    if (content.n !== index + 1) return `${name} does not hold: it carries the number ${String(content.n)}.`;
    if (content.previous !== previous)
      return `${name} does not hold: it does not follow the entry before it, which was changed, or one is missing.`;
    if (digestOf(content) !== hash)
      return `${name} does not hold: its content has another hash than it carries.`;
    previous = hash as string;
  }
  const last = entries.at(-1);
  return isObject(last) && last.kind === 'seal'
    ? undefined
    : 'The seal is missing: entries were cut off at the end.';
}

function faultOfFields(fields: Record<string, Json>, entries: Json[]): string | undefined {
  const digests = (entries.at(-1) as { data?: Json }).data;
  const sealedFields = isObject(digests) ? digests : {};
  for (const name of new Set([...Object.keys(fields), ...Object.keys(sealedFields)])) {
    const value = fields[name];
    if (value === undefined) return `The field "${name}" does not hold: it is sealed, and missing.`;
    if (digestOf(value) !== sealedFields[name])
      return `The field "${name}" does not hold: its hash is not the one that the seal carries.`;
  }
  return undefined;
}

function faultOfHead(chain: Json | undefined, entries: Json | undefined): string | undefined {
  const last = Array.isArray(entries) ? entries.at(-1) : undefined;
  const hash = isObject(last) ? last.hash : undefined;
  const isWhole = isObject(chain) && chain.head === hash;
  return isWhole ? undefined : 'The field "chain" does not hold: its head is not the hash of the last entry.';
}

function parse(bytes: Buffer): Json | undefined {
  try {
    // Fatal: bytes that are no UTF-8 must not become the same sign as others.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}

function firstDifference(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return length;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(reason: string): Verification {
  return { holds: false, reason };
}
