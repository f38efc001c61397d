import { briefly } from '../contract/briefly';
import { type ErrorEntry, errors, exitCodes, SwitchbackError } from '../contract/errors';
import { SwitchbackFailedError } from '../contract/failed-error';
import type { ErrorLine } from './lines';
import { reportLines } from './render';
import type { Terminal } from './terminal';

/**
 * Says what went wrong, as the message or as JSON, and answers with the exit code for it.
 *
 * @param service whom the command was about, where it was about one.
 */
export function fail(error: unknown, json: boolean, terminal: Terminal, service = ''): number {
  const { code, message } = explain(error);
  const report = error instanceof SwitchbackFailedError ? error.report : undefined;
  if (json) terminal.line(JSON.stringify(report ?? { code, message }));
  else if (report !== undefined) for (const line of reportLines(report, terminal.colour)) terminal.line(line);
  else terminal.error(failureLines(code, message, service, terminal.colour));
  return code === 'INTERNAL' ? exitCodes.internal : errors[code].exitCode;
}

function failureLines(
  code: ErrorLine['code'],
  message: string,
  service: string,
  colour: Terminal['colour'],
): string {
  const title = colour.red(`✘ ${code}`);
  if (code === 'INTERNAL') return `${title} ${message}`;
  const { remedy, lists }: ErrorEntry = errors[code];
  if (lists) return `${title} ${message}\n  ${remedy}`;
  // Below the sentences there may be what another program said.
  const [sentences = '', ...more] = message.split('\n');
  const { headline, next } = briefly(code, service, { headline: sentences, next: remedy });
  return [`${title} ${headline}`, `  ${next}`, ...more].join('\n');
}

/** The code and the message of whatever was thrown. */
export function explain(error: unknown): ErrorLine {
  if (error instanceof SwitchbackError) return { code: error.code, message: error.message };
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
