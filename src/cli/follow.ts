import type { LiveStatus, SwitchbackClient, SwitchbackRun } from '../client';
import { phases } from '../contract/phase';
import { answerLines, checkLines, liveLine, timelineLine } from './render';
import type { Terminal } from './terminal';

const POLL_MS = 500;
/** What the checks found is shown below the entries of these. */

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
  const onSilence = ({ message }: Error) =>
    terminal.error(`${message} The run is not affected; asking again.`);
  const watched = client.watch(workflowId, { runId, pollMs: POLL_MS, signal: stop, onSilence });
  for await (const status of watched) {
    showNews(status, shown, terminal);
    if (status.outcome === undefined) terminal.live(liveLine(status, new Date()));
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
    if (shown.checks === 0 && !phases[entry.phase].isBeforeChecks) showChecks();
    // How it ended stands in the report below.
    if (entry.event === status.headline && entry.phase === 'report') continue;
    terminal.line(timelineLine(entry, terminal.colour));
  }
  shown.entries = timeline.length;
  showAnswers();

  /** Only while the run stands still until somebody says something, and once for each question. */
  function showAnswers(): void {
    const lines = phases[status.phase].asks ? answerLines(status.answers ?? [], terminal.colour) : [];
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
