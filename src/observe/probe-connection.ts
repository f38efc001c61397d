import type { PairDatabase, Session } from '../postgres';
import { deleteOldProbeRows, type ProbeRow, writeProbeRow } from '../postgres';
import { compact } from '../util/compact';

/** An application that waits longer for an answer is not one that anybody waits for. */
const STEP_TIMEOUT_MS = 2_000;

/** The probe's way through the Service URI, as a sane application has it: one session, and a new one after a failure. */
export class ProbeConnection {
  #session: Session | undefined;

  /**
   * @param runId whose rows are never old.
   * @param isSwept true when old rows were deleted already.
   * @param signal cuts whatever is under way.
   */
  constructor(
    private readonly database: PairDatabase,
    private readonly runId: string,
    private readonly retentionMs: number,
    private readonly resolver: string | undefined,
    private isSwept: boolean,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Opens a session if there is none: the name is resolved, and the password read, each time. Before the first one is
   * used, rows of earlier runs are deleted.
   *
   * @throws PostgresError
   */
  async enter(): Promise<void> {
    this.#session ??= await this.#open();
    if (this.isSwept) return;
    this.isSwept = true;
    try {
      await deleteOldProbeRows(this.#session, this.runId, this.retentionMs);
    } catch {
      // Old rows are in nobody's way, but the session may be of no use any more.
      await this.leave();
      this.#session = await this.#open();
    }
  }

  /** How long it took until the commit was acknowledged, milliseconds. @throws PostgresError */
  async write(row: ProbeRow): Promise<number> {
    if (this.#session === undefined) throw new Error('enter first');
    const sentAt = performance.now();
    await writeProbeRow(this.#session, row);
    return performance.now() - sentAt;
  }

  /** Ends the session, if there is one; never fails. */
  async leave(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.end();
  }

  #open(): Promise<Session> {
    return this.database.open('service', {
      connectTimeoutMs: STEP_TIMEOUT_MS,
      statementTimeoutMs: STEP_TIMEOUT_MS,
      signal: this.signal,
      ...compact({ resolver: this.resolver }),
    });
  }
}
