import { Client } from 'pg';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import type { DatabaseFacts, PairDatabase, PairReading, SideReading } from '../../src/postgres';
import { readDatabases, sampleLag } from '../../src/postgres';
import type { Question } from '../../src/postgres/questions';
import { accessTo, pairOf } from '../activities/database-stage';
import { FreezingLine } from './freezing-line';
import { closedPort, HungServer } from './hung-server';

jest.setTimeout(60_000);

type Doors = NonNullable<Parameters<typeof accessTo>[2]>['doors'];

let lab: Lab;
let pair: LabPair;
const opened: Client[] = [];

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200 });
  [pair] = lab.pairs as [LabPair];
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.end().catch(() => undefined)));
});
afterAll(() => lab?.close());

function database(doors: Doors = {}): PairDatabase {
  const found = accessTo(lab, pair, { doors }).of(pairOf(lab, pair));
  if (found === undefined) throw new Error('no access');
  return found;
}

/** A session as the administrator, on the side that takes writes. */
async function client(uri = pair.recoveryUri): Promise<Client> {
  const made = new Client({ connectionString: uri });
  made.on('error', () => undefined);
  opened.push(made);
  await made.connect();
  return made;
}

function factsOf(reading: SideReading): DatabaseFacts {
  if (!reading.ok) throw reading.error;
  return reading.facts;
}

function told<Q extends Question>({ recovery }: PairReading, question: Q) {
  const answer = factsOf(recovery).told[question];
  if (!answer.ok) throw new Error(answer.why);
  return answer.value;
}

function refusals(reading: SideReading): Record<string, string> {
  const all = Object.entries(factsOf(reading).told);
  return Object.fromEntries(all.flatMap(([question, one]) => (one.ok ? [] : [[question, one.why]])));
}

async function sql(text: string): Promise<void> {
  await pair.query('recovery', text);
}

describe('as the role that deploy/database.sql makes', () => {
  test('all is answered, on the side that takes writes and on the one that replays', async () => {
    const { primary, recovery, looks } = await readDatabases(database());
    expect(refusals(primary)).toEqual({});
    expect(refusals(recovery)).toEqual({});
    expect(factsOf(primary).server).toEqual({
      version: expect.stringMatching(/^\d+/),
      inRecovery: true,
      user: 'switchback',
      seesAll: true,
    });
    expect(factsOf(recovery).server.inRecovery).toBe(false);
    expect(factsOf(primary).told).toMatchObject({
      systemIdentifier: factsOf(recovery).told.systemIdentifier,
      replayPaused: { value: false },
      receiver: {
        value: { status: 'streaming', timeline: 2, sender: expect.stringMatching(/^127\.0\.0\.1:/) },
      },
      probe: { value: { exists: true, allowed: true } },
      senders: { value: [] },
    });
    expect(factsOf(recovery).told).toMatchObject({
      wal: { value: { position: expect.stringMatching(/^\d+$/), timeline: 2 } },
      receiver: { value: null },
      senders: { value: [{ name: 'walreceiver', state: 'streaming', logical: false }] },
      settings: { value: { max_connections: '100', synchronous_standby_names: '' } },
      extensions: { value: { plpgsql: '1.0' } },
      availableExtensions: { value: { plpgsql: ['1.0'] } },
      connections: { value: { senders: 1 } },
      freeSessions: { value: { role: null, database: null } },
      probe: { value: { exists: true, allowed: true } },
    });
    expect(looks.at(-1)).toMatchObject({ bytes: 0, seconds: 0, paused: false });
  });

  test('all of it also where the database makes its sessions serializable, which a standby refuses', async () => {
    const { databaseName } = (
      await pair.query('recovery', 'SELECT current_database() AS "databaseName"')
    )[0] as {
      databaseName: string;
    };
    await sql(`ALTER DATABASE ${databaseName} SET default_transaction_isolation = serializable`);
    const { primary, recovery } = await readDatabases(database());
    await sql(`ALTER DATABASE ${databaseName} RESET default_transaction_isolation`);
    expect([refusals(primary), refusals(recovery)]).toEqual([{}, {}]);
  });

  test('how many sessions the limits of role and database leave, without our own', async () => {
    await sql('ALTER ROLE switchback CONNECTION LIMIT 2; ALTER DATABASE defaultdb CONNECTION LIMIT 7');
    const found = told(await readDatabases(database()), 'freeSessions');
    await sql('ALTER ROLE switchback CONNECTION LIMIT -1; ALTER DATABASE defaultdb CONNECTION LIMIT -1');
    expect(found).toEqual({ role: 2, database: expect.any(Number) });
    expect(found?.database).toBeLessThanOrEqual(7);
  });

  test('no password and no query of anybody is taken along', async () => {
    const secret = 'SELECT /* a secret in a query */ 1';
    await (await client()).query(secret);
    const json = JSON.stringify(await readDatabases(database()));
    expect(json).not.toContain('secret in a query');
    expect(json).not.toMatch(/AVNS_|password/i);
  });

  test('a transaction that is open, whether it has written, and not its own', async () => {
    const [reader, writer] = [await client(), await client()];
    const before = told(await readDatabases(database()), 'transactions');
    expect(before).toEqual([]);
    await reader.query('BEGIN; SELECT 1');
    await writer.query('BEGIN; SELECT txid_current()');
    const found = told(await readDatabases(database()), 'transactions');
    expect(found).toEqual([
      { pid: expect.any(Number), seconds: expect.any(Number), state: 'idle in transaction', writes: false },
      { pid: expect.any(Number), seconds: expect.any(Number), state: 'idle in transaction', writes: true },
    ]);
    expect(found[0]?.seconds).toBeLessThan(30);
  });

  test('a schema change that holds its lock, and one that waits; a temporary table is none', async () => {
    const [holder, waiter, temporary] = [await client(), await client(), await client()];
    await temporary.query('BEGIN; CREATE TEMPORARY TABLE mine (id int)');
    await sql('CREATE TABLE busy (id int); ALTER TABLE busy OWNER TO avnadmin');
    expect(told(await readDatabases(database()), 'exclusiveLocks')).toEqual({ held: 0, awaited: 0 });
    await holder.query('BEGIN; LOCK TABLE busy');
    const waiting = waiter.query('BEGIN; LOCK TABLE busy').catch(() => undefined);
    await eventually(async () =>
      expect(told(await readDatabases(database()), 'exclusiveLocks')).toEqual({ held: 1, awaited: 1 }),
    );
    await holder.query('ROLLBACK');
    await waiting;
  });

  test('an index that is being built', async () => {
    const [old, builder] = [await client(), await client()];
    await sql('CREATE TABLE wide (id int); ALTER TABLE wide OWNER TO avnadmin');
    await old.query('BEGIN; LOCK TABLE wide IN ROW EXCLUSIVE MODE');
    const building = builder.query('CREATE INDEX CONCURRENTLY ON wide (id)').catch(() => undefined);
    await eventually(async () =>
      expect(told(await readDatabases(database()), 'rebuilds')).toEqual(['CREATE INDEX CONCURRENTLY']),
    );
    await old.query('ROLLBACK');
    await building;
  });

  test('physical slots, subscriptions and clients', async () => {
    await client();
    await sql(`SELECT pg_create_physical_replication_slot('standby', true)`);
    await sql(
      `CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1 dbname=d password=geheim' PUBLICATION p
       WITH (connect = false, slot_name = 'sub')`,
    );
    const found = await readDatabases(database());
    expect(told(found, 'slots')).toEqual([
      expect.objectContaining({
        name: 'standby',
        type: 'physical',
        plugin: null,
        active: false,
        lsn: expect.stringMatching(/^\w+\/\w+$/),
        failover: false,
        synced: false,
      }),
    ]);
    expect(told(found, 'subscriptions')).toEqual([{ name: 'sub', enabled: false, database: 'defaultdb' }]);
    expect(JSON.stringify(found)).not.toContain('geheim');
    expect(told(found, 'connections').clients).toBeGreaterThanOrEqual(1);
    await sql(`ALTER SUBSCRIPTION sub SET (slot_name = NONE)`);
    await sql(`DROP SUBSCRIPTION sub`);
    await sql(`SELECT pg_drop_replication_slot('standby')`);
  });

  test('what is outstanding is looked at twice', async () => {
    await lab.apply({ kind: 'replay', service: pair.primary, paused: true });
    await sql(`CREATE TABLE outstanding AS SELECT g FROM generate_series(1, 1000) g`);
    const { looks, primary } = await readDatabases(database());
    expect(looks).toHaveLength(2);
    expect(looks.at(-1)).toMatchObject({
      paused: true,
      bytes: expect.any(Number),
      seconds: expect.any(Number),
    });
    expect(looks.at(-1)?.bytes).toBeGreaterThan(10_000);
    expect(factsOf(primary).told.replayPaused).toEqual({ ok: true, value: true });
    await lab.apply({ kind: 'replay', service: pair.primary, paused: false });
  });
});

describe('as a role that may not ask all of it', () => {
  beforeAll(async () => {
    await sql(`CREATE ROLE stranger LOGIN PASSWORD 'stranger'`);
    await eventually(() =>
      pair.query('primary', `SELECT 1 / count(*) FROM pg_roles WHERE rolname = 'stranger'`),
    );
  });
  const stranger = { user: 'stranger', password: async () => 'stranger' };

  test('without pg_monitor, what others do is not known; it is never taken for nothing', async () => {
    const reading = await readDatabases(database({ primary: stranger, recovery: stranger }));
    const hidden = 'the role stranger is no member of pg_monitor';
    for (const side of [reading.primary, reading.recovery]) {
      expect(refusals(side)).toEqual({
        receiver: hidden,
        senders: hidden,
        transactions: hidden,
        exclusiveLocks: hidden,
        rebuilds: hidden,
        connections: hidden,
        archiveReady: expect.stringMatching(
          /^permission denied for function pg_ls_archive_statusdir \(42501\)$/,
        ),
      });
      expect(factsOf(side).told.probe).toEqual({ ok: true, value: { exists: true, allowed: false } });
    }
    expect(reading.looks.at(-1)).toMatchObject({ bytes: 0 });
  });

  test.each<[Question, string]>([
    ['systemIdentifier', 'FUNCTION pg_control_system()'],
    ['controlTimeline', 'FUNCTION pg_control_checkpoint()'],
    ['slots', 'TABLE pg_replication_slots'],
    ['archiver', 'TABLE pg_stat_archiver'],
    ['preparedTransactions', 'TABLE pg_prepared_xacts'],
    ['availableExtensions', 'FUNCTION pg_available_extension_versions()'],
  ])('%s is refused: nothing else is missing', async (question, what) => {
    const right = what.startsWith('TABLE') ? 'SELECT' : 'EXECUTE';
    await sql(`REVOKE ${right} ON ${what} FROM PUBLIC, pg_monitor`);
    try {
      const { recovery } = await readDatabases(database());
      const others = question === 'slots' ? ['senders'] : [];
      expect(Object.keys(refusals(recovery)).sort()).toEqual([question, ...others].sort());
      expect(refusals(recovery)[question]).toMatch(/^permission denied for .* \(42501\)$/);
    } finally {
      await sql(`GRANT ${right} ON ${what} TO PUBLIC`);
    }
  });

  test('a table that is not there, and one that may not be used', async () => {
    await sql('REVOKE INSERT ON switchback.probe FROM switchback');
    const without = await readDatabases(database());
    expect(told(without, 'probe')).toEqual({ exists: true, allowed: false });
    await sql('GRANT INSERT ON switchback.probe TO switchback; ALTER SCHEMA switchback RENAME TO elsewhere');
    const gone = await readDatabases(database());
    expect(told(gone, 'probe')).toEqual({ exists: false, allowed: false });
    await sql('ALTER SCHEMA elsewhere RENAME TO switchback');
  });
});

describe('a side that cannot be asked', () => {
  test('refuses the password: that side alone is not known, and is not asked again and again', async () => {
    let asked = 0;
    const wrong = {
      password: async () => {
        asked += 1;
        return 'wrong';
      },
    };
    const { primary, recovery, looks } = await readDatabases(database({ primary: wrong }));
    // Once more with the settings read afresh.
    expect(asked).toBe(2);
    expect(primary).toMatchObject({ ok: false, error: { code: '28P01' } });
    expect(JSON.stringify(primary)).not.toContain('wrong');
    expect(refusals(recovery)).toEqual({});
    // By what the active side knows of its standbys.
    expect(looks.at(-1)).toMatchObject({
      bytes: 0,
      problem: expect.stringMatching(/passive side could not/),
    });
  });

  test('is the active one: what the passive one says of itself is known', async () => {
    const { recovery, looks } = await readDatabases(database({ recovery: { port: await closedPort() } }));
    expect(recovery).toMatchObject({ ok: false, error: { code: 'ECONNREFUSED' } });
    expect(looks.at(-1)).toMatchObject({ paused: false, problem: expect.stringMatching(/./) });
    expect(looks.at(-1)).not.toHaveProperty('bytes');
  });

  test('refuses once, as a server that restarts: it is asked again', async () => {
    const port = await closedPort();
    const { primary } = await readDatabases(
      database({ primary: { port, password: async () => pair.probe?.password ?? '' } }),
    );
    expect(primary.ok).toBe(false);
    let asked = 0;
    const sometimes = {
      password: async () => {
        asked += 1;
        if (asked === 1) throw Object.assign(new Error('not readable yet'), { code: 'EBUSY' });
        return pair.probe?.password ?? '';
      },
    };
    expect((await readDatabases(database({ primary: sometimes }))).primary.ok).toBe(true);
    expect(asked).toBe(2);
  });

  test('hangs: it is given up within its limit, and the other side is known', async () => {
    const hung = await HungServer.listen();
    try {
      const started = performance.now();
      const reading = await readDatabases(database({ primary: { host: '127.0.0.1', port: hung.port } }));
      expect(reading.primary).toMatchObject({ ok: false, error: { code: 'timeout' } });
      expect(refusals(reading.recovery)).toEqual({});
      // Of a second try there would be 11 s.
      expect(performance.now() - started).toBeLessThan(10_500);
      await hung.empty();
    } finally {
      await hung.close();
    }
  });

  test('hangs in the middle: everything together has a limit', async () => {
    const line = await FreezingLine.to(pair.primaryUri, 'pg_control_system');
    try {
      const started = performance.now();
      const reading = await readDatabases(database({ primary: { host: '127.0.0.1', port: line.port } }), {
        limitMs: 8_000,
        statementTimeoutMs: 60_000,
      });
      expect(reading.primary).toMatchObject({ ok: false, error: { code: 'timeout' } });
      expect(refusals(reading.recovery)).toEqual({});
      expect(performance.now() - started).toBeLessThan(20_000);
    } finally {
      line.close();
    }
  });

  test('is told to stop: at once', async () => {
    const hung = await HungServer.listen();
    const stop = new AbortController();
    try {
      const door = { host: '127.0.0.1', port: hung.port };
      const reading = readDatabases(database({ primary: door, recovery: door }), { signal: stop.signal });
      await hung.connections(2);
      const started = performance.now();
      stop.abort();
      expect(await reading).toMatchObject({ primary: { ok: false }, recovery: { ok: false }, looks: [] });
      expect(performance.now() - started).toBeLessThan(4_000);
    } finally {
      await hung.close();
    }
  });
});

describe('the positions, asked in the order in which nothing can seem to be ahead', () => {
  test('of sides that are the wrong way round there is a problem, and no lag', async () => {
    expect(await sampleLag(database(), 'primary')).toMatchObject({
      problem: expect.stringMatching(/in recovery/),
    });
    expect(await sampleLag(database(), 'primary')).not.toHaveProperty('bytes');
    expect(await sampleLag(database({ primary: doorOf(pair.recoveryUri) }), 'recovery')).toMatchObject({
      problem: expect.stringMatching(/not in recovery/),
    });
  });

  test('of both sides: what one has written, and the other replayed', async () => {
    expect(await sampleLag(database(), 'recovery')).toEqual({
      at: expect.any(String),
      activeLsn: expect.stringMatching(/^\d+$/),
      replayLsn: expect.stringMatching(/^\d+$/),
      activeXid: expect.stringMatching(/^\d+$/),
      replayXid: expect.stringMatching(/^\d+$/),
      bytes: 0,
      seconds: 0,
      paused: false,
    });
  });

  test('of a side that refuses there is what the other one reports, and why', async () => {
    const port = await closedPort();
    const look = await sampleLag(database({ primary: { port } }), 'recovery');
    expect(look).toMatchObject({ bytes: 0, problem: expect.stringMatching(/ECONNREFUSED/) });
    const none = await sampleLag(database({ primary: { port }, recovery: { port } }), 'recovery');
    expect(none).toEqual({ at: expect.any(String), problem: expect.stringMatching(/REFUSED.*REFUSED/) });
  });

  test('of standbys that report, the one that is furthest behind counts', async () => {
    await lab.apply({ kind: 'replay', service: pair.primary, paused: true });
    await sql(`CREATE TABLE reported AS SELECT g FROM generate_series(1, 1000) g`);
    await eventually(async () => {
      const look = await sampleLag(database({ primary: { port: await closedPort() } }), 'recovery');
      expect(look.bytes).toBeGreaterThan(10_000);
    });
    await lab.apply({ kind: 'replay', service: pair.primary, paused: false });
  });
});

function doorOf(uri: string | undefined) {
  const { hostname: host, port } = new URL(String(uri));
  return { host, port: Number(port) };
}

/** Until it does not throw. */
async function eventually(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
