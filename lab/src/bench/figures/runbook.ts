import { AVN_VERSION, avn, installAvn } from '../avn';
import type { Figure } from '../figure';
import { finish, primaryOf, type Scene, seconds } from '../stage';
import { spreadOf } from '../statistics';
import { untilWrite } from './start-to-write';

const WARM_UP = 1;

/** From the start to the write, beside a runbook of Aiven's own command. */
export const runbook: Figure = async (stage, { quick }) => {
  const missing = installAvn();
  if (missing !== undefined) return { measurements: [], missing };
  const rounds = WARM_UP + (quick ? 1 : 7);
  const scene = await stage.scene({ pairs: 2 * rounds, transitionMs: 100 });
  await stage.worker(scene);
  const times: { ours: number; avn: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [one, other] = [primaryOf(scene, 2 * round), primaryOf(scene, 2 * round + 1)];
    const ours = await untilWrite(scene, () => finish(scene, one));
    const theirs = await untilWrite(scene, () => byHand(scene, other));
    if (round >= WARM_UP) times.push({ ours: ours.ms, avn: theirs.ms });
  }
  const middle = (which: 'ours' | 'avn') => spreadOf(times.map((time) => time[which])).median;
  return {
    measurements: [
      {
        measured: 'start → write, all checks, how much sooner',
        against: `runbook with \`avn\` ${AVN_VERSION}: four looks, then the write`,
        unit: '×',
        values: times.map((time) => time.avn / time.ours),
        goal: { is: 'at least', limit: 10, alarm: 1 },
        detail: `${seconds(middle('ours'))} against ${seconds(middle('avn'))}`,
      },
    ],
  };
};

/** As runbooks have it: both services, their integration, what happened last, and the write. */
async function byHand({ lab }: Scene, service: string): Promise<void> {
  await avn(lab, 'service', 'get', service);
  await avn(lab, 'service', 'get', `${service}-recovery`);
  await avn(lab, 'service', 'integration-list', service);
  await avn(lab, 'events');
  await avn(lab, 'service', 'update', service, '--disaster-recovery-role', 'active');
}
