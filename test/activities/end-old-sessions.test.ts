import { Client } from 'pg';
import { type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { endOldSessions } from '../../src/activities/end-old-sessions';
import { accessTo, doorTo, pairOf } from './database-stage';

const NEVER = new AbortController().signal;

let lab: Lab;
let labPair: LabPair;

beforeAll(async () => {
  lab = await startLab({ transitionMs: 200, state: 'ready' });
  [labPair] = lab.pairs as [LabPair];
  await labPair.query('recovery', `CREATE ROLE app LOGIN PASSWORD 'its-own'`);
});
afterAll(() => lab.close());

async function application(side: 'primary' | 'recovery'): Promise<Client> {
  const { host, port, database } = doorTo(labPair[`${side}Uri`], labPair);
  const client = new Client({
    host,
    port,
    database,
    user: 'app',
    password: 'its-own',
    application_name: 'pool',
  });
  client.on('error', () => undefined);
  for (;;) {
    try {
      await client.connect();
      return client;
    } catch (error) {
      // The standby has the role a moment later.
      if ((error as { code?: string }).code !== '28000') throw error;
      return application(side);
    }
  }
}

const end = (passive: 'primary' | 'recovery' = 'primary') =>
  endOldSessions(accessTo(lab, labPair), { pair: pairOf(lab, labPair), passive }, NEVER);
const POOL = { application: 'pool', address: '127.0.0.1', count: 2 };

test('a role that may not end sessions names those that stay; one that may ends them, and nobody else', async () => {
  const clients = [await application('primary'), await application('primary')];
  const ofActive = await application('recovery');
  expect(await end()).toMatchObject({ ended: [], refused: [POOL], remaining: 2 });

  await labPair.query('recovery', 'GRANT pg_signal_backend TO switchback');
  // By mistake: a server that takes writes has no sessions that are old.
  expect(await end('recovery')).toMatchObject({ ended: [], refused: [] });
  const gone = Promise.all(
    clients.map((client) => new Promise<void>((done) => client.once('end', () => done()))),
  );
  let result = await end();
  while (result.refused.length > 0) result = await end();
  expect(result).toMatchObject({ ended: [POOL], refused: [], remaining: 0 });
  await gone;
  expect((await ofActive.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await ofActive.end();
});
