import { clearLine, cursorTo } from 'node:readline';
import pc from 'picocolors';

/** Where a command writes: plain lines for scripts, colour and one live line for a person at a terminal. */
export interface Terminal {
  colour: ReturnType<typeof pc.createColors>;
  /** A line to standard output. */
  line(text: string): void;
  /** A line to standard error. */
  error(text: string): void;
  /** Replaces the bottom line, which tells what is going on; `undefined` takes it away. Nothing without a terminal. */
  live(text: string | undefined): void;
}

/** A spinner library would take over Ctrl-C, which here must stop the watching and never look like the end of a run. */
export function createTerminal({ stdout, stderr } = process): Terminal {
  const interactive = stdout.isTTY === true;
  let shown: string | undefined;
  const erase = () => {
    if (shown === undefined) return;
    cursorTo(stdout, 0);
    clearLine(stdout, 0);
  };
  const live = (text: string | undefined) => {
    if (!interactive) return;
    erase();
    shown = text;
    if (text !== undefined) stdout.write(shortened(text, stdout.columns));
  };
  const above = (write: () => void) => {
    const text = shown;
    live(undefined);
    write();
    live(text);
  };
  return {
    colour: pc.createColors(interactive && pc.isColorSupported),
    line: (text) => above(() => stdout.write(`${text}\n`)),
    error: (text) => above(() => stderr.write(`${text}\n`)),
    live,
  };
}

/** A line that wrapped could not be taken back. */
function shortened(text: string, columns = 80): string {
  return text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
}
