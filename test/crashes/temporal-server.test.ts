import { join } from 'node:path';
import { attributeTypes } from '../../src/contract/search-attributes';
import { type DevServer, startDevServer } from '../../src/dev-server';
import { useBuild } from '../doors/build';
import { PatientScene } from '../faults/patient-scene';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { DIALECTS, type Ended } from '../workflows/harness';
import { ProcessStage } from './process-stage';

const LONGEST_MS = 120_000;
const folder = useScratchFolder();
useBuild();

let server: DevServer | undefined;
const stages: ProcessStage[] = [];
const ended = new Map<string, { end: Ended; workerLives: boolean; attempts: number[] }>();

/** A server that remembers: the second one goes on where the first was killed. */
function startServer(at: { port?: number; httpPort?: number } = {}): Promise<DevServer> {
  return startDevServer({
    cliPath: testEnvironment.temporalCli(),
    dbFilename: join(folder(), 'temporal.db'),
    searchAttributes: attributeTypes,
    ...at,
  });
}

beforeAll(async () => {
  server = await startServer();
  // The stages of this file are on this server instead of the one that all tests share.
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
  const plays = await Promise.all(
    DIALECTS.map(async (dialect) => {
      const harness = await ProcessStage.open({ dialect });
      stages.push(harness);
      const worker = await harness.startWorker();
      const scenario = new PatientScene(harness.harness);
      scenario.stick();
      await scenario.start({ settleWindow: '1s', convergeTimeout: '2m' });
      await scenario.untilPolling();
      return { dialect, scenario, worker };
    }),
  );
  const [port, httpPort] = [server.address, server.httpUrl].map((at) => Number(at.split(':').at(-1)));
  process.kill(server.pid, 'SIGKILL');
  await server.exited;
  // The pair settles while nobody remembers the run.
  await Promise.all(plays.map(({ scenario }) => scenario.unstick()));
  server = await startServer({ port, httpPort } as { port: number; httpPort: number });
  await Promise.all(
    plays.map(async ({ dialect, scenario, worker }) => {
      const end = await scenario.end();
      const { attempts } = await scenario.history();
      ended.set(dialect, { end, workerLives: !worker.hasEnded, attempts });
    }),
  );
}, LONGEST_MS);
afterAll(async () => {
  await Promise.all(stages.map((harness) => harness.close()));
  await server?.stop();
}, LONGEST_MS);

test.each(DIALECTS)(
  'the Temporal server is killed and started again while a run waits: it goes on, in the %s dialect',
  (dialect) => {
    const { end, workerLives } = ended.get(dialect) ?? {};
    expect(end?.report.outcome).toBe('switched-back');
    expect(end?.effective).toEqual([end?.scenario.pair.primary]);
    expect(end?.writes).toHaveLength(1);
    expect(end?.roles).toBe('active/passive');
    expect(workerLives).toBe(true);
  },
);
