import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import type { Figure } from '../figure';
import { ROOT, timed } from '../stage';

const HISTORIES = join(ROOT, 'test', 'histories');
const BUNDLE = join(ROOT, 'dist', 'workflow-bundle.js');
const COUNT = 50;

/** Recorded runs of every kind, in turn, until there are fifty. */
export const replay: Figure = async (_, { quick }) => {
  const recorded = readdirSync(HISTORIES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')));
  const all = Array.from({ length: COUNT }, (_, n) => ({
    workflowId: `replayed-${n}`,
    history: recorded[n % recorded.length],
  }));
  const values: number[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round += 1)
    values.push((await timed(() => replayAll(all))) / 1_000);
  return {
    measurements: [
      {
        measured: `${COUNT} recorded histories replayed`,
        unit: 's',
        values,
        goal: { is: 'at most', limit: 2 },
        detail: `${recorded.length} recordings, in turn`,
      },
    ],
  };
};

async function replayAll(all: { workflowId: string; history: unknown }[]): Promise<void> {
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath: BUNDLE } }, all))
    if (error !== undefined) throw error;
}
