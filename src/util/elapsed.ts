/**
 * Starts to measure; the answer tells the milliseconds since then. The monotonic clock counts, since somebody may set the
 * other one; but where that one says more (a machine that slept), more is believed.
 */
export function stopwatch(): () => number {
  const [monotonic, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}
