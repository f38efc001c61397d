import { metricMeter, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { AlarmCause } from '../../contract/alarm';
import type { Mode, SwitchbackRequest } from '../../contract/input';
import { counter, histogram, metrics } from '../../contract/metrics';
import type { Outcome } from '../../contract/outcome';
import type { Phase } from '../../contract/phase';
import type { ProbeReport } from '../../contract/probe';
import { searchAttributes } from '../../contract/search-attributes';
import type { SwitchbackStatus } from '../../contract/status';
import type { Cost } from '../../rules/cost';
import { currentDetails } from './current-details';

/** In the list of runs, from the start on. */
export function listRun({ project, service }: SwitchbackRequest, phase: Phase): void {
  upsertSearchAttributes([
    { key: searchAttributes.project, value: project },
    { key: searchAttributes.service, value: service },
    { key: searchAttributes.phase, value: phase },
  ]);
}

/** @param end once it is known: the outcome, and what was measured. */
export function listPhase(phase: Phase, end: ({ outcome: Outcome } & Cost) | undefined): void {
  const { outcome, gapSeconds, lostRows } = end ?? {};
  upsertSearchAttributes([
    { key: searchAttributes.phase, value: phase },
    ...(outcome === undefined ? [] : [{ key: searchAttributes.outcome, value: outcome }]),
    ...(gapSeconds === undefined ? [] : [{ key: searchAttributes.gapSeconds, value: gapSeconds }]),
    ...(lostRows === undefined ? [] : [{ key: searchAttributes.lostRows, value: lostRows }]),
  ]);
}

/** The newest alarm that stands; none takes it out of the list. */
export function listAlarm(cause: AlarmCause | undefined): void {
  upsertSearchAttributes([{ key: searchAttributes.alarm, value: cause ?? null }]);
}

/** The page of the run in Temporal's UI. */
export function showDetails(status: SwitchbackStatus): void {
  setCurrentDetails(currentDetails(status));
}

export function timePhase(phase: Phase, ms: number): void {
  histogram(metricMeter, metrics.phaseSeconds).record(ms / 1_000, { phase });
}

/** Counts the end of a run, and what each of its moves measured. In a replay nothing is counted twice. */
export function countEnd(outcome: Outcome, mode: Mode, probes: readonly ProbeReport[]): void {
  counter(metricMeter, metrics.runs).add(1, { outcome, mode });
  for (const { gap, missing } of probes) {
    if (gap !== undefined) histogram(metricMeter, metrics.gapSeconds).record(gap.ms / 1_000);
    if (missing !== undefined) counter(metricMeter, metrics.lostRows).add(missing.count);
  }
}
