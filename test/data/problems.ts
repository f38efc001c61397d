import type { ProbeReport } from '../../src/contract/probe';

/** What a process that stood still for a moment, as on a busy machine it may, rightly says of its measurement. */
const STOOD_STILL = [
  /^for .* of the longest gap no probe was running$/,
  /^the first row was acknowledged .* after the start, which counts as no gap$/,
];

/** What else was wrong with a measurement. */
export function problemsOf(probe: ProbeReport | undefined): string[] {
  const all = probe === undefined ? ['nothing was measured'] : (probe.problem?.split('; ') ?? []);
  return all.filter((problem) => !STOOD_STILL.some((words) => words.test(problem)));
}
