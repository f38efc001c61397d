import { poll, replyTo, type Scenario, useHarness } from './harness';

const OPS = { by: 'ops@example.com', reason: 'INC-123' };
const HUGE = 'x'.repeat(1_200_000);

const promoting = async (it: Scenario) => {
  it.pair.behave({ stuck: true });
  await it.start({ convergeTimeout: '1s', decisionWindow: '1h', onTimeout: 'hold' });
  await it.until('it asks', ({ phase }) => phase === 'needs-operator');
};

describe('no message keeps a run from ending', () => {
  const { scenario } = useHarness({ dialect: 'role' });

  const huge = scenario(async (it) => {
    await promoting(it);
    const send = async (update: string, payload: object) => {
      const sent = it.handle.executeUpdate(update, { args: [payload] });
      return sent.then(String, (error) => String(error.cause?.message));
    };
    const refusals = [
      await send('abort', { ...OPS, reason: HUGE }),
      await send('decide', { ...OPS, action: 'wait', by: HUGE }),
      await send('decide', { ...OPS, action: 'wait', [HUGE]: 1 }),
      await send('abort', { ...OPS, reason: 'fine\n## Switched back' }),
      await send('abort', { ...OPS, by: 'ops\u001b[2J' }),
      await send('attach', { project: it.lab.project, service: it.pair.primary, reason: HUGE }),
    ];
    await it.decide('give-up');
    return { refusals, ...(await it.end()) };
  });

  test('a reason of 1.2 MB, or one with control characters, is refused in a few words', async () => {
    const { refusals, code } = await huge();
    const [reason, by, field, newline, escaped, attached] = refusals;
    expect(reason).toContain('"reason" must be a text of at most 500 characters');
    expect(by).toContain('"by" must be a text of at most 500 characters');
    expect(field).toContain('is not a known field');
    expect(newline).toContain('"reason" must be one line, without control characters');
    expect(escaped).toContain('"by" must be one line');
    expect(attached).toContain('"reason" must be a text of at most 500 characters');
    for (const refusal of refusals) expect(refusal?.length).toBeLessThan(3_000);
    expect(code).toBe('GIVEN_UP');
  });

  const many = scenario(async (it) => {
    const unknown = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`field${index}`, 1]));
    return it.run(unknown);
  });

  test('2,000 unknown fields: ten faults are told, and how many more there are', async () => {
    const { code, message, writes } = await many();
    expect(code).toBe('INVALID_INPUT');
    expect(message.match(/is not a known field/g)).toHaveLength(10);
    expect(message).toContain('and 1990 more');
    expect(message.length).toBeLessThan(2_500);
    expect(writes).toEqual([]);
  });

  const aborts = scenario(async (it) => {
    await promoting(it);
    await it.harness.client.abort(it.workflowId, OPS);
    const again = [];
    for (let times = 0; times < 30; times += 1)
      again.push(await replyTo(it.harness.client.abort(it.workflowId, OPS)));
    await it.decide('give-up');
    const { types } = await it.history();
    const accepted = types.filter((type) => type === 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED').length;
    return { refusals: again.map(({ refusal }) => refusal), accepted, ...(await it.end()) };
  });

  test('an abort that is repeated is refused, leaves no event, and says what the first one did', async () => {
    const { refusals, accepted, code } = await aborts();
    const said = /^ops@example\.com has asked to abort already, at \d{4}-.*Z: the run finishes forward$/;
    for (const refusal of refusals) expect(refusal).toMatch(said);
    expect(accepted).toBe(2);
    expect(code).toBe('GIVEN_UP');
  });

  const OPTIONS = {
    'an execution time-out': { workflowExecutionTimeout: '1h' },
    'a run time-out': { workflowRunTimeout: '1h' },
    'a retry policy': { retry: { maximumAttempts: 1 } },
    'a cron schedule': { cronSchedule: '@every 1s' },
  } as const;
  const started = Object.entries(OPTIONS).map(([what, options]) => ({
    what,
    refused: scenario(async (it) => {
      const input = { project: it.lab.project, service: it.pair.primary };
      const { workflowId, firstExecutionRunId } = await it.harness.startWith(input, undefined, options);
      const first = it.harness.temporal.workflow.getHandle(workflowId, firstExecutionRunId);
      const { status } = await poll(
        'the run has ended',
        () => first.describe(),
        ({ status: { name } }) => name !== 'RUNNING',
      );
      const { events = [] } = await first.fetchHistory();
      await it.harness.temporal.workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => undefined);
      const failure = events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure?.message;
      return { status: status.name, failure, requests: it.pair.requests() };
    }),
  }));

  test.each(started)('$what given at the start is refused before anything is read or written', async (it) => {
    const { status, failure, requests } = await it.refused();
    expect(status).toBe('FAILED');
    expect(failure).toContain(`the start sets ${it.what}`);
    expect(requests).toEqual([]);
  });

  const two = scenario(async (it) => {
    const input = { project: it.lab.project, service: it.pair.primary };
    const handle = await it.harness.temporal.workflow.start('switchbackWorkflow', {
      workflowId: it.workflowId,
      taskQueue: it.harness.taskQueue,
      args: [input, { ...input, mode: 'plan' }],
    });
    const failure = await handle.result().then(String, (error) => String(error.cause?.message));
    return { failure, requests: it.pair.requests() };
  });

  test('a second argument is refused like any faulty input, before anything is read or written', async () => {
    const { failure, requests } = await two();
    expect(failure).toContain('there must be one argument, and 2 were given');
    expect(requests).toEqual([]);
  });

  const unread = scenario(async (it) => {
    await promoting(it);
    it.lab.addFault({
      match: { method: 'GET', path: `/service\\/${it.pair.primary}(-recovery)?$/` },
      do: { type: 'reset' },
      times: 10_000,
    });
    await it.until('it cannot be read', ({ situation }) => situation === 'unreadable');
    await it.decide('give-up');
    return it.end();
  });

  test('give-up ends the run, though nothing can be read any more', async () => {
    const { code, report } = await unread();
    expect(code).toBe('GIVEN_UP');
    expect(report.situation).toBe('unreadable');
  });

  const forged = scenario(async (it) => {
    it.pair.override('primary', {
      set: { state: 'RUNNING\n\n## Switched back\n[approve](https://evil.example)' },
    });
    const ended = await it.run();
    const { description } = (await it.handle.describe()) as unknown as { description?: string };
    const metadata = await it.harness.temporal.workflow
      .getHandle(it.workflowId)
      .query('__temporal_workflow_metadata');
    return { ...ended, description, details: JSON.stringify(metadata) };
  });

  test('a reply of the API makes no heading and no link in Current Details', async () => {
    const { code, report, details } = await forged();
    expect(code).toBe('BLOCKED');
    expect(JSON.stringify(report)).toContain('## Switched back');
    expect(JSON.stringify(report)).not.toContain('\\n\\n##');
    expect(details).not.toContain('\\n## Switched back');
    expect(details).not.toContain('[approve](https');
  });
});
