import { join } from 'node:path';
import { type Lab, startLab } from '../../lab/src/lab';
import { TASK_QUEUE, workflowIdOf } from '../../src/client';
import { type DevServer, startDevServer } from '../../src/dev-server';
import { testEnvironment } from '../support/environment';
import { missingOf } from '../support/on-path';
import { useScratchFolder } from '../support/scratch';
import { findChromium, openChromium } from '../ui/chromium';
import { built, useBuild } from './build';
import { Program } from './programs';
import { writesTo } from './stage';
import { ByCommand } from './ways/cli';
import { ByClient } from './ways/client';
import { ByCurl } from './ways/curl';
import { ByUi } from './ways/ui';
import { inputOf, type Target, type Way } from './ways/way';

const APPROVAL = { by: 'lead@example.com', reason: 'INC-123' };

// On a busy machine a page of the UI takes seconds.
jest.setTimeout(180_000);

// Out here, since jest ends an inner block first: a browser writes to its profile until it is closed.
const scratch = useScratchFolder();
const chromium = findChromium();
let server: DevServer;
let lab: Lab;
let worker: Program;
let next = 0;

const DOORS = [
  { door: 'the client', open: async (): Promise<Way> => new ByClient(server.address) },
  { door: 'the command', open: async (): Promise<Way> => new ByCommand(server.address) },
  {
    door: 'curl',
    lacks: missingOf('curl'),
    open: async (): Promise<Way> => new ByCurl(server.httpUrl),
  },
  {
    door: 'the UI',
    lacks: chromium === undefined ? 'Chromium (CHROMIUM_PATH)' : undefined,
    open: async (): Promise<Way> =>
      ByUi.open(server.uiUrl ?? '', await openChromium(chromium ?? '', join(scratch(), 'profile'))),
  },
];
for (const { door, lacks } of DOORS)
  if (lacks) process.stderr.write(`the way by ${door} is not tested here: there is no ${lacks}\n`);

useBuild();
beforeAll(async () => {
  server = await startDevServer({ cliPath: testEnvironment.temporalCli(), ui: true, stopTimeoutMs: 100 });
  lab = await startLab({ backing: 'memory', transitionMs: 200, project: 'four-doors', pairs: 8 });
  worker = new Program(built('worker'), [], {
    TEMPORAL_ADDRESS: server.address,
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_TOKEN: lab.token,
  });
  await worker.prints(/worker on task queue/);
});
afterAll(async () => {
  await worker?.kill('SIGKILL');
  await lab?.close();
  await server?.stop();
});

/** A pair that no other test has touched, and its run. */
function fresh() {
  const pair = lab.pairs[next++];
  if (!pair) throw new Error('the lab has no more pairs');
  return { pair, target: targetOf(pair.primary) };
}

function targetOf(service: string): Target {
  const { project } = lab;
  return { project, service, taskQueue: TASK_QUEUE, workflowId: workflowIdOf(project, service) };
}

describe.each(DOORS)('by $door', ({ lacks, open }) => {
  const testHere = lacks === undefined ? test : test.skip;
  let way: Way;
  beforeAll(async () => {
    if (lacks === undefined) way = await open();
  });
  afterAll(() => way?.close());

  /** What is said of a run that does not end well, at once or at its end. */
  async function failure(target: Target, input: object): Promise<string> {
    const started = await way.start(target, input);
    const { ok, text } = started.ok ? await way.end(target) : started;
    expect(ok).toBe(false);
    return text;
  }

  testHere(
    'a run is started once, refuses what is wrong, is approved, and ends with one promotion',
    async () => {
      const { pair, target } = fresh();
      const input = inputOf(target);
      expect(await way.start(target, input)).toMatchObject({ ok: true });
      const fingerprint = await way.asked(target);

      const again = await way.start(target, input);
      expect(again).toEqual({ ok: false, text: expect.stringMatching(way.twice) });
      const nobody = await way.approve(target, { ...APPROVAL, fingerprint, by: '' });
      expect(nobody).toEqual({ ok: false, text: expect.stringContaining('"by" must be a text') });
      const other = await way.approve(target, { ...APPROVAL, fingerprint: '000000000000' });
      const reread = `The plan has the fingerprint ${fingerprint}, not 000000000000: read the plan again`;
      expect(other).toEqual({ ok: false, text: expect.stringContaining(reread) });
      expect(writesTo(pair)).toEqual([]);
      expect(await way.asked(target)).toBe(fingerprint);

      expect(await way.approve(target, { ...APPROVAL, fingerprint })).toMatchObject({ ok: true });
      const home = `${pair.primary} is active and ${pair.recovery} is passive, both settled.`;
      expect(await way.end(target)).toEqual({ ok: true, text: expect.stringContaining(home) });
      expect(writesTo(pair)).toMatchObject([{ effect: 'role-change' }]);
    },
  );

  testHere('every fault of an input is said, and nothing is read or written', async () => {
    const { pair, target } = fresh();
    for (const { input, says } of way.faulty) {
      const text = await failure(target, input(target));
      for (const said of says) expect(text).toContain(said);
    }
    expect(pair.requests()).toEqual([]);
  });

  testHere('a service that is not there is named, and nothing is written', async () => {
    const service = `nobody-${next}`;
    const text = await failure(targetOf(service), { project: lab.project, service });
    expect(text).toContain(`404 Service ${service} does not exist`);
    expect(text).toContain('Check the spelling of project and service');
    expect(lab.requests(service).filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});
