import { join } from 'node:path';
import type { Figure, Measurement } from '../figure';
import { timeOfProcess } from '../processes';
import { finish, primaryOf, ROOT, seconds } from '../stage';
import { spreadOf } from '../statistics';

const COMMAND = join(ROOT, 'dist', 'starter.js');

/** The command as a whole process: what a person waits for. */
export const command: Figure = async (stage, { quick }) => {
  const rounds = quick ? 3 : 15;
  const scene = await stage.scene();
  await stage.worker(scene);
  const service = primaryOf(scene, 0);
  await finish(scene, service, { mode: 'plan' });
  const nothing = () => timeOfProcess(process.execPath, ['-e', '0']);
  const ratios = async (measured: string, args: string[]): Promise<Measurement> => {
    const times: { ours: number; bare: number }[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const bare = await nothing();
      const ours = await timeOfProcess(process.execPath, [COMMAND, ...args], scene.env);
      // The first one brings the files into memory.
      if (round > 0) times.push({ ours, bare });
    }
    const middle = (which: 'ours' | 'bare') => spreadOf(times.map((time) => time[which])).median;
    return {
      measured,
      against: '`node -e 0`',
      unit: '×',
      values: times.map(({ ours, bare }) => ours / bare),
      goal: { is: 'at most', limit: 3, alarm: 100 },
      detail: `${seconds(middle('ours'))} against ${seconds(middle('bare'))}`,
    };
  };
  return {
    measurements: [
      await ratios('`switchback --help`, the whole process', ['--help']),
      await ratios('`switchback status`, the whole process', ['status', `${scene.lab.project}/${service}`]),
    ],
  };
};
