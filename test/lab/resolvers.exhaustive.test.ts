import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';
import { Client } from 'pg';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { getService, until } from './client';
import { isInRecovery, sql } from './sql';

jest.setTimeout(60_000);

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('a lab with DNS servers', () => {
  let lab: Lab;
  let pair: LabPair;
  let other: LabPair;

  beforeAll(async () => {
    lab = await startLab({ resolvers: 2, pairs: 2, transitionMs: 50 });
    [pair, other] = lab.pairs as [LabPair, LabPair];
  });
  afterAll(() => lab.close());

  function ask(number: number): Resolver {
    const resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([pair.resolvers[number - 1]?.address ?? '']);
    return resolver;
  }

  /** The whole answer, for a client would leave out what it did not ask for. */
  async function answerTo(type: 'A' | 'AAAA', name: string) {
    const socket = createSocket('udp4');
    try {
      const [host, port] = (pair.resolvers[0]?.address ?? '').split(':');
      const answer = once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
      socket.send(encode({ type: 'query', id: 1, questions: [{ type, name }] }), Number(port), host);
      const [message] = await answer;
      return decode(message);
    } finally {
      socket.close();
    }
  }

  const host = (uri: string | undefined) => new URL(uri ?? '').host;
  const address = (uri: string | undefined) => new URL(uri ?? '').hostname;
  /** As a client whose system asks that DNS server. */
  const through = async (number: number, { serviceUri } = pair) => {
    const [ip = ''] = await ask(number).resolve4(address(serviceUri));
    return String(serviceUri).replace(address(serviceUri), ip);
  };

  test('has a name in the Service URI, and both sides of all pairs at addresses of their own, on one port', async () => {
    const { name, port } = pair.sharedHost ?? {};
    expect(name).toBe('dr-pg-demo.lab.test');
    expect(host(pair.serviceUri)).toBe(`${name}:${port}`);
    expect([pair.primaryUri, pair.recoveryUri].map(host)).toEqual([`127.0.1.1:${port}`, `127.0.1.2:${port}`]);
    expect([other.primaryUri, other.recoveryUri].map(address)).toEqual(['127.0.1.3', '127.0.1.4']);
    expect(other.sharedHost?.name).toBe('dr-pg-demo-2.lab.test');
    expect(await getService(lab, 'pg-demo')).toMatchObject({
      service_uri_params: { host: name, port: String(port) },
    });
    expect(await isInRecovery(pair.primaryUri)).toBe(true);
    expect(await isInRecovery(pair.recoveryUri)).toBe(false);
  });

  test('answers with the active side, for a second', async () => {
    expect(pair.resolvers).toHaveLength(2);
    for (const number of [1, 2]) {
      expect(await ask(number).resolve4('DR-pg-demo.lab.test', { ttl: true })).toEqual([
        { address: '127.0.1.2', ttl: 1 },
      ]);
    }
    expect(await ask(1).resolve4('dr-pg-demo-2.lab.test')).toEqual(['127.0.1.4']);
  });

  test('knows no other name, and no other kind of address', async () => {
    await expect(ask(1).resolve4('nobody.lab.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(await answerTo('AAAA', 'dr-pg-demo.lab.test')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    await expect(ask(1).resolve6('nobody.lab.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('has one that stays behind when it is told to, until it is told to follow', async () => {
    await lab.apply({ kind: 'resolver', service: 'pg-demo', resolver: 2, follows: false });
    await pair.switchback();
    expect(await ask(1).resolve4('dr-pg-demo.lab.test')).toEqual(['127.0.1.1']);
    expect(await ask(2).resolve4('dr-pg-demo.lab.test')).toEqual(['127.0.1.2']);
    expect(await ask(2).resolve4('dr-pg-demo-2.lab.test')).toEqual(['127.0.1.4']);
    expect(await isInRecovery(await through(1))).toBe(false);
    expect(await isInRecovery(await through(2))).toBe(true);
    await expect(sql(await through(2), 'CREATE TABLE lost ()')).rejects.toMatchObject({ code: '25006' });
    await lab.apply({ kind: 'resolver', service: 'pg-demo', resolver: 2, follows: true });
    expect(await ask(2).resolve4('dr-pg-demo.lab.test')).toEqual(['127.0.1.1']);
    await pair.switchover();
    expect(await ask(2).resolve4('dr-pg-demo.lab.test')).toEqual(['127.0.1.2']);
    const third = lab.apply({ kind: 'resolver', service: 'pg-demo', resolver: 3, follows: false });
    await expect(third).rejects.toThrow('There is no resolver 3, only 2');
  });

  test('leaves sessions alone when the name moves; the server that stops closes its own', async () => {
    const open = async (uri: string | undefined) => {
      const client = new Client({ connectionString: uri });
      const closed = new Promise((resolve) => client.on('error', resolve));
      await client.connect();
      return { client, closed };
    };
    const [active, passive] = [await open(await through(1)), await open(pair.primaryUri)];
    await pair.switchback();
    await active.closed;
    expect((await passive.client.query('SELECT pg_is_in_recovery()')).rows).toEqual([
      { pg_is_in_recovery: false },
    ]);
    await lab.apply({ kind: 'endpoint', service: 'pg-demo', follows: false });
    await lab.apply({ kind: 'endpoint', service: 'pg-demo', follows: true });
    expect((await passive.client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await passive.client.end();
    await pair.switchover();
  });

  test('serves a load, which asks for the address whenever it connects', async () => {
    const load = await pair.startLoad({ rate: 100 });
    const more = (goal = load.acknowledged + 5) =>
      until(
        () => load.acknowledged,
        (rows) => rows >= goal,
      );
    await more();
    await pair.switchback();
    await more();
    const { acknowledged, missing } = await load.stop();
    expect(acknowledged).toBeGreaterThanOrEqual(10);
    expect(missing).toBe(0);
  });
});
