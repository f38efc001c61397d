import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';

/** Loaded by each thread of a worker before all else: writes again and again what is in its heap, without garbage. */
const { BENCH_HEAP: folder } = process.env;
const EVERY_MS = 1_000;

if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const report = () => {
    collect();
    writeFileSync(join(folder, String(threadId)), String(process.memoryUsage().heapUsed));
  };
  setInterval(report, EVERY_MS).unref();
}
