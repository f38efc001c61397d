import { type Answer, Receiver } from './receiver';
import { BOTH, RUN, STALLED, Story, usual } from './story';
import { pagerDuty, ROUTING_KEY, Teller, tell } from './telling';

/** PagerDuty's enqueue, over real HTTP: what it demands of a request, and the incidents that come of it. */
class Incidents {
  readonly states = new Map<string, 'triggered' | 'acknowledged' | 'resolved'>();

  private constructor(readonly receiver: Receiver) {}

  static async open(): Promise<Incidents> {
    const incidents = new Incidents(await Receiver.open());
    incidents.receiver.answer = incidents.#answer;
    return incidents;
  }

  get actions(): unknown[] {
    return this.receiver.received.map(({ json }) => json.event_action);
  }

  readonly #answer: Answer = ({ path, json }, response) => {
    const { routing_key: key, event_action: action, dedup_key: dedup } = json as Record<string, string>;
    const payload = json.payload as Record<string, string> | undefined;
    const isComplete =
      action !== 'trigger' ||
      (payload?.summary && payload.source && /^(critical|error|warning|info)$/.test(payload.severity ?? ''));
    const isValid = path === '/v2/enqueue' && key === ROUTING_KEY && dedup && isComplete;
    if (isValid) {
      const isOpen = ['triggered', 'acknowledged'].includes(this.states.get(dedup) ?? '');
      if (action === 'trigger' && !isOpen) this.states.set(dedup, 'triggered');
      if (action === 'acknowledge' && isOpen) this.states.set(dedup, 'acknowledged');
      if (action === 'resolve' && isOpen) this.states.set(dedup, 'resolved');
    }
    response.writeHead(isValid ? 202 : 400).end('{}');
  };
}

const KEY = 'switchback/my-project/pg-main';

async function told(story: Story) {
  const incidents = await Incidents.open();
  const teller = await tell([pagerDuty(incidents.receiver.url)], story.events, {
    uiUrl: 'https://ui.example',
  });
  return { incidents, teller, actions: incidents.actions };
}

test('a long alarm is cut, and never inside a character, which PagerDuty refuses for good', async () => {
  for (const pad of ['', 'x']) {
    const message = `${pad}${'😀'.repeat(1_000)}`;
    const { incidents } = await told(new Story().raise({ ...BOTH, message }));
    const summaries = incidents.receiver.received.map(
      ({ json }) => (json.payload as { summary: string }).summary,
    );
    expect(summaries).toHaveLength(1);
    expect(() => encodeURIComponent(summaries.join())).not.toThrow();
  }
});

test('an alarm is a critical incident that says what is wrong and where to look', async () => {
  const { incidents } = await told(new Story().enter('converge', 'Waiting for pg-main.').raise(BOTH));
  const link = `https://ui.example/namespaces/default/workflows/${RUN.workflowId}/${RUN.runId}`;
  expect(incidents.receiver.received.map(({ json }) => json)).toEqual([
    {
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: KEY,
      client: 'switchback',
      client_url: link,
      links: [{ href: link, text: 'The run in Temporal' }],
      payload: {
        summary: 'my-project/pg-main: both services are active: two writable primaries',
        source: 'my-project/pg-main',
        severity: 'critical',
        timestamp: '2026-11-23T03:37:02.000Z',
        component: 'pg-main',
        group: 'my-project',
        class: 'switchback.alarm.raised',
        custom_details: {
          headline: 'Waiting for pg-main.',
          phase: 'converge',
          'requested by': 'ops@example.com',
          reason: 'INC-123',
          workflow: RUN.workflowId,
          run: RUN.runId,
        },
      },
    },
  ]);
});

test('a person who is needed gets the commands; whoever acts acknowledges; when the phase is over, it is resolved', async () => {
  const story = new Story().enter('approval').need();
  const { incidents } = await told(story.act().enter('preflight').enter('promote'));
  expect(incidents.actions).toEqual(['trigger', 'acknowledge', 'resolve']);
  expect(incidents.receiver.received[0]?.json.payload).toMatchObject({
    severity: 'warning',
    custom_details: {
      'waits for': 'the update approve for the plan abc123abc123',
      until: '2026-11-23T04:37:00.000Z',
      commands: [expect.stringMatching(/^switchback approve .* {3}# lets the run write$/)],
    },
  });
  expect(new Set(incidents.receiver.received.map(({ json }) => json.dedup_key))).toEqual(new Set([KEY]));
  expect(incidents.states).toEqual(new Map([[KEY, 'resolved']]));
});

test('it is resolved with the last alarm, not with the first', async () => {
  const story = new Story().enter('converge').raise(BOTH).raise(STALLED).clear(BOTH).enter('verify');
  expect((await told(story)).actions).toEqual(['trigger', 'trigger']);
  expect((await told(story.clear(STALLED).enter('report'))).actions).toEqual([
    'trigger',
    'trigger',
    'resolve',
  ]);
});

test('it is not resolved while somebody is still needed', async () => {
  const { actions } = await told(
    new Story().enter('needs-operator').raise(BOTH).need('critical').clear(BOTH),
  );
  expect(actions).toEqual(['trigger', 'trigger']);
});

test.each(['returned-to-recovery', 'given-up', 'not-switched'] as const)(
  'an end as %s leaves an incident: there is something to do',
  async (outcome) => {
    const { incidents, actions } = await told(new Story().enter('converge').end(outcome));
    expect(actions).toEqual(['trigger']);
    expect(incidents.receiver.received[0]?.json.payload).toMatchObject({
      severity: 'error',
      custom_details: { outcome, next: 'Check that applications write.' },
    });
  },
);

test.each(['switched-back', 'already-primary'] as const)(
  'an end as %s resolves also what an earlier run left',
  async (outcome) => {
    expect((await told(new Story().enter('verify').end(outcome))).actions).toEqual(['resolve']);
  },
);

test.each(['planned', 'rehearsed', 'accepted', 'blocked', 'aborted', 'invalid-input'] as const)(
  'an end as %s resolves only what this run began',
  async (outcome) => {
    const { actions: quiet } = await told(new Story().enter('preflight').end(outcome));
    expect(quiet).toEqual([]);
    const { actions } = await told(new Story().enter('approval').need().end(outcome));
    expect(actions).toEqual(['trigger', 'resolve']);
  },
);

test('a run that fell silent is an incident as bad as the event says', async () => {
  const { incidents } = await told(new Story().enter('promote').silence());
  expect(incidents.actions).toEqual(['trigger']);
  expect(incidents.receiver.received[0]?.json.payload).toMatchObject({ severity: 'critical' });
});

test('what is not sent counts as told, and not as delivered', async () => {
  const { teller } = await told(usual());
  expect(teller.of('pagerduty')).toMatchObject({ upTo: 4, delivered: 1, undelivered: [] });
});

test('what the sink is not configured for begins no incident', async () => {
  const incidents = await Incidents.open();
  const { events } = new Story().enter('approval').need().end('aborted');
  await tell([pagerDuty(incidents.receiver.url, { events: ['switchback.run.ended'] })], events);
  expect(incidents.actions).toEqual([]);
});

test('the next worker knows what the first one began', async () => {
  const incidents = await Incidents.open();
  const story = new Story().enter('converge').raise(BOTH);
  const first = new Teller([pagerDuty(incidents.receiver.url)]).add(story.events);
  await first.end();
  const next = new Teller(first.sinks, { progress: structuredClone(first.progress) });
  await next.add(story.clear(BOTH).events).end();
  expect(incidents.actions).toEqual(['trigger', 'resolve']);
});

test('a reset run closes what the run before it began', async () => {
  const incidents = await Incidents.open();
  const before = new Story().enter('preflight').enter('approval').need();
  const after = new Story().enter('preflight').end('aborted');
  const teller = new Teller([pagerDuty(incidents.receiver.url)]).add(before.events);
  await teller.add(after.events, { ...RUN, runId: 'another' }).end();
  expect(incidents.actions).toEqual(['trigger', 'resolve']);
});
