import { AsyncResource } from 'node:async_hooks';

/**
 * A virtual clock for everything in this process, which moves only when it is told to. Unlike jest's own fake timers
 * these keep the asynchronous context, in which an activity finds itself.
 */
export function startVirtualClock(now: number): void {
  // What moves bytes and promises goes on as ever; the monotonic clock, by which windows are measured, moves with this one.
  jest.useFakeTimers({
    now,
    doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'hrtime'],
  });
  const { setTimeout: later, setInterval: often } = globalThis;
  type Callback = (...args: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout: (run: Callback, ms?: number, ...args: unknown[]) =>
      later(AsyncResource.bind(run), ms, ...args),
    setInterval: (run: Callback, ms?: number, ...args: unknown[]) =>
      often(AsyncResource.bind(run), ms, ...args),
  });
}

export function stopVirtualClock(): void {
  jest.useRealTimers();
}

/** Stands in for `node:timers/promises`, which jest leaves on the real clock. */
export const virtualTimersPromises = {
  setTimeout: (ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', giveUp);
        resolve(value);
      }, ms);
      signal?.addEventListener('abort', giveUp);
    }),
};
