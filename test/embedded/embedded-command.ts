import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { useBuild } from '../doors/build';
import { type Program, usePrograms } from '../doors/programs';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';

/** `switchback run --embedded` against a lab of the test file's own, with five pairs. */
export function useEmbeddedCommand() {
  useBuild();
  const scratch = useScratchFolder();
  const start = usePrograms();
  let lab: Lab;
  let next = 0;

  beforeAll(async () => {
    lab = await startLab({ backing: 'memory', transitionMs: 200, pairs: 5 });
  });
  afterAll(() => lab?.close());

  return {
    scratch,
    start,
    lab: () => lab,

    freshPair(): { pair: LabPair; folder: string } {
      const pair = lab.pairs[next++];
      if (!pair) throw new Error('the lab has no more pairs');
      return { pair, folder: join(scratch(), `state ${next}`) };
    },

    /** The command with a Temporal of its own in `folder`. */
    run(pair: LabPair, folder: string, env: Record<string, string> = {}): Program {
      const flags = ['--settle-window', '0s', '--embedded-dir', folder];
      return start('starter', ['run', '--project', lab.project, pair.primary, ...flags], {
        AIVEN_WEB_URL: lab.baseUrl,
        AIVEN_TOKEN: lab.token,
        TEMPORAL_CLI_PATH: testEnvironment.temporalCli(),
        ...env,
      });
    },
  };
}

/** Processes, other than the commands of a test, that work on the folder. */
export function serversOn(folder: string): string[] {
  const all = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes('start-dev') && line.includes(folder));
}
