import fc from 'fast-check';
import { parseFleetInput } from '../../src/contract/parse-fleet';
import { countsOf } from '../../src/rules/fleet/progress';
import { Fleet, type FleetState, firstState } from '../../src/workflows/fleet/fleet-state';

const CONCURRENCY = 3;

function fleetOf(sizes: readonly number[]): Fleet {
  const waves = sizes.map((size, wave) => ({
    name: `wave ${wave + 1}`,
    pairs: Array.from({ length: size }, (_, n) => `p/pg-${wave}-${n}`),
  }));
  const parsed = parseFleetInput({ pairs: waves.map(({ pairs }) => pairs), concurrency: CONCURRENCY });
  if (!parsed.ok) throw new Error(parsed.faults.join());
  const fleet = new Fleet(parsed.request, 'fleet.home', firstState('2026-11-28T01:00:00.000Z'));
  fleet.plan({ waves, fingerprint: '0f3a1c9b77d2' });
  return fleet;
}

/** As the next execution has it: what was handed over has been JSON. */
function continued({ request, workflowId, state }: Fleet): Fleet {
  return new Fleet(request, workflowId, JSON.parse(JSON.stringify(state)) as FleetState);
}

const ACT = { by: 'ops@example.com', reason: 'INC-123' };
const step = fc.constantFrom('start', 'done', 'failed', 'stopped', 'pause', 'resume', 'retry', 'continue');

test('whatever happens in whatever order: never more than may run, nothing starts while it is held, no pair is lost', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(sizes, fc.array(step, { maxLength: 80 }), (waves, steps) => {
      let fleet = fleetOf(waves);
      const names = fleet.state.pairs.map(({ pair }) => pair);
      const play = (what: string) => {
        const [running] = fleet.running;
        const { next } = fleet;
        if (what === 'start' && fleet.canStart && next !== undefined) {
          expect(fleet.isHeld).toBe(false);
          expect(next.wave).toBeLessThanOrEqual(fleet.state.wave);
          fleet.begin(next);
        } else if ((what === 'done' || what === 'failed' || what === 'stopped') && running !== undefined) {
          fleet.end(running, { state: what });
        } else if (what === 'pause') fleet.state.pausedBy = fleet.act('pause', ACT, 'no new run');
        else if (what === 'resume') delete fleet.state.pausedBy;
        else if (what === 'retry') fleet.requeue(fleet.inState('failed', 'stopped'));
        else if (what === 'continue') fleet = continued(fleet);
        if (fleet.isWaveOver && fleet.state.wave + 1 < waves.length) fleet.state.wave += 1;
        expect(fleet.running.size).toBeLessThanOrEqual(CONCURRENCY);
        expect(fleet.running.size).toBe(countsOf(fleet.state.pairs).running);
        expect(fleet.state.pairs.map(({ pair }) => pair)).toEqual(names);
      };
      for (const what of steps) play(what);
      // Left alone from here on, it comes to an end.
      delete fleet.state.pausedBy;
      fleet.requeue(fleet.inState('failed', 'stopped'));
      for (let n = 0; n < 3 * names.length; n += 1) for (const what of ['start', 'done']) play(what);
      expect(countsOf(fleet.state.pairs).done).toBe(names.length);
      expect(fleet.isWaveOver).toBe(true);
    }),
  );
});

test('what a run asks, and when it began, are forgotten with its end', () => {
  const fleet = fleetOf([1]);
  const [one] = fleet.state.pairs;
  if (one === undefined) throw new Error('there is no pair');
  fleet.begin(one);
  Object.assign(one, { asks: 'approval', runId: 'x', stopping: true });
  fleet.end(one, { state: 'done', outcome: 'switched-back' });
  expect(one).toEqual({ pair: 'p/pg-0-0', wave: 0, state: 'done', outcome: 'switched-back' });
});

test('five thousand pairs fit what Temporal takes of an argument, also when they all fail', () => {
  const fleet = fleetOf([5_000]);
  for (const one of fleet.state.pairs) {
    one.pair = `a-rather-long-project-name/${one.pair.slice(2).padEnd(40, 'x')}`;
    fleet.end(one, {
      state: 'failed',
      outcome: 'blocked',
      code: 'BLOCKED',
      tookMs: 12_345,
      note: 'x'.repeat(200),
    });
  }
  expect(JSON.stringify(fleet.state).length).toBeLessThan(1_500_000);
});
