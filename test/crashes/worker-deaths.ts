import { useBuild } from '../doors/build';
import { PatientScene } from '../faults/patient-scene';
import { DIALECTS, type Ended, offersReturn, phasesOf } from '../workflows/harness';
import { ProcessStage } from './process-stage';

const LONGEST_MS = 180_000;
/** No answer before the worker is dead; short enough that the client itself has not given up by then. */
const HELD_MS = 60_000;
const INPUT = { settleWindow: '1s', quietWindow: '1s', convergeTimeout: '2m' };

/** The points at which the worker dies, each with a run of its own: one signal meets them all. */
const POINTS = [
  { point: 'before the write', outcome: 'switched-back', writes: ['primary'] },
  {
    point: 'after the write was applied, before it was reported',
    outcome: 'switched-back',
    writes: ['primary'],
  },
  { point: 'while it polls', outcome: 'switched-back', writes: ['primary'] },
  {
    point: 'in the return to recovery, after its write',
    outcome: 'returned-to-recovery',
    writes: ['primary', 'recovery'],
  },
] as const;
type Point = (typeof POINTS)[number]['point'];

interface Death {
  ends: Record<Point, Ended>;
  /** How the first worker ended. */
  worker: { code: number | null; signal: string | null };
}

async function die(harness: ProcessStage, signal: NodeJS.Signals): Promise<Death> {
  const scenes = POINTS.map(() => new PatientScene(harness.harness));
  const [before, after, polling, returning] = scenes as [
    PatientScene,
    PatientScene,
    PatientScene,
    PatientScene,
  ];
  const worker = await harness.startWorker();

  polling.stick();
  returning.stick();
  const undo = { method: 'PUT', service: returning.pair.recovery };
  returning.lab.addFault({ match: undo, do: { type: 'delay', when: 'after', delayMs: HELD_MS } });
  after.faultOnWrite({ type: 'delay', when: 'after', delayMs: HELD_MS });
  const secondLook = { path: `/service\\/${before.pair.primary}$/`, after: 2 };
  before.lab.addFault({ match: secondLook, do: { type: 'delay', delayMs: HELD_MS } });

  await Promise.all([
    polling.start(INPUT).then(() => polling.untilPolling()),
    returning
      .start({ ...INPUT, convergeTimeout: '1s', decisionWindow: '2m' })
      .then(() => returning.until('it asks, and may return', offersReturn)),
  ]);
  // These three are held, so that they must come last and together.
  await Promise.all([
    after.start(INPUT).then(() => after.untilPromoted('primary')),
    returning.decide('return-to-recovery').then(() => returning.untilPromoted('recovery')),
  ]);
  // The last of all: a read that is not answered is given up, and made again, and then it is too late to die before it.
  await before.start(INPUT);
  await before.untilRead('primary', 3);
  const { code, signal: endedBy } = await worker.kill(signal);

  await polling.unstick();
  await harness.harness.startWorker();
  const ends = await Promise.all(scenes.map((scenario) => scenario.end()));
  return {
    ends: Object.fromEntries(POINTS.map(({ point }, n) => [point, ends[n]])) as Record<Point, Ended>,
    worker: { code, signal: endedBy },
  };
}

/** In both dialects, the worker gets `signal` at each of {@link POINTS}; the next one goes on. */
export function testDeathsBy(signal: 'SIGKILL' | 'SIGTERM'): void {
  const harnesses: ProcessStage[] = [];
  const played = new Map<string, Promise<Death>>();

  useBuild();
  beforeAll(async () => {
    for (const dialect of DIALECTS) {
      const harness = await ProcessStage.open({ dialect, pairs: POINTS.length });
      harnesses.push(harness);
      const playing = die(harness, signal);
      // Its tests await it, perhaps long after it failed.
      playing.catch(() => undefined);
      played.set(dialect, playing);
    }
  }, LONGEST_MS);
  afterAll(() => Promise.all(harnesses.map((harness) => harness.close())), LONGEST_MS);

  describe.each(DIALECTS)(`the worker gets ${signal}, in the %s dialect`, (dialect) => {
    const theDeath = async () => {
      const found = await played.get(dialect);
      if (found === undefined) throw new Error('this death was not played');
      return found;
    };

    test.each(POINTS)(
      '$point',
      async ({ point, outcome, writes }) => {
        const { report, effective, scenario, roles, writes: sent } = (await theDeath()).ends[point];
        expect(report.outcome).toBe(outcome);
        expect(effective).toEqual(writes.map((side) => scenario.pair[side]));
        expect(sent).toHaveLength(writes.length);
        expect(roles).toBe(outcome === 'switched-back' ? 'active/passive' : 'passive/active');
        // An attempt that died before it recorded that it is about to send leaves nothing to find out.
        const isInDoubt = point !== 'while it polls' && point !== 'before the write';
        expect(phasesOf(report).includes('promote-uncertain')).toBe(isInDoubt);
        const said = report.timeline.some(({ event }) => event.includes('ended before it sent anything'));
        expect(said).toBe(point === 'before the write');
      },
      LONGEST_MS,
    );

    test(
      signal === 'SIGTERM' ? 'it leaves in order' : 'it is dead at once',
      async () => {
        const { worker } = await theDeath();
        expect(worker).toEqual(signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal });
      },
      LONGEST_MS,
    );
  });
}
