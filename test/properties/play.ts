import { startVirtualClock, stopVirtualClock } from './clock';
import { type Ended, Run } from './driver';
import { Model } from './model';
import type { Scenario } from './scenario';

/** How often somebody looks after the run; and after how many looks it is taken for one that never ends. */
const LOOK_MS = 12_000;
const LOOKS = 100;

export interface Played extends Ended {
  model: Model;
  /** The truth changed so shortly before the end that no read can have shown it. */
  isTruthNew: boolean;
}

/** Plays one run to its end; whenever it can only wait for a person, one decides. */
export async function play(dialect: 'role' | 'promote-to-master', it: Scenario): Promise<Played> {
  startVirtualClock(Date.UTC(2026, 0, 1));
  const { faults, behaviour, state, transitionMs, decisions } = it;
  const model = await Model.create({ dialect, faults, behaviour, state, transitionMs });
  const policy = { approvalRequired: it.approvalByPolicy, fourEyes: true, confirmTarget: false };
  const run = await Run.start(model, it.input, policy);
  let truth = model.truth;
  let truthSince = 0;
  run.onStep = () => {
    if (model.truth !== truth) truthSince = Date.now();
    truth = model.truth;
  };
  for (const { atMs, what } of it.happenings) {
    setTimeout(() => {
      if (what.kind === 'change') model.happens(what.change);
      else if (what.kind === 'cancel') run.cancel();
      else if (what.kind === 'worker-dies') run.killWorker();
      else run.update(what.name, what.payload);
    }, atMs);
  }
  try {
    const answers = [...decisions];
    for (let round = 1; run.ended === undefined; round += 1) {
      await run.go(LOOK_MS);
      if (run.ended !== undefined) break;
      const { phase, waiting } = await run.status();
      if (round > LOOKS) throw new Error(`it never ends: ${phase}, waiting for ${JSON.stringify(waiting)}`);
      if (waiting?.for !== 'the update decide') continue;
      // It can only wait for a person, and says so.
      expect({ phase, ...waiting }).toMatchObject({ phase: 'needs-operator', observed: expect.any(String) });
      expect(waiting).not.toHaveProperty('until');
      run.update('decide', {
        action: answers.shift() ?? 'give-up',
        by: 'lead@example.com',
        reason: 'INC-123',
      });
    }
    return { ...run.ended, model, isTruthNew: Date.now() - truthSince < 1_000 };
  } finally {
    await run.close();
    await model.close();
    stopVirtualClock();
  }
}
