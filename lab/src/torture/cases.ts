import type { Dialect } from '../lab';
import type { Trouble } from './cut';
import type { Tortured } from './procedures';

/** What dies or breaks, and how. */
export const KINDS = [
  'worker-SIGKILL',
  'worker-SIGTERM',
  'server-SIGKILL',
  'api-reset',
  'api-black-hole',
  'api-delay',
  'temporal-reset',
  'temporal-black-hole',
  'temporal-delay',
  'postgres-reset',
  'postgres-black-hole',
  'postgres-delay',
] as const;
export type Kind = (typeof KINDS)[number];

/** When: once the history has so many events, or while the request with this number waits for its reply. */
export interface Point {
  at: 'event' | 'request';
  n: number;
}

export interface Case extends Point {
  kind: Kind;
  dialect: Dialect;
  procedure: Tortured;
}

/** How long a run is that meets no trouble. */
export interface Length {
  events: number;
  requests: number;
}

/** The way from the worker to one of the three that it speaks to, and what is the matter with it. */
export interface NetworkTrouble {
  to: 'api' | 'temporal' | 'postgres';
  trouble: Trouble;
}

/** Given for a kind that breaks a network. */
export function networkTroubleOf(kind: Kind): NetworkTrouble | undefined {
  const [, to, trouble] = /^(api|temporal|postgres)-(.*)$/.exec(kind) ?? [];
  return to === undefined ? undefined : ({ to, trouble } as NetworkTrouble);
}

/**
 * All points of a run, or so many of them, the same for a seed.
 *
 * @param count `Infinity` for all.
 */
export function pointsOf({ events, requests }: Length, count: number, seed: number): Point[] {
  const all: Point[] = [
    ...Array.from({ length: requests }, (_, index): Point => ({ at: 'request', n: index + 1 })),
    ...Array.from({ length: events }, (_, index): Point => ({ at: 'event', n: index + 1 })),
  ];
  if (count >= all.length) return all;
  const random = numbersFrom(seed);
  return all
    .map((point) => ({ point, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ point }) => point);
}

/** Numbers from 0 to 1 that a seed gives (Marsaglia's xorshift). */
function numbersFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** `worker-SIGKILL promote-to-master event 12`, as `--only` takes it. */
export function nameOf({ kind, dialect, at, n }: Case): string {
  return `${kind} ${dialect} ${at} ${n}`;
}
