import type { ServerResponse } from 'node:http';
import type { AivenClient, RequestRecord } from '../../src/aiven';
import { serviceReply, serviceWith, serviceWithout } from './fixtures';
import { json, type Received } from './server';
import { answering } from './setup';

/** A server that answers when it is told to. */
async function patient(body: unknown = { services: [serviceReply().service] }) {
  const waiting: (() => void)[] = [];
  const { server, client } = await answering((response: ServerResponse, request: Received) => {
    waiting.push(() => json(200, body)(response, request));
  });
  const arrived = async (count: number) => {
    while (server.received.length < count) await new Promise(setImmediate);
  };
  return { server, client, arrived, answer: () => waiting.shift()?.() };
}

const list = (client: AivenClient, more: object = {}) =>
  client.getServices('crdr-test', { mayShare: true, ...more });

test('those who ask at the same time share one reply; one of them counts it, all learn its id', async () => {
  const { client, server, arrived, answer } = await patient();
  const records: RequestRecord[] = [];
  const onRequest = (record: RequestRecord) => records.push(record);
  const asked = [list(client, { onRequest }), list(client, { onRequest }), list(client, { onRequest })];
  await arrived(1);
  answer();
  const [first, ...others] = await Promise.all(asked);
  for (const other of others) expect(other).toBe(first);
  expect(server.received).toHaveLength(1);
  expect(records.map(({ shared }) => shared ?? false)).toEqual([false, true, true]);
});

test('who asks while one is under way gets the reply to a request that began later', async () => {
  const { client, server, arrived, answer } = await patient();
  const before = list(client);
  await arrived(1);
  const after = [list(client), list(client)];
  answer();
  await before;
  await arrived(2);
  answer();
  const [one, other] = await Promise.all(after);
  expect(one).toBe(other);
  expect(one).not.toBe(await before);
  expect(server.received).toHaveLength(2);
});

test('who gives up does so alone; with the last one the request is given up', async () => {
  const { client, arrived, answer } = await patient();
  const [one, other] = [new AbortController(), new AbortController()];
  const gone = list(client, { signal: one.signal });
  const stays = list(client, { signal: other.signal });
  await arrived(1);
  one.abort(new Error('one'));
  await expect(gone).rejects.toThrow('one');
  answer();
  expect((await stays).of('pg-demo')).toBeDefined();
  const last = list(client, { signal: other.signal });
  await arrived(2);
  other.abort(new Error('other'));
  await expect(last).rejects.toThrow('other');
});

test('what is not asked to be shared has a request of its own', async () => {
  const { client, server, arrived, answer } = await patient(serviceReply());
  const asked = [client.getService('crdr-test', 'pg-demo'), client.getService('crdr-test', 'pg-demo')];
  await arrived(2);
  answer();
  answer();
  await Promise.all(asked);
  expect(server.received).toHaveLength(2);
});

test('a service of the list is as it is by itself; one that cannot be read spoils no other', async () => {
  const odd = { ...serviceWithout('state').service, service_name: 'pg-odd' };
  const services = [
    odd,
    null,
    'x',
    serviceWith({ service_name: 'pg-other' }).service,
    serviceReply().service,
  ];
  const { client } = await answering((response, { url, ...rest }) =>
    json(200, url.endsWith('/service') ? { services } : serviceReply())(response, { url, ...rest }),
  );
  const found = await list(client);
  expect(found.of('pg-demo')).toEqual(await client.getService('crdr-test', 'pg-demo'));
  expect(found.of('pg-other')).toMatchObject({ serviceName: 'pg-other' });
  expect([found.of('pg-odd'), found.of('pg-gone')]).toEqual([undefined, undefined]);
});
