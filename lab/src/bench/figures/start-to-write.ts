import { requestsOf, upToWrite, workOf } from '../bare/record';
import type { Figure } from '../figure';
import { finish, primaryOf, type Scene, seconds } from '../stage';
import { spreadOf } from '../statistics';

const WARM_UP = 3;
const TRANSITION_MS = 100;

/** From a run's start to the moment at which its write reaches the API; every round has a pair of its own. */
export const startToWrite: Figure = async (stage, { quick }) => {
  const rounds = WARM_UP + (quick ? 4 : 12);
  const scene = await stage.scene({ pairs: 2 * rounds + 1, transitionMs: TRANSITION_MS });
  await Promise.all([stage.worker(scene), stage.bareWorker(scene)]);
  const first = primaryOf(scene, 2 * rounds);
  const work = upToWrite(await workOf(stage, scene, await finish(scene, first), first));
  const times: { ours: number; bare: number; requests: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [one, other] = [primaryOf(scene, 2 * round), primaryOf(scene, 2 * round + 1)];
    const isFirst = round % 2 === 0;
    const ours = () => untilWrite(scene, () => finish(scene, one));
    const bare = () => untilWrite(scene, () => stage.bare(scene, [work, other]));
    const a = await (isFirst ? ours() : bare());
    const b = await (isFirst ? bare() : ours());
    const [mine, theirs] = isFirst ? [a, b] : [b, a];
    if (round >= WARM_UP) times.push({ ours: mine.ms, bare: theirs.ms, requests: mine.before });
  }
  const middle = (which: 'ours' | 'bare') => spreadOf(times.map((time) => time[which])).median;
  return {
    measurements: [
      {
        measured: 'start → write, all checks',
        against: `bare workflow, ${work.steps.length} + ${work.locals} local activities, the same ${requestsOf(work)} requests`,
        unit: '×',
        values: times.map(({ ours, bare }) => ours / bare),
        goal: { is: 'at most', limit: 1.3, alarm: 4 },
        detail: `${seconds(middle('ours'))} against ${seconds(middle('bare'))}`,
      },
      {
        measured: 'requests before the write',
        unit: 'requests',
        values: times.map(({ requests }) => requests),
        goal: { is: 'at most', limit: 8, alarm: 12 },
      },
    ],
  };
};

/** When the write arrived, milliseconds from the start, and how many requests came before it. */
export async function untilWrite(
  { lab }: Scene,
  run: () => Promise<unknown>,
): Promise<{ ms: number; before: number }> {
  lab.clearRequests();
  const begun = Date.now();
  await run();
  const requests = lab.requests();
  const before = requests.findIndex(({ method }) => method === 'PUT');
  const write = requests[before];
  if (write === undefined) throw new Error('nothing was written');
  return { ms: Date.parse(write.time) - begun, before };
}
