import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { createActivities } from '../../src/activities';
import { AivenClient } from '../../src/aiven';
import type { WatchInput, WatchProgress, WatchResult } from '../../src/contract/activities';
import { Databases } from '../../src/postgres';
import { ANYBODY, DIALECTS } from './stage';

const PAIRS = 12;
const POLICY = { approvalRequired: false, fourEyes: true, confirmTarget: false };

describe.each(DIALECTS)('watches of several pairs of a project, in the %s dialect', (dialect) => {
  let lab: Lab;
  let client: AivenClient;

  beforeAll(async () => {
    lab = await startLab({ dialect, backing: 'memory', state: 'fresh', pairs: PAIRS });
    client = new AivenClient({ baseUrl: lab.baseUrl, token: lab.token });
  });
  afterEach(() => lab.clearFaults());
  afterAll(async () => {
    await client.close();
    await lab.close();
  });

  /** All at the same moment, by one worker. */
  const watchAll = async (pairs: readonly LabPair[], changes: Partial<WatchInput> = {}) => {
    lab.clearRequests();
    const { watchPair } = createActivities({
      databases: new Databases(),
      evidence: undefined,
      aiven: client,
      guard: ANYBODY,
      policy: POLICY,
    });
    const watch = async ({ primary, recovery }: LabPair) => {
      const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
      const looks: WatchProgress[] = [];
      environment.on('heartbeat', (progress: WatchProgress) => looks.push({ ...progress }));
      const run = environment.run.bind(environment) as (
        work: unknown,
        input: WatchInput,
      ) => Promise<WatchResult>;
      const result = await run(watchPair, {
        pair: { project: lab.project, primary, recovery, dialect },
        goal: 'primary-active',
        known: 'moving',
        mayReturn: false,
        settleWindowMs: 1_500,
        moved: true,
        ...changes,
      });
      return { result, looks: looks.filter(({ at }, index) => at !== looks[index - 1]?.at).length };
    };
    const watched = await Promise.all(pairs.map(watch));
    const lists = lab.requests().filter(({ path }) => path.endsWith('/service'));
    const singles = lab.requests().filter(({ path }) => /\/service\/[^/]+$/.test(path));
    return { watched, lists, singles, looks: Math.max(...watched.map(({ looks }) => looks)) };
  };

  test('cost about one request a tick, and each ends by reads of its own', async () => {
    const { watched, lists, singles, looks } = await watchAll(lab.pairs);
    for (const { result } of watched)
      expect(result).toMatchObject({ ended: 'reached', situation: 'primary-active' });
    expect(looks).toBeGreaterThanOrEqual(4);
    // One more where a watch has just ended, and another one goes on by itself.
    expect(lists.length).toBeLessThanOrEqual(looks + 2);
    for (const { primary, recovery } of lab.pairs)
      for (const name of [primary, recovery]) {
        const own = singles.filter(({ service }) => service === name);
        // The last look; and the first one, of who came first.
        expect(own.length).toBeGreaterThanOrEqual(1);
        expect(own.length).toBeLessThanOrEqual(2);
      }
    // Who reads for all counts it, and nobody else.
    const counted = watched.reduce((sum, { result }) => sum + result.requests.reads, 0);
    expect(counted).toBe(lab.requests().length);
  });

  test('one watch alone asks for no list', async () => {
    const { lists } = await watchAll(lab.pairs.slice(0, 1), { settleWindowMs: 0 });
    expect(lists).toEqual([]);
  });

  test('what the list says wrongly ends none of them', async () => {
    const pairs = lab.pairs.slice(0, 2);
    const body = await listed(lab);
    // The truth is another: they still settle.
    for (const pair of pairs) pair.override('primary', { set: { 'node_states.1.state': 'syncing_data' } });
    lab.addFault({ match: { path: '/service$/' }, times: 0, do: { type: 'status', status: 200, body } });
    const watching = watchAll(pairs, { settleWindowMs: 0, mayReturn: true });
    let isOver = false;
    void watching.then(() => {
      isOver = true;
    });
    const ownLooks = ({ primary }: LabPair) => lab.requests(primary).filter(({ method }) => method === 'GET');
    while (!isOver && pairs.some((pair) => ownLooks(pair).length < 4))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isOver).toBe(false);
    for (const pair of pairs) pair.restore();
    const { watched } = await watching;
    for (const { result } of watched)
      expect(result).toMatchObject({ ended: 'reached', situation: 'primary-active' });
  });

  test.each([
    ['fails', async () => ({ status: 500 })],
    [
      'lacks the nodes',
      async () => ({
        status: 200,
        body: { services: (await listed(lab)).services.map(({ node_states: _, ...rest }) => rest) },
      }),
    ],
    ['is empty', async () => ({ status: 200, body: { services: [] } })],
  ])('where the list %s, single reads take over', async (_, answer) => {
    const action = { type: 'status', ...(await answer()) } as const;
    lab.addFault({ match: { path: '/service$/' }, times: 0, do: action });
    const { watched, singles } = await watchAll(lab.pairs.slice(0, 3), { settleWindowMs: 0 });
    for (const { result } of watched)
      expect(result).toMatchObject({ ended: 'reached', situation: 'primary-active' });
    expect(singles.length).toBeGreaterThanOrEqual(3 * 3 * 2);
  });
});

async function listed({ baseUrl, project, token }: Lab): Promise<{ services: Record<string, unknown>[] }> {
  const headers = { authorization: `aivenv1 ${token}` };
  const response = await fetch(`${baseUrl}/v1/project/${project}/service`, { headers });
  return (await response.json()) as { services: Record<string, unknown>[] };
}
