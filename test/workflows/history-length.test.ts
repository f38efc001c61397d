import { DIALECTS, useStage } from './harness';

/** Somebody who is never reached. */
const secret = async () => `whsec_${Buffer.alloc(32).toString('base64')}`;
const unreached = { type: 'webhook', name: 'dead', url: async () => 'http://127.0.0.1:9', secret } as const;

const histories = DIALECTS.map((dialect) => {
  const [short, long] = [2_000, 15_000].map((transitionMs) =>
    useStage({ dialect, transitionMs }).scene(async (it) => {
      const { report } = await it.run({ settleWindow: '1s', convergeTimeout: '1m' });
      const { types } = await it.history();
      return { outcome: report.outcome, events: types.length };
    }),
  );
  return { dialect, short, long };
});

test.each(histories)(
  'waiting adds no events to the history, in the $dialect dialect',
  async ({ short, long }) => {
    const brief = await short?.();
    expect(brief?.outcome).toBe('switched-back');
    expect(await long?.()).toEqual(brief);
    expect(brief?.events).toBeLessThanOrEqual(60);
  },
);

const told = useStage({ dialect: 'role', notify: { sinks: [unreached], uiUrl: undefined } }).scene(
  async (it) => {
    const { project } = it.lab;
    await it.stage.client.startOrAttach({ project, service: it.pair.primary, settleWindow: '1s' });
    const { report } = await it.end();
    const { types } = await it.history();
    return { report, events: types.length };
  },
);

test('telling somebody, and starting or attaching in one call, add a few', async () => {
  const { report, events } = await told();
  expect(report).toMatchObject({ outcome: 'switched-back', notifier: expect.any(String) });
  expect(events).toBeLessThanOrEqual(70);
});
