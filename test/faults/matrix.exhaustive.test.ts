import { useScratchFolder } from '../support/scratch';
import { Turns } from '../support/turns';
import { DIALECTS, type Ended, quieten } from '../workflows/harness';
import { type Fault, faults, PATIENT, TRANSITION_MS } from './faults';
import { FaultScene, FaultStage } from './stage';

const folder = useScratchFolder();
const LONGEST_MS = 180_000;

/** Runs of a dialect under way at a time: each one mostly waits, but all of them at once would wait for the processor. */
const AT_ONCE = 14;

class Performance {
  readonly #turns = new Turns(AT_ONCE);
  readonly #runs = new Map<Fault, Promise<Ended>>();
  readonly #stages: FaultStage[] = [];

  async open(dialect: (typeof DIALECTS)[number]): Promise<void> {
    const apart = faults.filter((fault) => fault.needsOwnWorker || fault.transitionMs !== undefined);
    const together = faults.filter((fault) => !apart.includes(fault));
    for (const cast of [...apart.map((fault) => [fault]), together]) {
      const { transitionMs = TRANSITION_MS } = cast.length === 1 ? (cast[0] ?? {}) : {};
      const harness = await FaultStage.open(folder(), { dialect, transitionMs, pairs: cast.length });
      this.#stages.push(harness);
      for (const fault of cast) {
        const scenario = new FaultScene(harness);
        const run = this.#turns.take(() => play(fault, scenario));
        // Its test awaits it, perhaps long after it failed.
        run.catch(() => undefined);
        this.#runs.set(fault, run);
      }
    }
  }

  async ended(fault: Fault): Promise<Ended> {
    const run = this.#runs.get(fault);
    if (run === undefined) throw new Error(`${fault.name} was not played`);
    return run;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stages.map((harness) => harness.close()));
  }
}

async function play({ arrange, meanwhile, input }: Fault, it: FaultScene): Promise<Ended> {
  arrange(it);
  await it.start({ ...PATIENT, ...input });
  await meanwhile?.(it);
  return it.end();
}

const performances = DIALECTS.map((dialect) => ({ dialect, performance: new Performance() }));

beforeAll(async () => {
  quieten();
  await Promise.all(performances.map(({ dialect, performance }) => performance.open(dialect)));
}, LONGEST_MS);
afterAll(() => Promise.all(performances.map(({ performance }) => performance.close())));

describe.each(performances)('in the $dialect dialect', ({ dialect, performance }) => {
  test.each(faults)(
    '$hits: $name',
    async (fault) => {
      const { ends } = fault;
      const { scenario, code, message, report, writes, effective, roles } = await performance.ended(fault);
      const { primary, recovery } = scenario.pair;
      const countOf = (service: string) => effective.filter((one) => one === service).length;
      expect({
        outcome: report.outcome,
        code,
        situation: report.situation,
        promotions: countOf(primary),
        returns: countOf(recovery),
        writes: writes.length,
      }).toEqual({
        outcome: ends.outcome,
        code: ends.code,
        situation: typeof ends.situation === 'object' ? ends.situation[dialect] : ends.situation,
        promotions: ends.promotions,
        returns: ends.returns,
        writes: ends.writes,
      });
      expect(report.requests.writes).toBe(ends.writes);
      // The message is short; the report has it all.
      expect(`${message} ${JSON.stringify(report.observed)}`).toMatch(ends.saying ?? /(?:)/);
      const told = report.timeline.map(({ event }) => event.split(':')[0]);
      expect(told).toEqual(expect.arrayContaining(ends.seeing ?? []));

      if (report.situation === 'primary-active') expect(roles).toBe('active/passive');
      if (report.situation === 'recovery-active') expect(roles).toBe('passive/active');
      if (ends.secondWriteAfterMs !== undefined) {
        const [first, second] = writes.map(({ time }) => Date.parse(time));
        expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(ends.secondWriteAfterMs);
      }
    },
    LONGEST_MS,
  );
});
