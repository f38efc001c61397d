import type { Side } from '../model';

const PAIRS_PER_NET = 100;

/** Two loopback addresses for the pair of that number, counted from 0: 127.0.1.1 and 127.0.1.2, 127.0.1.3 and … */
export function loopbackAddresses(pair: number): Record<Side, string> {
  const net = `127.0.${1 + Math.floor(pair / PAIRS_PER_NET)}`;
  const first = 1 + 2 * (pair % PAIRS_PER_NET);
  return { primary: `${net}.${first}`, recovery: `${net}.${first + 1}` };
}
