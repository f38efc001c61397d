#!/usr/bin/env node
import { alignProxyVariables } from './config/proxy';
import { readTemporal } from './config/temporal';
import { alwaysVerifyCertificates } from './config/tls';
import { loadConfig } from './config/worker';
import { errors, exitCodes, SwitchbackError } from './contract/errors';
import { installRuntime } from './hosting/runtime';
import { createWorker } from './hosting/worker';

/** Runs a worker until SIGTERM or SIGINT: what is under way may finish, what waits goes on elsewhere. */
async function main(): Promise<void> {
  alignProxyVariables(process.env);
  const { worker: config, temporal } = loadConfig(process.env);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const warning = alwaysVerifyCertificates(process.env);
  const logger = await installRuntime(config);
  if (warning !== undefined) logger.warn(warning);
  const worker = await createWorker(config, temporal, undefined, { read: () => readTemporal(process.env) });
  logger.info(
    `worker on task queue ${config.taskQueue}; Temporal ${temporal.summary}; Aiven API ${config.aiven.baseUrl}`,
  );
  await worker.run(stop.signal);
}

main().catch((error: unknown) => {
  const known = error instanceof SwitchbackError;
  process.stderr.write(
    known ? `${error.code}: ${error.message}\n` : `${String((error as Error)?.stack ?? error)}\n`,
  );
  process.exitCode = known ? errors[error.code].exitCode : exitCodes.internal;
});
