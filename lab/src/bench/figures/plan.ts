import { requestsOf, workOf } from '../bare/record';
import type { Figure } from '../figure';
import { finish, primaryOf, seconds, timed } from '../stage';
import { spreadOf } from '../statistics';

const WARM_UP = 5;

/** All that a run does but for writing and waiting, by a warm worker. */
export const plan: Figure = async (stage, { quick }) => {
  const scene = await stage.scene();
  await Promise.all([stage.worker(scene), stage.bareWorker(scene)]);
  const service = primaryOf(scene, 0);
  const check = () => finish(scene, service, { mode: 'plan' });
  const work = await workOf(stage, scene, await check(), service);
  const bare = () => stage.bare(scene, [work, service]);
  const times: { ours: number; bare: number }[] = [];
  for (let round = 0; round < WARM_UP + (quick ? 10 : 60); round += 1) {
    // In turns, so that neither is always the one that follows the other.
    const isFirst = round % 2 === 0;
    const first = await timed(isFirst ? check : bare);
    const second = await timed(isFirst ? bare : check);
    if (round >= WARM_UP) times.push(isFirst ? { ours: first, bare: second } : { ours: second, bare: first });
  }
  const middle = (which: 'ours' | 'bare') => spreadOf(times.map((time) => time[which])).median;
  return {
    measurements: [
      {
        measured: 'plan, warm worker, start → report',
        against: `bare workflow, ${work.steps.length} + ${work.locals} local activities, the same ${requestsOf(work)} requests`,
        unit: '×',
        values: times.map(({ ours, bare }) => ours / bare),
        goal: { is: 'at most', limit: 1.3, alarm: 4 },
        detail: `${seconds(middle('ours'))} against ${seconds(middle('bare'))}`,
      },
    ],
  };
};
