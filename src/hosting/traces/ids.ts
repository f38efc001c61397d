import { createHash, randomBytes } from 'node:crypto';

/** The trace of a run is found by its run id, without the dashes. */
export function traceIdOf(runId: string): string {
  return runId.replaceAll('-', '');
}

/** The same parts always make the same id: a span that is told twice, as after a crash, is the same span. */
export function spanIdOf(...parts: readonly (string | number | boolean)[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

export function randomSpanId(): string {
  return randomBytes(8).toString('hex');
}

export function rootSpanIdOf(runId: string): string {
  return spanIdOf('run', runId);
}
