import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { LabPair } from '../../lab';
import type { Figure, Measurement } from '../figure';
import { finish, primaryOf, type Scene, type Stage, seconds } from '../stage';
import { spreadOf } from '../statistics';

/** What runbooks do: `avn service wait` and loops in a shell. */
const POLL_MS = 5_000;
/** How often the loop is played, each time at another moment of its 5 s. */
const PHASES = 8;
const WRITE = { method: 'PUT', body: JSON.stringify({ disaster_recovery_role: 'active' }) } as const;

interface Noticed {
  /** From the moment at which both services are at rest to the first look that sees it, milliseconds. */
  ms: number;
  /** From the write to that look. */
  requests: number;
}

/** How soon a finished role change is seen. */
export const noticed: Figure = async (stage, { quick }) => {
  const cases = quick
    ? [{ transitionMs: 2_000, runs: 2, limit: 8 }]
    : [
        { transitionMs: 2_000, runs: 8, limit: 8 },
        { transitionMs: 20_000, runs: 3, limit: 3 },
      ];
  // They wait, so that they can do so beside each other.
  const measured = await Promise.all(cases.map((one) => noticedAfter(stage, one)));
  return { measurements: measured.flat() };
};

async function noticedAfter(
  stage: Stage,
  { transitionMs, runs, limit }: { transitionMs: number; runs: number; limit: number },
): Promise<Measurement[]> {
  const scene = await stage.scene({ pairs: runs + PHASES, transitionMs });
  await stage.worker(scene);
  const dispatcher = new Agent();
  const looping = Promise.all(
    Array.from({ length: PHASES }, (_, phase) => {
      const offsetMs = (phase * POLL_MS) / PHASES;
      return noticedBy(scene, runs + phase, (pair, isSettled) =>
        pollLoop(scene, pair, { offsetMs, isSettled, dispatcher }),
      );
    }),
  );
  const [ours, theirs] = await Promise.all([inTurn(scene, runs), looping]);
  await dispatcher.close();
  const [mine, loop] = [middle(ours, 'ms'), middle(theirs, 'ms')];
  const name = `role change of ${transitionMs / 1_000} s`;
  return [
    {
      measured: `${name}: from settled at the API to noticed, how much sooner`,
      against: `a loop that reads both services every 5 s, at ${PHASES} moments of its 5 s`,
      unit: '×',
      values: ours.map(({ ms }) => loop / Math.max(1, ms)),
      goal: { is: 'at least', limit, alarm: 1 },
      detail: `${seconds(mine)} against ${seconds(loop)}`,
    },
    {
      measured: `${name}: requests from the write until it is noticed`,
      against: `that loop: ${middle(theirs, 'requests')}`,
      unit: 'requests',
      values: ours.map(({ requests }) => requests),
    },
  ];
}

async function inTurn(scene: Scene, runs: number): Promise<Noticed[]> {
  const all: Noticed[] = [];
  for (let run = 0; run < runs; run += 1)
    all.push(await noticedBy(scene, run, () => finish(scene, primaryOf(scene, run))));
  return all;
}

/** The same rule for both: the first look at each of the two services that began after they were at rest. */
async function noticedBy(
  { lab }: Scene,
  index: number,
  act: (pair: LabPair, isSettled: () => boolean) => Promise<unknown>,
): Promise<Noticed> {
  const pair = lab.pairs[index];
  if (pair === undefined) throw new Error(`the lab has no pair ${index}`);
  let settledAt = Number.POSITIVE_INFINITY;
  const acting = act(pair, () => settledAt <= Date.now());
  while (!pair.requests().some(({ method }) => method === 'PUT')) await delay(5);
  await pair.settled();
  settledAt = Date.now();
  await acting;
  const requests = pair.requests();
  const write = requests.findIndex(({ method }) => method === 'PUT');
  const looks = [pair.primary, pair.recovery].map((service) =>
    requests.findIndex((one) => one.service === service && Date.parse(one.time) >= settledAt),
  );
  const seen = requests[Math.max(...looks)];
  if (seen === undefined || looks.includes(-1)) throw new Error('nobody looked at the pair afterwards');
  return { ms: Date.parse(seen.time) - settledAt, requests: Math.max(...looks) - write };
}

/**
 * Polls until its first look after the pair is at rest. It need not judge what it reads: a real loop would take the moment
 * before the services begin to move for the end.
 */
async function pollLoop(
  { lab }: Scene,
  { primary, recovery }: LabPair,
  { offsetMs, isSettled, dispatcher }: { offsetMs: number; isSettled: () => boolean; dispatcher: Agent },
): Promise<void> {
  const ask = async (service: string, options: Partial<typeof WRITE> = {}) => {
    const headers = { authorization: `aivenv1 ${lab.token}`, 'content-type': 'application/json' };
    const url = `${lab.baseUrl}/v1/project/${lab.project}/service/${service}`;
    const reply = await request(url, { ...options, headers, dispatcher });
    await reply.body.json();
  };
  await ask(primary, WRITE);
  for (await delay(offsetMs); ; await delay(POLL_MS)) {
    const isOver = isSettled();
    await Promise.all([ask(primary), ask(recovery)]);
    if (isOver) return;
  }
}

function middle(all: readonly Noticed[], which: keyof Noticed): number {
  return spreadOf(all.map((one) => one[which])).median;
}
