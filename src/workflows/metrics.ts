import { metricMeter } from '@temporalio/workflow';
import type { Mode } from '../contract/input';
import { counter, histogram, metrics } from '../contract/metrics';
import type { Phase } from '../contract/phase';
import type { ProbeReport } from '../contract/probe';
import type { Outcome } from '../contract/report';

/** Counts the end of a run, and what it measured. In a replay nothing is counted twice. */
export function countEnd(outcome: Outcome, mode: Mode, probe: ProbeReport | undefined): void {
  counter(metricMeter, metrics.runs).add(1, { outcome, mode });
  if (probe?.gap !== undefined) histogram(metricMeter, metrics.gapSeconds).record(probe.gap.ms / 1_000);
  if (probe?.missing !== undefined) counter(metricMeter, metrics.lostRows).add(probe.missing.count);
}

export function timePhase(phase: Phase, ms: number): void {
  histogram(metricMeter, metrics.phaseSeconds).record(ms / 1_000, { phase });
}
