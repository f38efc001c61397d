import { DIALECTS, type Scenario, useHarness } from './harness';

/** Somebody who is never reached. */
const secret = async () => `whsec_${Buffer.alloc(32).toString('base64')}`;
const unreached = { type: 'webhook', name: 'dead', url: async () => 'http://127.0.0.1:9', secret } as const;

/** The activity and the workflow task that takes in what it saw: three events each. */
const EVENTS_PER_STRETCH = 6;
/** Until the pair moves, and until it is home. One more comes where a look falls right between two services that change. */
const STRETCHES = 2;

/** How many events a run has, all its stretches of waiting left out, and how many stretches. */
async function lengthOf(it: Scenario) {
  const { types, json } = await it.history();
  const stretches = json.match(/"name": ?"watchPair"/g)?.length ?? 0;
  return { others: types.length - stretches * EVENTS_PER_STRETCH, stretches };
}

const histories = DIALECTS.map((dialect) => {
  const [short, long] = [2_000, 15_000].map((transitionMs) =>
    useHarness({ dialect, transitionMs, serviceList: true }).scenario(async (it) => {
      const { report } = await it.run({ settleWindow: '1s', convergeTimeout: '1m' });
      const beforeTheWrite = it.lab.requests().findIndex(({ method }) => method === 'PUT');
      return { outcome: report.outcome, beforeTheWrite, ...(await lengthOf(it)) };
    }),
  );
  return { dialect, short, long };
});

test.each(histories)(
  'waiting adds no events to the history, in the $dialect dialect',
  async ({ short, long }) => {
    const [brief, lasting] = [await short?.(), await long?.()];
    for (const run of [brief, lasting]) {
      expect(run?.outcome).toBe('switched-back');
      expect(run?.stretches).toBeLessThanOrEqual(STRETCHES + 1);
    }
    // One workflow task more, of three events, is how two things that happen at once are told; waiting would add many.
    expect(Math.abs((lasting?.others ?? 0) - (brief?.others ?? 0))).toBeLessThanOrEqual(3);
    expect(brief?.others).toBeLessThanOrEqual(60 - STRETCHES * EVENTS_PER_STRETCH);
  },
);

test.each(histories)(
  'all checks and both looks need eight requests before the write, in the $dialect dialect',
  async ({ dialect, short }) => {
    // The status of the pair is a request of its own: to learn the dialect, for the checks, and in the second look.
    expect((await short?.())?.beforeTheWrite).toBe(dialect === 'role' ? 8 : 11);
  },
);

const told = useHarness({ dialect: 'role', notify: { sinks: [unreached], uiUrl: undefined } }).scenario(
  async (it) => {
    const { project } = it.lab;
    await it.harness.client.startOrAttach({ project, service: it.pair.primary, settleWindow: '1s' });
    const { report } = await it.end();
    return { report, ...(await lengthOf(it)) };
  },
);

test('telling somebody, and starting or attaching in one call, add a few', async () => {
  const { report, others, stretches } = await told();
  expect(report).toMatchObject({ outcome: 'switched-back', notifier: expect.any(String) });
  expect(stretches).toBeLessThanOrEqual(STRETCHES + 1);
  expect(others).toBeLessThanOrEqual(70 - STRETCHES * EVENTS_PER_STRETCH);
});
