import type { Client } from '@temporalio/client';
import type { MetricGauge } from '@temporalio/common';
import { alarmCauses } from '../../contract/alarm';
import { gauge, metrics } from '../../contract/metrics';
import { askingPhases } from '../../contract/phase';
import { OF_A_PROCEDURE } from '../../contract/procedure';
import { searchAttributes } from '../../contract/search-attributes';
import { keepLooking, type Listing } from './looks';

const LOOK_LIMIT_MS = 5_000;

const { phase, alarm } = searchAttributes;
const QUERY =
  `${OF_A_PROCEDURE} AND ExecutionStatus = 'Running' AND ` +
  `(${phase.name} IN (${askingPhases.map((name) => `'${name}'`).join(', ')}) OR ${alarm.name} IS NOT NULL)`;

/**
 * Shows how many runs wait for a person, and how many have an alarm, as Temporal lists them: a run that waits is on no
 * worker at all, so that none could say so by itself. While the list cannot be had the numbers are NaN, since the last
 * ones may be wrong; that is logged when it begins. Never throws.
 */
export function showListedRuns(listing: Listing, stop: AbortSignal): Promise<void> {
  const { meter } = listing;
  const waiting = new Counts(gauge(meter, metrics.runsWaiting), 'phase', askingPhases);
  const alarms = new Counts(gauge(meter, metrics.alarmsOpen), 'cause', alarmCauses);

  const look = async ({ workflow }: Client) => {
    const phases: string[] = [];
    const causes: string[] = [];
    for await (const { typedSearchAttributes: found } of workflow.list({ query: QUERY })) {
      const [inPhase, cause] = [found.get(phase), found.get(alarm)];
      if (inPhase !== undefined && (askingPhases as readonly string[]).includes(inPhase))
        phases.push(inPhase);
      if (cause !== undefined) causes.push(cause);
    }
    waiting.set(phases);
    alarms.set(causes);
  };
  const blind = () => {
    waiting.unknown();
    alarms.unknown();
  };
  const problem = 'the runs that wait for a person cannot be listed';
  return keepLooking(listing, { look, limitMs: LOOK_LIMIT_MS, blind, problem }, stop);
}

/** A gauge by one label; a value of the label that was ever seen goes back to zero. */
class Counts {
  readonly #values: Set<string>;

  constructor(
    private readonly gauge: MetricGauge,
    private readonly label: string,
    values: readonly string[],
  ) {
    this.#values = new Set(values);
  }

  set(found: readonly string[]): void {
    for (const value of found) this.#values.add(value);
    for (const value of this.#values)
      this.gauge.set(found.filter((one) => one === value).length, { [this.label]: value });
  }

  unknown(): void {
    for (const value of this.#values) this.gauge.set(Number.NaN, { [this.label]: value });
  }
}
