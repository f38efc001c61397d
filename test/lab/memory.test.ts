import { type Change, type Lab, type LabPair, startLab } from '../../lab/src/lab';
import { ask } from './client';

let lab: Lab;
let pair: LabPair;

beforeAll(async () => {
  lab = await startLab({ backing: 'memory' });
  [pair] = lab.pairs as [LabPair];
});
afterAll(() => lab.close());

const service = 'pg-demo';

test.each<Change>([
  { kind: 'replay', service, paused: true },
  { kind: 'stream', service, bytesPerSecond: 0 },
  { kind: 'read-only', service, on: true },
  { kind: 'long-transaction', service, open: true },
  { kind: 'settings', service, set: { max_connections: '50' } },
  { kind: 'extension', service, name: 'hstore', available: false },
  { kind: 'resolver', service, resolver: 1, follows: false },
  { kind: 'behave', service, loseRows: 0 },
  { kind: 'behave', service, readOnly: true },
])('without servers there is no $kind', async (change) => {
  const message = expect.stringMatching(/needs real servers, and this lab has the memory backing/);
  await expect(lab.apply(change)).rejects.toMatchObject({ message });
  expect(await ask(lab, 'POST', '/_lab/changes', { body: change })).toMatchObject({
    status: 400,
    body: { message },
  });
});

test('without servers there is nothing to ask, to write to or to lose', async () => {
  for (const refused of [pair.query('primary', 'SELECT 1'), pair.lostRows(), pair.startLoad()]) {
    await expect(refused).rejects.toThrow('needs real servers');
  }
  expect(pair).toMatchObject({ probe: undefined, sharedHost: undefined, resolvers: [] });
  await expect(startLab({ backing: 'memory', resolvers: 1 })).rejects.toThrow('Resolvers need real servers');
});

test('what is only the state of the lab has changed before anything is awaited', () => {
  void lab.apply({ kind: 'set', service, state: 'POWEROFF' });
  expect(pair.status().primary.state).toBe('POWEROFF');
});
