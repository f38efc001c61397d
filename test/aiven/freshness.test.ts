import { AivenClient } from '../../src/aiven';
import { ApiClock } from '../../src/aiven/api-clock';
import { failureOf, read, serviceReply, TOKEN } from './fixtures';
import { httpServer, json, type TestServer } from './server';

/** Answers each request with the headers that are next. */
async function answering(
  headers: Record<string, string>[],
): Promise<{ server: TestServer; client: AivenClient }> {
  const left = [...headers];
  const server = await httpServer((response, request) =>
    json(200, serviceReply(), left.shift() ?? {})(response, request),
  );
  return { server, client: new AivenClient({ baseUrl: server.url, token: TOKEN }) };
}

const ago = (ms: number) => new Date(Date.now() - ms).toUTCString();

test('a reply that a cache kept for a day is unreadable, and the message says what stands between', async () => {
  const { server, client } = await answering([{ age: '86400' }]);
  const error = await failureOf(read(client));
  expect(error).toMatchObject({ kind: 'unreadable-reply', write: false });
  expect(error.message).toContain(
    'a cache kept it for 86400 s (Age): let nothing between the worker and the API',
  );
  await client.close();
  await server.close();
});

test('so is one whose Date is before that of newer replies, and the first of all when it is a day old', async () => {
  const { server, client } = await answering([{ date: ago(86_400_000) }, {}, { date: ago(60_000) }, {}]);
  expect((await failureOf(read(client))).message).toContain("its Date is 1440 min before the worker's clock");
  await expect(read(client)).resolves.toMatchObject({ serviceName: 'pg-demo' });
  expect((await failureOf(read(client))).message).toMatch(
    /it was made (59|60|61) s before newer ones \(Date\)/,
  );
  await expect(read(client)).resolves.toMatchObject({ serviceName: 'pg-demo' });
  await client.close();
  await server.close();
});

test('no reply of a cache is asked for', async () => {
  const { server, client } = await answering([]);
  await read(client);
  expect(server.received[0]?.headers['cache-control']).toBe('no-cache');
  await client.close();
  await server.close();
});

test('the clock of the API is known by its replies, whatever the clock of the worker says', async () => {
  const { server, client } = await answering([{ date: new Date(Date.now() + 360_000).toUTCString() }]);
  expect(client.clock.offsetMs()).toBeUndefined();
  await read(client);
  expect(client.clock.offsetMs()).toBeGreaterThan(355_000);
  expect(client.clock.offsetMs()).toBeLessThan(365_000);
  await client.close();
  await server.close();
});

test('a write that is held back when its connection is there is provably not sent', async () => {
  const { server, client } = await answering([]);
  const held = client.promote('p', 'pg-demo', 'role', { holdBack: () => 'the look is too old' });
  const error = await failureOf(held);
  expect(error).toMatchObject({ outcome: 'not-applied', retryable: true });
  expect(error.message).toContain('not sent: the look is too old');
  await read(client);
  expect(server.received.map(({ method }) => method)).toEqual(['GET']);
  await client.close();
  await server.close();
});

describe('the clock of the API', () => {
  let monotonic = 0;
  beforeEach(() => {
    monotonic = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
  });
  afterEach(() => jest.restoreAllMocks());
  const START = Date.now();
  const at = (ms: number) => new Date(START + ms).toUTCString();

  test('may run slower than the worker’s for days, and no reply is taken for an old one', () => {
    const clock = new ApiClock();
    jest.spyOn(Date, 'now').mockImplementation(() => START + monotonic);
    for (let hour = 0; hour < 100; hour += 1) {
      monotonic = 1_000 + hour * 3_600_000;
      expect(clock.faultOf(at(monotonic * 0.999_9), undefined)).toBeUndefined();
    }
  });

  test('a reply that is kept is refused after some seconds, however often it is asked for', () => {
    const clock = new ApiClock();
    const faults = Array.from({ length: 30 }, () => {
      monotonic += 1_000;
      return clock.faultOf(at(0), undefined);
    });
    expect(faults.findIndex((fault) => fault !== undefined)).toBeGreaterThan(8);
    expect(faults.at(-1)).toContain('before newer ones (Date)');
  });

  test('that was set back is believed again after five minutes', () => {
    const clock = new ApiClock();
    clock.faultOf(at(600_000), undefined);
    const faults = Array.from({ length: 40 }, () => {
      monotonic += 10_000;
      return clock.faultOf(at(monotonic), undefined);
    });
    expect(faults[0]).toContain('before newer ones (Date)');
    expect(faults.at(-1)).toBeUndefined();
  });

  test('is not thought to be set back when a cache has one reply for all', () => {
    const clock = new ApiClock();
    clock.faultOf(at(600_000), undefined);
    const faults = Array.from({ length: 40 }, () => {
      monotonic += 10_000;
      return clock.faultOf(at(0), undefined);
    });
    expect(faults).not.toContain(undefined);
  });

  test('counts, once it is known, also when the clock of the worker is set forward by a day', () => {
    const clock = new ApiClock();
    expect(clock.faultOf(at(0), undefined)).toBeUndefined();
    jest.spyOn(Date, 'now').mockImplementation(() => START + 86_400_000);
    expect(clock.faultOf(at(0), undefined)).toBeUndefined();
  });

  test('a reply that two caches kept is as old as the first says', () => {
    const clock = new ApiClock();
    expect(clock.faultOf(at(0), '86400, 3')).toContain('a cache kept it for 86400 s (Age)');
    expect(clock.faultOf(at(0), 'unreadable')).toBeUndefined();
  });
});

test('a proxy that says no is no reply that a cache kept, and its clock is not that of the API', async () => {
  const ahead = new Date(Date.now() + 3_600_000).toUTCString();
  const statuses = [502, 200];
  const server = await httpServer((response, request) =>
    json(
      statuses.shift() ?? 200,
      serviceReply(),
      statuses.length === 1 ? { date: ahead, age: '90' } : {},
    )(response, request),
  );
  const client = new AivenClient({ baseUrl: server.url, token: TOKEN });
  expect(await failureOf(read(client))).toMatchObject({ kind: 'http', status: 502 });
  await expect(read(client)).resolves.toMatchObject({ serviceName: 'pg-demo' });
  await client.close();
  await server.close();
});
