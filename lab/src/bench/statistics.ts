/** What many measurements of one thing come to. */
export interface Spread {
  median: number;
  /** Half of the values lie between the two. */
  quartiles: [number, number];
  samples: number;
}

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => quantile(sorted, share);
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)], samples: values.length };
}

/** Between two values it lies on the line that joins them. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new Error('there is nothing to take the middle of');
  return below + (above - below) * (place - Math.floor(place));
}

/** One size, and what it cost. */
export interface Cost {
  size: number;
  cost: number;
}

/**
 * The power of the size by which the cost grows: the slope of the best line through the logarithms. 1 is linear.
 *
 * @param costs of two different sizes at least; all above 0.
 */
export function exponentOf(costs: readonly Cost[]): number {
  const points = costs.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }));
  const middle = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [middle(points.map(({ x }) => x)), middle(points.map(({ y }) => y))];
  const along = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const width = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (width === 0) throw new Error('one size tells nothing of growth');
  return along / width;
}
