import type { LiveStatus, SwitchbackClient, SwitchbackRun } from '../client';
import { isSilence } from '../client/failures';
import { ASKING_PHASES, type Phase } from '../contract/phase';
import { answerLines, checkLines, liveLine, timelineLine } from './render';
import type { Terminal } from './terminal';

const POLL_MS = 500;
/** What the checks found is shown below the entries of these. */
const BEFORE_CHECKS: readonly Phase[] = ['validate', 'discover', 'preflight'];
/** A worker or a server that restarts is away for less; a run is not over because nobody answers. */
const PATIENCE_MS = 120_000;

/**
 * Prints what a run does until it has ended, or until `stop` fires. A server or worker that does not answer is said
 * and waited for: the run itself is not touched by that.
 */
export async function follow(
  client: SwitchbackClient,
  { workflowId, runId }: Pick<SwitchbackRun, 'workflowId' | 'runId'>,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<void> {
  const shown: Shown = { entries: 0, checks: 0, asked: '' };
  let silentSince: number | undefined;
  while (!stop.aborted) {
    try {
      // Asked first: what the run says after its end is its last word.
      const running = await unlessStopped(client.isRunning(workflowId, runId), stop);
      const status = await unlessStopped(client.status(workflowId, runId), stop);
      if (status === undefined) break;
      silentSince = undefined;
      showNews(status, shown, terminal);
      if (status.outcome !== undefined || !running) break;
      terminal.live(liveLine(status, new Date()));
    } catch (error) {
      if (!isSilence(error)) throw error;
      if (silentSince === undefined)
        terminal.error(`${error.message} The run is not affected; asking again.`);
      silentSince ??= Date.now();
      if (Date.now() - silentSince > PATIENCE_MS) throw error;
    }
    await pause(POLL_MS, stop);
  }
  terminal.live(undefined);
}

/** What was printed so far. */
interface Shown {
  entries: number;
  checks: number;
  /** The commands that were offered last. */
  asked: string;
}

function showNews(status: LiveStatus, shown: Shown, terminal: Terminal): void {
  const { timeline, checks = [] } = status;
  for (const entry of timeline.slice(shown.entries)) {
    if (shown.checks === 0 && !BEFORE_CHECKS.includes(entry.phase)) showChecks();
    terminal.line(timelineLine(entry, terminal.colour));
  }
  shown.entries = timeline.length;
  showAnswers();

  /** Only while the run stands still until somebody says something, and once for each question. */
  function showAnswers(): void {
    const lines = ASKING_PHASES.includes(status.phase)
      ? answerLines(status.answers ?? [], terminal.colour)
      : [];
    const asked = lines.join('\n');
    if (asked === shown.asked) return;
    shown.asked = asked;
    for (const line of lines) terminal.line(line);
  }

  function showChecks(): void {
    for (const line of checkLines(checks, terminal.colour)) terminal.line(line);
    shown.checks = checks.length;
  }
}

/** The answer, or `undefined` once nobody waits for it any more. */
export function unlessStopped<T>(answer: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(undefined);
    if (stop.aborted) giveUp();
    stop.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => stop.removeEventListener('abort', giveUp));
  });
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
  });
}
