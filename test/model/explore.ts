import { type Rules, type State, type Step, stepsOf } from './run';

export interface Exploration {
  states: number;
  /** How a run can end. */
  ends: Set<string>;
  /** The shortest way to the first promise that is broken; absent when none is. */
  counterExample?: { broken: string; way: string[] };
  /** States from which no end can be reached. */
  deadEnds: number;
}

/** Visits every state that can be reached, the nearest first, until nothing new appears. */
export function explore(begins: readonly State[], by: Rules): Exploration {
  const came = new Map<string, { from: string | undefined; what: string }>();
  const before = new Map<string, string[]>();
  const queue: State[] = [];
  const ends = new Set<string>();
  const ended: string[] = [];
  const visit = (state: State, from: string | undefined, what: string) => {
    const key = JSON.stringify(state);
    if (from !== undefined) before.set(key, [...(before.get(key) ?? []), from]);
    if (came.has(key)) return;
    came.set(key, { from, what });
    queue.push(state);
  };
  const wayTo = (key: string, last: Step): string[] => {
    const way = [last.what];
    for (let at: string | undefined = key; at !== undefined; ) {
      const step = came.get(at);
      if (step?.from !== undefined) way.unshift(step.what);
      at = step?.from;
    }
    return way;
  };
  for (const state of begins) visit(state, undefined, 'begin');
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const key = JSON.stringify(state);
    if (state.run.at === 'ended') {
      ends.add(state.run.end ?? 'done');
      ended.push(key);
      continue;
    }
    for (const step of stepsOf(state, by)) {
      if (step.broken !== undefined) {
        const counterExample = { broken: step.broken, way: wayTo(key, step) };
        return { states: came.size, ends, counterExample, deadEnds: 0 };
      }
      visit(step.next, key, step.what);
    }
  }
  const alive = new Set(ended);
  for (let key = ended.pop(); key !== undefined; key = ended.pop()) {
    for (const one of before.get(key) ?? []) {
      if (alive.has(one)) continue;
      alive.add(one);
      ended.push(one);
    }
  }
  return { states: came.size, ends, deadEnds: came.size - alive.size };
}
