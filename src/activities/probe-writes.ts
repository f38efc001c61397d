import { setTimeout } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ProbeInput } from '../contract/activities';
import { type ProbeReport, ROWS_PER_ATTEMPT } from '../contract/probe';
import { ProbeClock } from '../observe/probe-clock';
import { ProbeConnection } from '../observe/probe-connection';
import { readBack } from '../observe/probe-read-back';
import type { PairSettings } from '../postgres';
import { type Databases, type PairDatabase, PostgresError, toPostgresError } from '../postgres';
import { type Moment, ProbeJournal, progressOf } from '../rules/probe/journal';
import { intervalAt, pauseAfter } from '../rules/probe/pace';
import { emptyReport, reportOf } from '../rules/probe/report';
import { now } from '../util/now';

/** So long the write under way may take to be answered when the probe is cancelled. */
const LAST_ANSWER_MS = 500;
const BEAT_MS = 1_000;
/** How often the process asks itself whether it stands still, and how late that may be. */
const PULSE_MS = 250;
const LATE_MS = 500;
const UNIQUE_VIOLATION = '23505';

/**
 * Writes numbered rows through the Service URI, as an application would, until it is cancelled; then reads back which
 * of them are there and says what that means. It never fails for a reason of the database. When the worker is told to
 * stop, or the activity is paused, the attempt ends at once, and the next one goes on from its heartbeat.
 */
export async function probeWrites(
  databases: Databases,
  { pair, runId }: ProbeInput,
  stopping: AbortSignal,
): Promise<ProbeReport> {
  const database = databases.of(pair);
  const settings = settingsOf(database);
  if (database === undefined || settings === undefined) {
    const name = `${pair.project}/${pair.primary}`;
    return emptyReport(now(), `no database access is configured for ${name}`);
  }
  const probe = new Probe(database, settings, runId, stopping);
  const pulse = setInterval(() => probe.pulse(), PULSE_MS);
  try {
    await probe.write();
    return await probe.report();
  } finally {
    clearInterval(pulse);
    probe.close();
  }
}

class Probe {
  /** Held here, since a cancellation comes from outside of it. */
  readonly #context = Context.current();
  readonly #attempt = this.#context.info.attempt;
  readonly #ended: AbortSignal;
  /** Cuts whatever is under way. */
  readonly #cut = new AbortController();
  readonly #clock: ProbeClock;
  readonly #journal: ProbeJournal;
  readonly #connection: ProbeConnection;
  #seq: number;
  #pulse: Moment;
  #beat = 0;
  #lastAnswer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: PairDatabase,
    private readonly settings: PairSettings,
    private readonly runId: string,
    private readonly stopping: AbortSignal,
  ) {
    const before = progressOf(this.#context.info.heartbeatDetails);
    this.#clock = new ProbeClock(before);
    const now = this.#clock.now();
    this.#journal =
      before === undefined ? ProbeJournal.begin(now, this.#attempt) : ProbeJournal.goOn(before, now);
    this.#seq = this.#journal.numberBefore(this.#attempt);
    this.#pulse = now;
    const { probe, resolvers } = settings;
    const isSwept = before !== undefined;
    this.#connection = new ProbeConnection(
      database,
      runId,
      probe.retentionMs,
      resolvers[0],
      isSwept,
      this.#cut.signal,
    );
    this.#ended = AbortSignal.any([this.#context.cancellationSignal, stopping]);
    this.#ended.addEventListener('abort', this.#end, { once: true });
    if (this.#ended.aborted) this.#end();
    // The next attempt shall know of this one, however early it dies.
    this.#context.heartbeat(this.#journal.progress(now));
  }

  /** Writes until it is told to end. @throws the reason, unless it is a cancellation of the activity. */
  async write(): Promise<void> {
    let due = performance.now();
    let failures = 0;
    while (!this.#ended.aborted) {
      const failure = await this.#writeOne();
      failures = failure === undefined ? 0 : failures + 1;
      // Late writes are not made up for: an application does not, either.
      due = Math.max(due + this.#intervalMs, performance.now());
      if (failure === undefined) await this.#pause(due - performance.now());
      else await this.#pause(pauseAfter(failures, failure.code, Math.random()));
    }
    await this.#connection.leave();
    // Temporal retries no activity that was asked to cancel, so that a failure now would lose all.
    if (this.#context.cancellationDetails?.cancelRequested) return;
    this.#context.heartbeat(this.#journal.progress(this.#clock.now()));
    throw this.stopping.aborted ? this.stopping.reason : this.#context.cancellationSignal.reason;
  }

  async report(): Promise<ProbeReport> {
    const progress = this.#journal.progress(this.#clock.now());
    const { rate } = this.settings.probe;
    const wrote = this.#seq > 0 || progress.lostAttempts === true;
    const found = wrote
      ? await readBack(this.database, this.runId, this.settings.resolvers[0])
      : { there: [] };
    return reportOf(progress, rate, intervalAt(rate, progress.t), found);
  }

  /** Tells Temporal that it lives, and notices when the process itself stood still. */
  pulse(): void {
    const now = this.#clock.now();
    const lateMs = now.t - this.#pulse.t - PULSE_MS;
    if (lateMs > LATE_MS) this.#journal.notWatched(this.#pulse, now);
    this.#pulse = now;
    if (now.t - this.#beat < BEAT_MS - PULSE_MS / 2) return;
    this.#beat = now.t;
    this.#context.heartbeat(this.#journal.progress(now));
  }

  close(): void {
    clearTimeout(this.#lastAnswer);
    this.#ended.removeEventListener('abort', this.#end);
  }

  readonly #end = (): void => {
    const cut = () => this.#cut.abort(new PostgresError('the probe has ended', 'aborted'));
    if (this.#context.cancellationDetails?.cancelRequested)
      this.#lastAnswer = globalThis.setTimeout(cut, LAST_ANSWER_MS);
    else cut();
  };

  get #intervalMs(): number {
    return intervalAt(this.settings.probe.rate, this.#clock.now().t);
  }

  /** Answers why it failed. Also what is no database's fault is only reported: a measurement never fails a run. */
  async #writeOne(): Promise<PostgresError | undefined> {
    let row: number | undefined;
    try {
      await this.#connection.enter();
      if (this.#ended.aborted) return undefined;
      this.#seq += 1;
      row = this.#seq;
      const tookMs = await this.#connection.write({ runId: this.runId, attempt: this.#attempt, seq: row });
      this.#journal.acknowledged(row, this.#clock.now(), tookMs, this.#intervalMs);
      return undefined;
    } catch (error) {
      if (this.#cut.signal.aborted) return undefined;
      const failure = toPostgresError(error);
      await this.#leave(failure, row);
      return failure;
    }
  }

  async #leave(failure: PostgresError, row: number | undefined): Promise<void> {
    if (failure.code === UNIQUE_VIOLATION) {
      // Another one counted here, as after a reset of the activity: its rows are not this one's to judge.
      this.#journal.failed(failure, this.#clock.now());
      this.#seq = Math.ceil(this.#seq / ROWS_PER_ATTEMPT) * ROWS_PER_ATTEMPT;
    } else {
      this.#journal.failed(failure, this.#clock.now(), row);
    }
    await this.#connection.leave();
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(Math.max(0, ms), undefined, { signal: this.#ended }).catch(() => undefined);
  }
}

function settingsOf(database: PairDatabase | undefined): PairSettings | undefined {
  try {
    return database?.settings;
  } catch (error) {
    if (error instanceof PostgresError) return undefined;
    throw error;
  }
}
