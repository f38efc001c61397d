import { sha256 } from '../canonical';

/** Where a page names the head of its bundle's chain. */
export const HEAD_IN_PAGE = /<meta name="switchback-evidence-head" content="([0-9a-f]{64})">/;

/** The last line of a page: the hash of every byte before it. */
export function pageSeal(body: Uint8Array): Buffer {
  return Buffer.from(`<!-- SHA-256 of every byte before this line: ${sha256(body)} -->\n`);
}

/** Bytes of {@link pageSeal}, always. */
export const SEAL_LENGTH = pageSeal(new Uint8Array()).length;
