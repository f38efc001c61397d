import { digestOf, type Json } from './canonical';
import type { HistoryFact } from './facts';

/** A fact in its place: `hash` is over everything else in it, and so over all entries before it. */
export interface ChainEntry extends HistoryFact {
  /** From 1. */
  n: number;
  /** The hash of the entry before; zeros in the first one. */
  previous: string;
  /** SHA-256 over the RFC 8785 form of this entry without its hash. */
  hash: string;
}

export const NO_ENTRY = '0'.repeat(64);

/** Puts facts into their chain. Of each only what belongs to a fact is taken over. */
export function chainOf(facts: readonly Json[]): ChainEntry[] {
  let previous = NO_ENTRY;
  return facts.map((fact, index) => {
    const { at, kind, title, data } = fact as unknown as HistoryFact;
    const content = { n: index + 1, at, kind, title, data, previous };
    const hash = digestOf(content);
    previous = hash;
    return { ...content, hash };
  });
}
