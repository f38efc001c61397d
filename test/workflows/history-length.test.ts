import { DIALECTS, useStage } from './harness';

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
