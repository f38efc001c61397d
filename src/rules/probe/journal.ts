import { formatDuration } from '../../contract/duration';
import { type ProbeProgress, type ProbeStretch, ROWS_PER_ATTEMPT } from '../../contract/probe';
import { cut } from '../../util/text';
import { isGap, keep, keepUnwatched, lengthOf } from './gaps';
import { count } from './latency';
import { above, append } from './ranges';
import { emptySeries, noteAcknowledged, noteFailed, reach } from './series';

/** More ranges of numbers than this are a heartbeat too large; so many of the oldest are then put together. */
const MOST_RANGES = 800;
const FOLDED = 100;
const MOST_CODES = 40;
const OTHER_CODES = 'other';
const LONGEST_MESSAGE = 200;

/** A moment by both clocks: `at` for people, `t` (milliseconds since the probe began) to measure with. */
export type Moment = ProbeStretch['from'];

/** What an earlier attempt left behind; `undefined` if it is not in the form that is written here. */
export function progressOf(details: unknown): ProbeProgress | undefined {
  const { version } = (details ?? {}) as Partial<ProbeProgress>;
  return version === 1 ? (details as ProbeProgress) : undefined;
}

/** All that is known of the writes so far, small whatever happens: it travels with every heartbeat. */
export class ProbeJournal {
  readonly #progress: ProbeProgress;

  private constructor(progress: ProbeProgress) {
    this.#progress = progress;
  }

  /** @param attempt of the activity; what earlier ones measured is lost, if there were any. */
  static begin(now: Moment, attempt: number): ProbeJournal {
    return new ProbeJournal({
      observed: '',
      ...now,
      version: 1,
      startedAt: now.at,
      acknowledged: 0,
      rows: [],
      decided: [],
      foldedTo: 0,
      errors: {},
      gaps: [],
      unwatched: [],
      latency: { all: [], beforeGap: [] },
      series: emptySeries(),
      ...(attempt > 1 ? { lostAttempts: true } : {}),
    });
  }

  /** Goes on where another attempt stopped. From its last word until now nobody was watching. */
  static goOn(before: ProbeProgress, now: Moment): ProbeJournal {
    const journal = new ProbeJournal(structuredClone(before));
    journal.notWatched({ at: before.at, t: before.t }, now);
    return journal;
  }

  /** The number before the first row of an attempt. */
  numberBefore(attempt: number): number {
    const highest = this.#progress.decided.at(-1)?.[1] ?? 0;
    return Math.max(attempt - 1, Math.ceil(highest / ROWS_PER_ATTEMPT)) * ROWS_PER_ATTEMPT;
  }

  /**
   * A write was acknowledged.
   *
   * @param tookMs how long it took.
   * @param intervalMs the planned time between two writes.
   */
  acknowledged(row: number, now: Moment, tookMs: number, intervalMs: number): void {
    const progress = this.#progress;
    const moment = { row, ...now };
    if (progress.last !== undefined && isGap(progress, now.t - progress.last.t, intervalMs)) {
      const gap = { lastBefore: progress.last, firstAfter: moment };
      const longest = Math.max(0, ...progress.gaps.map(lengthOf));
      if (lengthOf(gap) > longest) progress.latency.beforeGap = structuredClone(progress.latency.all);
      keep(progress.gaps, gap);
    }
    progress.first ??= moment;
    progress.last = moment;
    progress.acknowledged += 1;
    append(progress.rows, row);
    append(progress.decided, row);
    delete progress.lastFailure;
    count(progress.latency.all, tookMs);
    noteAcknowledged(progress.series, now.t, tookMs);
    if (progress.rows.length > MOST_RANGES) this.#fold(progress.rows[FOLDED - 1]?.[1]);
  }

  /**
   * A write failed.
   *
   * @param row absent when there was no session to write it through.
   */
  failed({ code, message }: { code: string; message: string }, now: Moment, row?: number): void {
    const { errors, decided, series } = this.#progress;
    const isNew = !Object.hasOwn(errors, code);
    const key = isNew && Object.keys(errors).length >= MOST_CODES ? OTHER_CODES : code;
    errors[key] = (errors[key] ?? 0) + 1;
    this.#progress.lastFailure = cut(`${code} ${message.replace(/\s+/g, ' ')}`, LONGEST_MESSAGE);
    noteFailed(series, now.t);
    if (row === undefined) return;
    append(decided, row);
    if (decided.length > MOST_RANGES) this.#fold(decided[FOLDED - 1]?.[1]);
  }

  /** Nobody could have written in between. */
  notWatched(from: Moment, to: Moment): void {
    keepUnwatched(this.#progress.unwatched, { from, to });
  }

  /** A copy of all, as of now. */
  progress(now: Moment): ProbeProgress {
    reach(this.#progress.series, now.t);
    return structuredClone({ ...this.#progress, ...now, observed: this.#describe(now) });
  }

  #describe({ t }: Moment): string {
    const { acknowledged, last, lastFailure } = this.#progress;
    const rows = `${acknowledged} ${acknowledged === 1 ? 'row' : 'rows'} acknowledged`;
    if (lastFailure === undefined) return rows;
    return `${rows}, none for ${formatDuration(t - (last?.t ?? 0))}: ${lastFailure}`;
  }

  #fold(number = 0): void {
    const progress = this.#progress;
    progress.foldedTo = number;
    progress.rows = above(progress.rows, number);
    progress.decided = above(progress.decided, number);
  }
}
