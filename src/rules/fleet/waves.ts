import type { FleetWave } from '../../contract/fleet';
import type { FleetRequest } from '../../contract/fleet-input';
import { type ListedPair, naturally } from './select';

/**
 * Puts the pairs into waves: those that were given as waves stay so; else the canary comes first, and the rest by tag and
 * by size. No pair is lost, none is in two waves, and no wave is empty.
 */
export function wavesOf(
  given: readonly ListedPair[][],
  { canary, sizes, byTag }: FleetRequest['waves'],
): FleetWave[] {
  if (given.length > 1)
    return given.map((wave, index) =>
      numbered(
        index,
        wave.map(({ pair }) => pair),
      ),
    );
  const groups =
    byTag === undefined ? [{ name: undefined, pairs: given.flat() }] : groupsOf(given.flat(), byTag);
  const waves: FleetWave[] = [];
  let toTry = canary;
  for (const { name, pairs } of groups) {
    const tried = pairs.slice(0, toTry);
    if (tried.length > 0) waves.push({ name: 'canary', pairs: tried.map(({ pair }) => pair) });
    let rest = pairs.slice(tried.length).map(({ pair }) => pair);
    toTry = 0;
    while (rest.length > 0) {
      const isCanaryFirst = waves[0]?.name === 'canary';
      const size = sizeOf(sizes, waves.length - (isCanaryFirst ? 1 : 0)) ?? rest.length;
      const wave = rest.slice(0, size);
      waves.push(name === undefined ? numbered(waves.length, wave) : { name, pairs: wave });
      rest = rest.slice(size);
    }
  }
  return waves;
}

/** The last size goes for all that follow; `undefined`: as many as there are. */
function sizeOf(sizes: readonly number[], index: number): number | undefined {
  return sizes[Math.min(index, sizes.length - 1)];
}

function numbered(index: number, pairs: string[]): FleetWave {
  return { name: `wave ${index + 1}`, pairs };
}

/** One group for each value of the tag, in natural order; those without it come last. */
function groupsOf(pairs: readonly ListedPair[], tag: string): { name: string; pairs: ListedPair[] }[] {
  const values = [...new Set(pairs.flatMap(({ tags }) => tags[tag] ?? []))].sort(naturally);
  const groups = values.map((value) => ({
    name: `${tag}=${value}`,
    pairs: pairs.filter(({ tags }) => tags[tag] === value),
  }));
  const without = pairs.filter(({ tags }) => tags[tag] === undefined);
  return without.length > 0 ? [...groups, { name: `without ${tag}`, pairs: without }] : groups;
}
