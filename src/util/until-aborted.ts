/** The answer, or `undefined` once nobody waits for it any more. */
export function untilAborted<T>(answer: Promise<T>, stop: AbortSignal | undefined): Promise<T | undefined> {
  if (stop === undefined) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(undefined);
    if (stop.aborted) giveUp();
    stop.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => stop.removeEventListener('abort', giveUp));
  });
}
