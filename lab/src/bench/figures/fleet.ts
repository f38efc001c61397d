import type { Lab } from '../../lab';
import { requestsOf, workOf } from '../bare/record';
import type { Figure, Measurement, Scale } from '../figure';
import { ACKNOWLEDGE, finish, primaryOf, type Scene, type Stage, seconds, timed } from '../stage';

/** The proportions of 1,000 pairs at 4 a second: 30 s of a role change beside 250 s of writes. */
const PER_SECOND = 20;
const TRANSITION_SHARE = 0.12;
const SETTLE_MS = 1_000;

/** Many pairs, with a budget for the API and without. */
export const fleet: Figure = async (stage, scale) => ({
  measurements: [...(await withBudget(stage, scale)), ...(await withoutBudget(stage, scale))],
});

async function withBudget(stage: Stage, { quick }: Scale): Promise<Measurement[]> {
  const pairs = quick ? 10 : 100;
  const boundMs = (pairs / PER_SECOND) * 1_000;
  const scene = await stage.scene({
    pairs,
    transitionMs: boundMs * TRANSITION_SHARE,
    // As the API counts: over a minute.
    rateLimit: { requests: PER_SECOND * 60, perMs: 60_000 },
  });
  const host = await stage.worker(scene, { SWITCHBACK_API_RATE: `${PER_SECOND}/s` });
  const ms = await timed(() => runFleet(scene, pairs));
  await host.end();
  const requests = scene.lab.requests();
  const refused = requests.filter(({ status }) => status === 429).length;
  return [
    {
      measured: `fleet of ${pairs}, budget of ${PER_SECOND} requests/s`,
      against: 'the bound: writes ÷ rate',
      unit: '×',
      values: [ms / boundMs],
      // Without an alarm: the bound is a time, and a small fleet takes what one run takes.
      goal: { is: 'at most', limit: 1.4 },
      detail: `${seconds(ms)} against ${seconds(boundMs)}; ${(requests.length / pairs).toFixed(1)} requests a pair`,
    },
    {
      measured: `fleet of ${pairs}, budget of ${PER_SECOND} requests/s: turned away`,
      unit: 'answers of 429',
      values: [refused],
      goal: { is: 'at most', limit: 0 },
    },
  ];
}

async function withoutBudget(stage: Stage, { quick }: Scale): Promise<Measurement[]> {
  const pairs = quick ? 10 : 100;
  const transitionMs = 2_000;
  const [ours, theirs] = [
    await stage.scene({ pairs: pairs + 1, transitionMs }),
    await stage.scene({ pairs, transitionMs }),
  ];
  const host = await stage.worker(ours);
  const first = primaryOf(ours, pairs);
  const work = await workOf(stage, ours, await finish(ours, first), first);
  const watch = work.steps.findIndex(({ requests }) => requests.some(({ method }) => method === 'PUT')) + 1;
  const waiting = work.steps[watch];
  if (waiting !== undefined) waiting.waitMs = transitionMs + SETTLE_MS;
  ours.lab.clearRequests();
  const mine = await timed(() => runFleet(ours, pairs));
  // A fleet shares its looks: what it did not ask for, the bare children do not ask for either.
  const excess = requestsOf(work) - Math.round(ours.lab.requests().length / pairs);
  if (excess > 0) waiting?.requests.splice(0, excess);
  // Alone on the machine, as the fleet was.
  await host.end();
  await stage.bareWorker(theirs);
  // The bare lab's project has another name.
  const bare = renamed(work, ours.lab, theirs.lab);
  const bareMs = await timed(() => stage.bare(theirs, [bare, servicesOf(theirs, pairs)], 'fleet'));
  return [
    {
      measured: `fleet of ${pairs}, no API budget, all at once`,
      against: `bare parent, ${pairs} children of ${work.steps.length} + ${work.locals} local activities, ${requestsOf(work)} requests each`,
      unit: '×',
      values: [mine / bareMs],
      goal: { is: 'at most', limit: 1.3, alarm: 6 },
      detail: `${seconds(mine)} against ${seconds(bareMs)}, role change of 2 s`,
    },
  ];
}

/** All pairs of the lab, as one fleet, to its end. */
export async function runFleet(scene: Scene, pairs: number, concurrency = pairs): Promise<void> {
  const { client, lab } = scene;
  const { name } = await client.fleets.start(
    {
      pairs: servicesOf(scene, pairs).map((service) => `${lab.project}/${service}`),
      concurrency,
      run: { settleWindow: `${SETTLE_MS / 1_000}s`, acknowledge: ACKNOWLEDGE },
    },
    { name: lab.project },
  );
  const { outcome } = await client.fleets.result(name);
  if (outcome !== 'completed') throw new Error(`the fleet ended as ${outcome}`);
}

function servicesOf(scene: Scene, pairs: number): string[] {
  return Array.from({ length: pairs }, (_, index) => primaryOf(scene, index));
}

function renamed<T>(work: T, from: Lab, to: Lab): T {
  return JSON.parse(JSON.stringify(work).replaceAll(from.project, to.project));
}
