import { lookup } from 'node:dns/promises';
import { resolve } from '../../src/postgres';

jest.mock('node:dns/promises', () => ({ ...jest.requireActual('node:dns/promises'), lookup: jest.fn() }));

const asked = jest.mocked(lookup) as unknown as jest.Mock<Promise<{ address: string }[]>>;

test('a name that hangs takes one thread of the process, however often it is wanted', async () => {
  let answer: ((found: { address: string }[]) => void) | undefined;
  asked.mockReturnValue(
    new Promise((done) => {
      answer = done;
    }),
  );
  const wanted = () => resolve('pg.example', 'system', { timeoutMs: 50 }).catch(({ code }) => code);
  expect([await wanted(), await wanted(), await wanted()]).toEqual(['timeout', 'timeout', 'timeout']);
  expect(asked).toHaveBeenCalledTimes(1);
  answer?.([{ address: '10.0.0.1' }]);
  await new Promise(setImmediate);
  asked.mockResolvedValue([{ address: '10.0.0.2' }]);
  expect(await wanted()).toEqual(['10.0.0.2']);
  expect(asked).toHaveBeenCalledTimes(2);
});
