import { readFileSync } from 'node:fs';
import { loadWorkflows } from './driver';
import { play } from './play';
import { check } from './promises';

// The lab's state machine lives on the virtual clock, too.
jest.mock('node:timers/promises', () => jest.requireActual('./clock').virtualTimersPromises);

beforeAll(loadWorkflows);

import fc from 'fast-check';
import { scenario } from './scenario';

jest.setTimeout(500_000);
test('debug', async () => {
  if (process.env.SAMPLE) {
    const seen: Record<string, number> = {};
    const began = performance.now();
    for (const it of fc.sample(scenario, {
      numRuns: Number(process.env.N ?? 100),
      seed: Number(process.env.SEED ?? 7),
    })) {
      const t = performance.now();
      const dialect = process.env.SAMPLE === '2' ? 'promote-to-master' : 'role';
      let played: Awaited<ReturnType<typeof play>> | undefined;
      try {
        played = await play(dialect, it);
        check(played, it);
      } catch (error) {
        process.stderr.write(`FAILED ${String(error).slice(0, 600)}\n${JSON.stringify([dialect, it])}\n`);
      }
      if (performance.now() - t > 1500)
        process.stderr.write(`SLOW ${performance.now() - t}\n${JSON.stringify([dialect, it])}\n`);
      const { report, code } = played ?? {};
      const key = `${code} ${report?.outcome}`;
      seen[key] = (seen[key] ?? 0) + 1;
    }
    process.stderr.write(`${performance.now() - began} ms ${JSON.stringify(seen)}\n`);
    return;
  }
  const [dialect, it] = JSON.parse(readFileSync('/tmp/me/s.json', 'utf8'));
  const { report, code, model, isTruthNew } = await play(dialect, it);
  process.stderr.write(
    `${code} ${report?.outcome} ${model.truth} ${isTruthNew}\n${JSON.stringify(model.writes)}\n${report?.timeline.map((e) => `${e.at} ${e.phase} ${e.event}`).join('\n')}\n`,
  );
});
