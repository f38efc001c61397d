import { SwitchbackFailedError } from '../client/failed-error';
import { errors, exitCodes, SwitchbackError } from '../contract/errors';
import type { ErrorLine } from './lines';
import { reportLines } from './render';
import type { Terminal } from './terminal';

/** Says what went wrong, as the message or as JSON, and answers with the exit code for it. */
export function fail(error: unknown, json: boolean, terminal: Terminal): number {
  const { code, message } = explain(error);
  const report = error instanceof SwitchbackFailedError ? error.report : undefined;
  if (json) terminal.line(JSON.stringify(report ?? { code, message }));
  else if (report !== undefined) for (const line of reportLines(report, terminal.colour)) terminal.line(line);
  else
    terminal.error(
      `${terminal.colour.red(`✘ ${code}`)} ${message}${code === 'INTERNAL' ? '' : `\n  ${errors[code].remedy}`}`,
    );
  return code === 'INTERNAL' ? exitCodes.internal : errors[code].exitCode;
}

/** The code and the message of whatever was thrown. */
export function explain(error: unknown): ErrorLine {
  if (error instanceof SwitchbackError) return { code: error.code, message: error.message };
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
