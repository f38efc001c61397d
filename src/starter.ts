#!/usr/bin/env node
import { createProgram } from './cli/program';
import { createTerminal } from './cli/terminal';

/** The `switchback` command. The first Ctrl-C stops watching in order; the second one ends the process. */
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// Whoever read the output has gone, as `| head` does: there is nobody to go on watching for.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => interrupt.abort());

void createProgram({ env: process.env, terminal: createTerminal(), interrupted: interrupt.signal })
  .parse(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
