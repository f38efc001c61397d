import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { gauge, metrics } from '../../contract/metrics';
import { OF_A_PROCEDURE } from '../../contract/procedure';
import { searchAttributes } from '../../contract/search-attributes';
import { isPractised } from '../../contract/trend';
import { keepLooking, type Listing } from './looks';

/** The first look lists all that Temporal keeps. */
const LOOK_LIMIT_MS = 60_000;
/** What has ended may be listed late; nothing is counted twice. */
const OVERLAP_MS = 10 * 60_000;

const { project, service, outcome, gapSeconds, lostRows } = searchAttributes;

/** When something was seen of a pair, and what. */
interface Seen {
  at: number;
  value: number;
}

/** The newest of each, by pair. */
interface Pair {
  rehearsedAt: number;
  gap?: Seen;
  lost?: Seen;
}

/**
 * Shows when each pair was rehearsed last, and what its newest run measured, as Temporal lists the runs: every worker
 * reports the same. They stay as they are while the list cannot be had, since they are of the past. Never throws.
 *
 * @param pairs as `project/primary`, that are there although nobody has ever run anything for them.
 */
export function showPractice(listing: Listing, pairs: readonly string[], stop: AbortSignal): Promise<void> {
  const practice = new Practice(listing, pairs);
  return keepLooking(
    listing,
    {
      look: (temporal) => practice.look(temporal),
      limitMs: LOOK_LIMIT_MS,
      problem: 'the runs that have ended cannot be listed; when a pair was rehearsed last may be out of date',
    },
    stop,
  );
}

class Practice {
  readonly #pairs: Map<string, Pair>;
  readonly #rehearsed;
  readonly #gap;
  readonly #lost;
  /** Everything that has ended before is known. */
  #knownUntil = 0;

  constructor({ meter }: Listing, pairs: readonly string[]) {
    this.#pairs = new Map(pairs.map((name) => [name, { rehearsedAt: 0 }]));
    this.#rehearsed = gauge(meter, metrics.rehearsedTimestamp);
    this.#gap = gauge(meter, metrics.lastGapSeconds);
    this.#lost = gauge(meter, metrics.lastLostRows);
  }

  async look({ workflow }: Client): Promise<void> {
    const since = new Date(Math.max(0, this.#knownUntil - OVERLAP_MS)).toISOString();
    const query = `${OF_A_PROCEDURE} AND ExecutionStatus != 'Running' AND CloseTime >= '${since}'`;
    const began = Date.now();
    for await (const info of workflow.list({ query })) this.#take(info);
    this.#knownUntil = began;
    for (const [name, pair] of this.#pairs) this.#show(name, pair);
  }

  #take({ closeTime, typedSearchAttributes: found }: WorkflowExecutionInfo): void {
    const [ofProject, ofService] = [found.get(project), found.get(service)];
    if (ofProject === undefined || ofService === undefined || closeTime === undefined) return;
    const name = `${ofProject}/${ofService}`;
    const at = closeTime.getTime();
    const pair = this.#pairs.get(name) ?? { rehearsedAt: 0 };
    this.#pairs.set(name, pair);
    const [ended, gap, lost] = [found.get(outcome), found.get(gapSeconds), found.get(lostRows)];
    if (ended !== undefined && isPractised({ outcome: ended }))
      pair.rehearsedAt = Math.max(pair.rehearsedAt, at);
    if (gap !== undefined && at >= (pair.gap?.at ?? 0)) pair.gap = { at, value: gap };
    if (lost !== undefined && at >= (pair.lost?.at ?? 0)) pair.lost = { at, value: lost };
  }

  #show(name: string, { rehearsedAt, gap, lost }: Pair): void {
    const [ofProject = '', ofService = ''] = name.split('/');
    const labels = { project: ofProject, service: ofService };
    this.#rehearsed.set(rehearsedAt / 1_000, labels);
    if (gap !== undefined) this.#gap.set(gap.value, labels);
    if (lost !== undefined) this.#lost.set(lost.value, labels);
  }
}
