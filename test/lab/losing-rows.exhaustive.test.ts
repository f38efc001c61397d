import { type Lab, type LabPair, type Side, startLab } from '../../lab/src/lab';
import { ask, promote, until } from './client';
import { ProbeWriter } from './probe-writer';
import { isInRecovery, sql } from './sql';

jest.setTimeout(60_000);

let lab: Lab;
let pair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 100 });
  [pair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

const isActive = (side: Side) => pair.status()[side].role === 'active';
const change = () => (isActive('primary') ? pair.switchover() : pair.switchback());
const there = async (side: Side, runId: string) => {
  const rows = await pair.query(
    side,
    `SELECT seq FROM switchback.probe WHERE run_id = '${runId}' ORDER BY 1`,
  );
  return rows.map(({ seq }) => Number(seq));
};

/** Changes roles under a writer; which of the rows that it was told are written are not there any more. */
async function missingAfter(runId: string, roleChange: () => Promise<unknown>): Promise<number[]> {
  const writer = new ProbeWriter(pair.serviceUri, runId);
  const writes = (more: number) => {
    const goal = writer.acknowledged.length + more;
    return until(
      () => writer.acknowledged.length,
      (count) => count >= goal,
    );
  };
  try {
    await writes(5);
    await roleChange();
    await writes(5);
  } finally {
    await writer.stop();
  }
  const active = await there(isActive('primary') ? 'primary' : 'recovery', runId);
  return writer.acknowledged.filter((seq) => !active.includes(seq));
}

test.each([0, 1, 7])('exactly %i acknowledged rows are lost, and the lab knows which', async (count) => {
  pair.behave({ loseRows: count });
  const missing = await missingAfter(`lossy-${count}`, change);
  expect(missing).toHaveLength(count);
  const { count: told, rows } = await pair.lostRows();
  expect(told).toBe(count);
  expect(rows).toEqual(missing.map((seq) => ({ run_id: `lossy-${count}`, attempt: 1, seq })));
});

test('no more than that are lost when the stream is far behind', async () => {
  const passive = isActive('primary') ? pair.recovery : pair.primary;
  await sql(pair.serviceUri, 'CREATE TABLE bulk (text text)');
  await lab.apply({ kind: 'stream', service: passive, bytesPerSecond: 100_000 });
  await sql(
    pair.serviceUri,
    `INSERT INTO bulk SELECT repeat(n::text, 100) FROM generate_series(1000, 1500) n`,
  );
  pair.behave({ loseRows: 3 });
  expect(await missingAfter('behind', change)).toHaveLength(3);
  expect((await pair.lostRows()).count).toBe(3);
  await lab.apply({ kind: 'stream', service: passive, bytesPerSecond: null });
});

test('afterwards the old side follows the new one, and role changes lose nothing', async () => {
  pair.behave({ loseRows: 2 });
  await missingAfter('before', change);
  for (const run of ['one', 'two']) {
    expect(await missingAfter(run, change)).toEqual([]);
    const [active, passive] = isActive('primary')
      ? (['primary', 'recovery'] as const)
      : (['recovery', 'primary'] as const);
    const written = await there(active, run);
    expect(
      await until(
        () => there(passive, run),
        (rows) => rows.length === written.length,
      ),
    ).toEqual(written);
    expect(await isInRecovery(pair[`${passive}Uri`])).toBe(true);
  }
  expect((await pair.lostRows()).count).toBe(2);
});

test('a way for the loss itself stays behind on neither side', async () => {
  const left = `SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'lab%'
    UNION ALL SELECT relname FROM pg_class WHERE relname LIKE 'lab%'`;
  expect(await pair.query('primary', left)).toEqual([]);
  expect(await pair.query('recovery', left)).toEqual([]);
});

test('through the control path, with concurrent writers and rows that fail', async () => {
  const passive = isActive('primary') ? pair.recovery : pair.primary;
  const body = { kind: 'behave', service: passive, loseRows: 5 };
  expect((await ask(lab, 'POST', '/_lab/changes', { body })).status).toBe(200);
  const [second, third] = ['second', 'third'].map((run) => new ProbeWriter(pair.serviceUri, run));
  // These take of what may be lost, and give it back.
  const failing = setInterval(() => {
    const insert = `INSERT INTO switchback.probe VALUES ('failing', 1, 1)`;
    sql(pair.serviceUri, `BEGIN; ${insert}; ROLLBACK`).catch(() => undefined);
  }, 30);
  try {
    await missingAfter('first', async () => {
      await promote(lab, passive);
      await pair.settled();
    });
  } finally {
    clearInterval(failing);
    await Promise.all([second?.stop(), third?.stop()]);
  }
  expect((await pair.lostRows()).count).toBe(5);
});

test('nothing is lost where nobody writes, and closing does not wait for it', async () => {
  const idle = await startLab({ transitionMs: 0 });
  const [one] = idle.pairs as [LabPair];
  one.behave({ loseRows: 3 });
  await promote(idle, one.primary);
  const begun = Date.now();
  await idle.close();
  expect(Date.now() - begun).toBeLessThan(20_000);
});
