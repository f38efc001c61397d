import { clearLine, clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { cut } from '../util/text';

/** Where a command writes: plain lines for scripts, colour and one live line for a person at a terminal. */
export interface Terminal {
  colour: ReturnType<typeof pc.createColors>;
  /** A line to standard output; at a terminal it wraps between words, indented as far as its last column. */
  line(text: string): void;
  /** A line to standard error. */
  error(text: string): void;
  /**
   * Replaces what stands at the bottom, a line or several, which tells what is going on; `undefined` takes it away. Nothing
   * without a terminal.
   */
  live(text: string | undefined): void;
  /** Rows of the terminal; `undefined` without one. */
  rows(): number | undefined;
}

/** Where the text goes; for a person when standard output is a terminal, as wide as it says. */
export interface Streams {
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: Writable;
}

/** A spinner library would take over Ctrl-C, which here must stop the watching and never look like the end of a run. */
export function createTerminal({ stdout, stderr }: Streams = process): Terminal {
  const interactive = stdout.isTTY === true;
  let shown: string | undefined;
  const erase = () => {
    if (shown === undefined) return;
    const above = shown.split('\n').length - 1;
    if (above > 0) moveCursor(stdout, 0, -above);
    cursorTo(stdout, 0);
    if (above > 0) clearScreenDown(stdout);
    else clearLine(stdout, 0);
  };
  const live = (text: string | undefined) => {
    if (!interactive) return;
    erase();
    shown = text;
    const lines = text?.split('\n').map((line) => shortened(line, stdout.columns));
    if (lines !== undefined) stdout.write(lines.join('\n'));
  };
  const above = (write: () => void) => {
    const text = shown;
    live(undefined);
    write();
    live(text);
  };
  return {
    colour: pc.createColors(interactive && pc.isColorSupported),
    line: (text) =>
      above(() =>
        stdout.write(`${interactive ? wrapped(harmless(text), stdout.columns) : harmless(text)}\n`),
      ),
    error: (text) => above(() => stderr.write(`${harmless(text)}\n`)),
    live: (text) => live(text && harmless(text)),
    rows: () => (interactive ? (stdout.rows ?? 24) : undefined),
  };
}

/** What a terminal obeys, and what turns the direction of writing. */
const OBEYED = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
/** The colours that this program uses, after their first character. */
const COLOUR = /^\[(?:0|1|2|22|39|3[1-6])m/;

/** A line may hold texts of others: what a terminal would obey in them is shown as it is written in JSON. */
function harmless(text: string): string {
  return text.replace(OBEYED, (it, at: number) => {
    const isOurs = it === '\n' || it === '\t' || COLOUR.test(text.slice(at + 1, at + 5));
    return isOurs ? it : `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Where the text of a line begins: after its last column gap, and after the mark of a list. */
const LEAD = /^(?:.*\s{2,})?(?:[✓✗✔✘!?–] )?/;

function wrapped(text: string, columns = 80): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  if (width(line) <= columns) return line;
  const lead = LEAD.exec(stripVTControlCharacters(line))?.[0].length ?? 0;
  const indent = ' '.repeat(lead < columns / 2 ? lead : 0);
  const lines: string[] = [];
  let current: string | undefined;
  for (const word of line.split(' ')) {
    const longer = current === undefined ? word : `${current} ${word}`;
    // A word that has no room on a line of its own, such as a path, gains nothing by one.
    if (current !== undefined && width(longer) > columns && width(indent + word) <= columns) {
      lines.push(current);
      current = indent + word;
    } else current = longer;
  }
  return [...lines, current].join('\n');
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** A line that wrapped could not be taken back. */
function shortened(text: string, columns = 80): string {
  return width(text) < columns ? text : cut(stripVTControlCharacters(text), columns - 1);
}
