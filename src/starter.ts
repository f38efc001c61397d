#!/usr/bin/env node
import { createProgram } from './cli/program';
import { createTerminal } from './cli/terminal';
import { alignProxyVariables } from './config/proxy';
import { alwaysVerifyCertificates } from './config/tls';

/** The `switchback` command. The first Ctrl-C stops watching in order; the second one ends the process. */
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// Whoever read the output has gone, as `| head` does: there is nobody to go on watching for.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => interrupt.abort());

alignProxyVariables(process.env);
const terminal = createTerminal();
const warning = alwaysVerifyCertificates(process.env);
if (warning !== undefined) terminal.error(warning);

void createProgram({ env: process.env, terminal, interrupted: interrupt.signal })
  .parse(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
