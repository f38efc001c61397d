import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Client } from 'pg';
import { DnsServer } from '../../lab/src/dns/dns-server';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { until } from '../../lab/src/postgres/until';
import { watchEndpoint } from '../../src/activities/watch-endpoint';
import type { EndpointInput } from '../../src/contract/activities';
import type { Pair } from '../../src/contract/observation';
import { describeDisagreement, type EndpointReport } from '../../src/contract/proof';
import { Databases } from '../../src/postgres';
import { HungServer } from '../postgres/hung-server';
import { Attempt, accessTo, pairOf } from './database-stage';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;

let lab: Lab;
let labPair: LabPair;
let pair: Pair;
let hosts: { primary: string; recovery: string };
let dns: [string, string];

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200, resolvers: 2, state: 'fresh' });
  [labPair] = lab.pairs as [LabPair];
  pair = pairOf(lab, labPair);
  hosts = { primary: hostOf(labPair.primaryUri), recovery: hostOf(labPair.recoveryUri) };
  dns = labPair.resolvers.map(({ address }) => address) as [string, string];
});
afterAll(() => lab.close());

function hostOf(uri: string | undefined): string {
  return new URL(uri ?? '').hostname;
}

function watching(
  input: Partial<EndpointInput> = {},
  databases: Databases = accessTo(lab, labPair),
): Attempt<EndpointReport> {
  const wanted = { pair, active: 'primary' as const, reportAfterMs: 0, ...input };
  return new Attempt(() => watchEndpoint(databases, wanted, NEVER));
}

describe('after a role change', () => {
  test('all resolvers agree when both follow', async () => {
    const report = await watching({ reportAfterMs: 30_000 }).result;
    const landing = {
      address: hosts.primary,
      lands: 'primary',
      writable: true,
      observed: `lands on ${pair.primary}, takes writes`,
    };
    expect(report).toEqual({
      name: labPair.sharedHost?.name,
      agreed: true,
      at: expect.any(String),
      resolvers: dns.map((resolver) => ({ resolver, addresses: [landing] })),
      sessionsOnOldSide: 0,
    });
    expect(describeDisagreement(report, 'primary')).toBe('');
  });

  test('a stale resolver is named, until it follows', async () => {
    await lab.apply({ kind: 'resolver', service: pair.primary, resolver: 2, follows: false });
    await labPair.switchover();
    const attempt = watching({ active: 'recovery', reportAfterMs: 30_000 });
    const stale = await attempt.said(({ agreed }) => !agreed);
    expect(
      stale.resolvers.map(({ addresses }) => addresses.map(({ lands, writable }) => [lands, writable])),
    ).toEqual([[['recovery', true]], [['primary', false]]]);
    expect(describeDisagreement(stale, 'recovery')).toBe(
      `${dns[1]}: ${hosts.primary} lands on ${pair.primary}, in recovery`,
    );
    await lab.apply({ kind: 'resolver', service: pair.primary, resolver: 2, follows: true });
    const report = await attempt.result;
    expect(report.agreed).toBe(true);
    expect(report.resolvers.flatMap(({ addresses }) => addresses.map(({ address }) => address))).toEqual([
      hosts.recovery,
      hosts.recovery,
    ]);
    await labPair.switchback();
  });

  test('an active side that is read-only is not agreed on, and it writes nothing to find out', async () => {
    await lab.apply({ kind: 'read-only', service: pair.primary, on: true });
    const report = await watching().result;
    await lab.apply({ kind: 'read-only', service: pair.primary, on: false });
    expect(report.agreed).toBe(false);
    expect(describeDisagreement(report, 'primary')).toContain(`lands on ${pair.primary}, read-only`);
    const [row] = await labPair.query('primary', 'SELECT count(*)::int AS count FROM switchback.probe');
    expect(row).toEqual({ count: 0 });
  });
});

describe('sessions on the side that is passive now', () => {
  const stay = async (
    uri: string | undefined,
    as: { user?: string; password?: string; application_name?: string } = {},
  ) => {
    const { hostname, port, username, password, pathname } = new URL(uri ?? '');
    const database = pathname.slice(1);
    const client = new Client({
      host: hostname,
      port: Number(port),
      user: username,
      password,
      database,
      ...as,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  const arrived = (role: string) =>
    until(async () => {
      const found = await labPair.query('recovery', `SELECT FROM pg_roles WHERE rolname = '${role}'`);
      return found.length > 0;
    }, 10_000);

  /** A client that has ended leaves its backend for a moment. */
  const isEmptied = (side: 'primary' | 'recovery') =>
    until(async () => {
      const left = await labPair.query(
        side,
        "SELECT FROM pg_stat_activity JOIN pg_roles ON usesysid = oid WHERE backend_type = 'client backend' AND NOT rolsuper",
      );
      return left.length === 0;
    }, 10_000);

  test("are counted without ours, without the provider's and without replication", async () => {
    await labPair.query('primary', "CREATE ROLE provider LOGIN SUPERUSER PASSWORD 'x'");
    await arrived('provider');
    const { user, password } = labPair.probe ?? { user: '', password: '' };
    const own = { user, password, application_name: 'switchback' };
    await Promise.all([isEmptied('primary'), isEmptied('recovery')]);
    const open = await Promise.all([
      stay(labPair.recoveryUri),
      stay(labPair.recoveryUri, { application_name: 'switchback' }),
      stay(labPair.recoveryUri, own),
      stay(labPair.recoveryUri, { user: 'provider', password: 'x' }),
      stay(labPair.primaryUri),
    ]);
    const [standbys] = await labPair.query('primary', 'SELECT count(*)::int AS n FROM pg_stat_replication');
    expect(standbys).toEqual({ n: 1 });
    // What the lab itself asks may still be on its way out.
    const counts = async (active: 'primary' | 'recovery', wanted: number) =>
      until(async () => (await watching({ active }).result).sessionsOnOldSide === wanted, 20_000);
    await counts('primary', 2);
    await counts('recovery', 1);
    await Promise.all(open.map((client) => client.end()));
  });

  test('are not counted by a role that cannot see them', async () => {
    const [name, password] = ['blind', 'blind'];
    await labPair.query('primary', `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    const blind = { user: name, password: async () => password };
    const databases = accessTo(lab, labPair, { doors: { service: blind, primary: blind, recovery: blind } });
    await arrived(name);
    const report = await watching({}, databases).result;
    expect(report).toMatchObject({ agreed: true });
    expect(report.sessionsOnOldSide).toBeUndefined();
  });
});

describe('what cannot be looked at', () => {
  test('a hung address does not keep the others, and heartbeats go on', async () => {
    const hung = await HungServer.listen();
    const service = { host: '127.0.0.1', port: hung.port };
    const attempt = watching({}, accessTo(lab, labPair, { doors: { service } }));
    const report = await attempt.result;
    await hung.close();
    expect(report.agreed).toBe(false);
    expect(report.resolvers[0]?.addresses).toEqual([
      {
        address: '127.0.0.1',
        lands: 'unreachable',
        writable: false,
        observed: expect.stringMatching(/^cannot be reached: .*\(timeout\)$/),
      },
    ]);
    expect(report.sessionsOnOldSide).toBe(0);
    expect(attempt.longestSilenceMs).toBeLessThan(4_000);
  });

  test("a resolver that does not answer, or does not know the name, is that resolver's problem", async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const ignorant = await DnsServer.listen();
    const resolvers = [dns[0], `127.0.0.1:${silent.address().port}`, ignorant.address];
    const report = await watching({}, accessTo(lab, labPair, { resolvers })).result;
    silent.close();
    await ignorant.close();
    expect(report.agreed).toBe(false);
    expect(report.resolvers.map(({ addresses }) => addresses.length)).toEqual([1, 0, 0]);
    expect(report.resolvers.map(({ problem }) => problem)).toEqual([
      undefined,
      expect.stringMatching(/timeout|ETIMEOUT/i),
      expect.stringMatching(/ENOTFOUND/),
    ]);
    expect(
      describeDisagreement(report, 'primary')
        .split('; ')
        .map((told) => told.split(': ')[0]),
    ).toEqual([resolvers[1], resolvers[2]]);
  });
});

test('a cancellation ends it at once, and no connection is left', async () => {
  const hung = await HungServer.listen();
  const door = { host: '127.0.0.1', port: hung.port };
  const databases = accessTo(lab, labPair, { doors: { service: door, primary: door, recovery: door } });
  const attempt = watching({ reportAfterMs: 30_000 }, databases);
  await hung.connections(3);
  const before = performance.now();
  attempt.cancel();
  await expect(attempt.result).rejects.toThrow();
  expect(performance.now() - before).toBeLessThan(2_000);
  await hung.empty();
  await hung.close();
});

test('without access nothing is agreed on', async () => {
  const report = await watching({}, new Databases()).result;
  expect(report.agreed).toBe(false);
  expect(describeDisagreement(report, 'primary')).toBe('system: no database access is configured');
});

test('without access it says so no sooner than it is asked to, or the run would ask again at once', async () => {
  const attempt = watching({ reportAfterMs: 1_200 }, new Databases());
  await attempt.result;
  expect(performance.now() - attempt.startedAt).toBeGreaterThan(1_100);
});

test('a server outside the pair is neither side, although it takes writes', async () => {
  const other = await startLab({ transitionMs: 200, state: 'fresh' });
  try {
    const [stranger] = other.pairs as [LabPair];
    const { hostname, port } = new URL(stranger.primaryUri ?? '');
    const service = {
      host: hostname,
      port: Number(port),
      user: stranger.probe?.user ?? '',
      password: async () => stranger.probe?.password ?? '',
    };
    const report = await watching({}, accessTo(lab, labPair, { doors: { service } })).result;
    expect(report.agreed).toBe(false);
    expect(report.resolvers[0]?.addresses).toEqual([
      { address: hostname, lands: 'neither', writable: true, observed: 'is neither of the two services' },
    ]);
  } finally {
    await other.close();
  }
});
