import type { SinkProgress } from '../../src/contract/notifications';
import { faultOfWebhookSecret } from '../../src/notify/secrets';
import { inTurn, never, Receiver, status } from './receiver';
import { RUN, Story, usual } from './story';
import { HOOK_SECRET, SLACK_TOKEN, slack, Teller, tell, until, webhook } from './telling';

const { events } = usual();
const ALL = events.map(({ seq }) => seq);

describe('order', () => {
  test('an event that fails is tried until it is taken, and none overtakes it', async () => {
    const receiver = await Receiver.open(inTurn(status(204), status(503), status(500), status(204)));
    const teller = await tell([webhook(receiver.url)], events);
    expect(receiver.sequence).toEqual([1, 2, 2, 2, 3, 4]);
    expect(teller.of('webhook')).toEqual({
      sink: 'webhook',
      upTo: 4,
      delivered: 4,
      undelivered: [],
      memory: {},
    });
    expect(teller.attempts.map(({ result }) => result)).toEqual([
      'delivered',
      'retried',
      'retried',
      'delivered',
      'delivered',
      'delivered',
    ]);
  });

  test('a repeated event has the same id and body, and a signature of its own time', async () => {
    const receiver = await Receiver.open(inTurn(status(503), status(204)));
    await tell([webhook(receiver.url)], events.slice(0, 1));
    const [first, again] = receiver.received;
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(again?.body).toBe(first?.body);
  });

  test('only the events that were asked for are sent', async () => {
    const receiver = await Receiver.open();
    const teller = await tell([webhook(receiver.url, { events: ['switchback.run.ended'] })], events);
    expect(receiver.sequence).toEqual([4]);
    expect(teller.of('webhook')).toMatchObject({ upTo: 4, delivered: 1 });
  });
});

describe('a receiver in trouble', () => {
  test('that is away gets everything when it is back', async () => {
    const receiver = await Receiver.open();
    await receiver.stop();
    const teller = new Teller([webhook(receiver.url)]).add(events);
    await until('two attempts', () => (teller.of('webhook')?.failing?.attempts ?? 0) >= 2);
    expect(teller.of('webhook')?.failing?.error).toBe('ECONNREFUSED');
    await receiver.start();
    await teller.end();
    expect(receiver.sequence).toEqual(ALL);
    expect(teller.of('webhook')).not.toHaveProperty('failing');
  });

  test('that does not answer is left after the time for an attempt', async () => {
    const receiver = await Receiver.open(inTurn(never, status(204)));
    const started = Date.now();
    const teller = await tell([webhook(receiver.url)], events.slice(0, 1), {
      retryPolicy: { attemptMs: 1_000 },
    });
    expect(Date.now() - started).toBeGreaterThan(990);
    expect(teller.attempts[0]).toMatchObject({ result: 'retried', problem: 'no answer within 1 s' });
    expect(receiver.sequence).toEqual([1, 1]);
  });

  test('whose answer has no end has answered', async () => {
    const receiver = await Receiver.open((_, response) => {
      response.writeHead(200).write('and so on');
    });
    await tell([webhook(receiver.url)], events);
    expect(receiver.sequence).toEqual(ALL);
  });

  test.each([201, 202, 299])('that says %d has taken it', async (code) => {
    const receiver = await Receiver.open(status(code));
    await tell([webhook(receiver.url)], events);
    expect(receiver.sequence).toEqual(ALL);
  });

  test('that asks to wait is given the time', async () => {
    const receiver = await Receiver.open(inTurn(status(429, { 'retry-after': '1' }), status(204)));
    await tell([webhook(receiver.url)], events.slice(0, 1));
    const [first, second] = receiver.received.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(990);
  });

  test.each([301, 401, 403, 404, 408, 409, 429, 500, 503])('that says %d is asked again', async (code) => {
    const receiver = await Receiver.open(inTurn(status(code, { location: '/elsewhere' }), status(204)));
    const teller = await tell([webhook(receiver.url)], events.slice(0, 1));
    expect(receiver.received.map(({ path }) => path)).toEqual(['/', '/']);
    expect(teller.attempts[0]).toMatchObject({ result: 'retried', problem: `HTTP ${code}` });
  });

  test.each([400, 413, 415, 422])('that says %d will not take this event, but the next', async (code) => {
    const receiver = await Receiver.open(inTurn(status(204), status(code), status(204)));
    const teller = await tell([webhook(receiver.url)], events);
    expect(receiver.sequence).toEqual(ALL);
    expect(teller.of('webhook')).toMatchObject({
      upTo: 4,
      delivered: 3,
      undelivered: [{ seq: 2, why: `HTTP ${code}` }],
    });
    expect(teller.attempts[1]).toMatchObject({ result: 'lost', problem: `HTTP ${code}` });
  });

  test('that says 410 is left alone, also by the next worker', async () => {
    const receiver = await Receiver.open(inTurn(status(204), status(410), status(204)));
    const first = new Teller([webhook(receiver.url)]).add(events.slice(0, 3));
    await until('all is settled', () => first.of('webhook')?.upTo === 3);
    await first.stop();
    const next = new Teller(first.sinks, { progress: structuredClone(first.progress) });
    await next.add(events).end();
    expect(receiver.sequence).toEqual([1, 2]);
    const lost = next.of('webhook')?.undelivered;
    expect(lost?.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(lost?.[2]?.why).toBe('the receiver said before that it is gone for good (HTTP 410)');
  });

  test('is given up some time after the end of the run, and all that is left is on record', async () => {
    const receiver = await Receiver.open(inTurn(status(204), status(503)));
    const teller = new Teller([webhook(receiver.url)], { retryPolicy: { afterEndMs: 400 } }).add(events);
    await until('two attempts', () => (teller.of('webhook')?.failing?.attempts ?? 0) >= 2);
    const endedAt = Date.now();
    await teller.end(endedAt);
    expect(Date.now() - endedAt).toBeGreaterThanOrEqual(400);
    expect(receiver.sequence.filter((seq) => seq === 2).length).toBeGreaterThan(2);
    const why = 'HTTP 503, until the time was over';
    expect(teller.of('webhook')).toMatchObject({
      upTo: 4,
      delivered: 1,
      undelivered: [2, 3, 4].map((seq) => ({ seq, why })),
      failing: { error: 'HTTP 503', since: expect.any(String) },
    });
  });

  test('is tried once more for each event when nobody could try in the meantime', async () => {
    const receiver = await Receiver.open();
    await new Teller([webhook(receiver.url)]).add(events).end(Date.now() - 7_200_000);
    expect(receiver.sequence).toEqual(ALL);
  });

  test('does not hold up the others', async () => {
    const [dead, hanging, well] = await Promise.all([
      Receiver.open(status(503)),
      Receiver.open(never),
      Receiver.open(),
    ]);
    const sinks = [
      webhook(dead.url, { name: 'dead' }),
      webhook(hanging.url, { name: 'hanging' }),
      webhook(well.url, { name: 'well' }),
    ];
    const teller = new Teller(sinks, { retryPolicy: { attemptMs: 60_000 } }).add(events);
    await until('the one that is well has all', () => teller.of('well')?.delivered === 4);
    expect(teller.of('dead')?.delivered).toBe(0);
    expect(hanging.sequence).toEqual([1]);
    await teller.stop();
  });
});

test('whoever goes on with the progress of another loses nothing and repeats nothing', async () => {
  const receiver = await Receiver.open((request, response) => {
    if (Number(request.json.sequence) !== 3) response.writeHead(204).end();
  });
  const first = new Teller([webhook(receiver.url)], { retryPolicy: { attemptMs: 60_000 } }).add(events);
  await until('the third is on its way', () => receiver.received.length === 3);
  await first.stop();
  receiver.answer = status(204);
  const progress: SinkProgress[] = structuredClone(first.progress);
  await new Teller(first.sinks, { progress }).add(events).end();
  // The third had been sent, and nobody knows whether it was taken.
  expect(receiver.sequence).toEqual([1, 2, 3, 3, 4]);
});

describe('a reset run', () => {
  const NEW_RUN = { ...RUN, runId: '02b2060a-abfc-76a1-89ac-96658c563d26' };

  test('is told on from where it differs', async () => {
    const receiver = await Receiver.open();
    const before = new Story().enter('discover').enter('preflight').need();
    const after = new Story().enter('discover').enter('preflight').enter('promote').end('switched-back');
    const teller = new Teller([webhook(receiver.url)]).add(before.events).add(after.events, NEW_RUN);
    await teller.end();
    expect(receiver.received.map(({ json }) => json.id)).toEqual([
      ...[1, 2, 3].map((seq) => `${RUN.runId}/${seq}`),
      ...[3, 4].map((seq) => `${NEW_RUN.runId}/${seq}`),
    ]);
  });
});

describe('secrets', () => {
  const SECRETS = [HOOK_SECRET, SLACK_TOKEN, 'k3y-in-the-path', 'echoed-by-the-receiver'];

  test('are in no problem and in no progress, whatever goes wrong', async () => {
    const echo = (_: unknown, response: Parameters<ReturnType<typeof status>>[1]) =>
      response.writeHead(500, 'echoed-by-the-receiver').end('echoed-by-the-receiver');
    const receiver = await Receiver.open(echo);
    const lying = await Receiver.open(status(200, {}, JSON.stringify({ ok: false, error: SLACK_TOKEN })));
    const sinks = [
      webhook(`${receiver.url}/k3y-in-the-path`, { name: 'echo' }),
      webhook('http://127.0.0.1:1/k3y-in-the-path', { name: 'refused' }),
      webhook('http://k3y-in-the-path.invalid/', { name: 'no-host' }),
      webhook('not a URL: k3y-in-the-path', { name: 'no-url' }),
      webhook(receiver.url, { name: 'bad-secret', secret: async () => `${HOOK_SECRET}!` }),
      webhook(receiver.url, {
        name: 'no-secret',
        secret: async () => Promise.reject(Object.assign(new Error(HOOK_SECRET), { code: 'ENOENT' })),
      }),
      slack(lying.url),
    ];
    const teller = await tell(sinks, events.slice(0, 1), {
      retryPolicy: { attemptMs: 5_000, afterEndMs: 100 },
    });
    const problems = Object.fromEntries(teller.attempts.map(({ sink, problem }) => [sink, problem]));
    const over = ', until the time was over';
    expect(problems).toEqual({
      echo: `HTTP 500${over}`,
      refused: `ECONNREFUSED${over}`,
      'no-host': expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|no answer within 5 s), until/),
      'no-url': `its URL must be an http or https URL${over}`,
      'bad-secret': `its secret must be whsec_ followed by base64${over}`,
      'no-secret': `its secret cannot be read (ENOENT)${over}`,
      slack: `Slack: an answer that is not understood${over}`,
    });
    const everything = JSON.stringify([teller.attempts, teller.progress]);
    for (const secret of SECRETS) expect(everything).not.toContain(secret);
  });

  test('that are renewed are used from the next attempt on', async () => {
    const receiver = await Receiver.open();
    let secret = 'not yet';
    const sink = webhook(receiver.url, { secret: async () => secret });
    const teller = new Teller([sink]).add(events.slice(0, 1));
    await until('it failed', () => teller.of('webhook')?.failing !== undefined);
    secret = HOOK_SECRET;
    expect(faultOfWebhookSecret(secret)).toBeUndefined();
    await teller.end();
    expect(receiver.sequence).toEqual([1]);
  });
});
