import type { Terminal } from './terminal';

/** The exit code of a command that was interrupted, as shells have it. */
export const INTERRUPTED = 130;

/** What a command finds around it. */
export interface CommandEnvironment {
  env: Readonly<Record<string, string | undefined>>;
  terminal: Terminal;
  /** Fires on Ctrl-C. */
  interrupted: AbortSignal;
}
