import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freezeReader, readFreezes } from '../../src/config/freeze';
import { readWorker } from '../../src/config/worker';
import { useScratchFolder } from '../support/scratch';

const folder = useScratchFolder();
const path = () => join(folder(), 'freeze.json');

async function read(content: unknown) {
  await writeFile(path(), JSON.stringify(content));
  return readFreezes(path());
}

test('weekly windows, single ones and whole days, each by the clock of its zone', async () => {
  const windows = [
    { name: 'office', days: ['mon', 'fri'], from: '08:00', to: '18:00' },
    { name: 'weekend', days: ['sat', 'sun'], timeZone: 'Asia/Tokyo' },
    { name: 'new year', from: '2026-12-18T12:00', to: '2027-01-07T08:00' },
  ];
  const helsinki = { timeZone: 'Europe/Helsinki' };
  expect(await read({ ...helsinki, windows, dates: ['2026-12-31'] })).toEqual({
    value: [
      { kind: 'weekly', name: 'office', ...helsinki, days: [1, 5], from: 480, to: 1_080 },
      { kind: 'weekly', name: 'weekend', timeZone: 'Asia/Tokyo', days: [6, 0], from: 0, to: 1_440 },
      { kind: 'once', name: 'new year', ...helsinki, from: '2026-12-18T12:00', to: '2027-01-07T08:00' },
      { kind: 'once', name: '2026-12-31', ...helsinki, from: '2026-12-31T00:00', to: '2027-01-01T00:00' },
    ],
  });
  expect(await read({})).toEqual({ value: [] });
});

test('every fault is told, with its place', async () => {
  const windows = [
    { name: 'a', days: ['monday'], from: '8', to: '18:00' },
    { name: 'b', from: '2026-12-18T12:00', to: '2026-12-18T12:00' },
    { name: 'c', days: ['mon'], from: '08:00', to: '08:00' },
    { days: ['mon'], weekly: true },
  ];
  const found = await read({ timeZone: 'Mars/Base', windows, dates: ['2026-02-30'], more: 1 });
  const faults = 'faults' in found ? found.faults.join('\n').replaceAll(`${path()}: `, '') : '';
  for (const fault of [
    'timeZone must be an IANA name',
    'windows.0.days.0 must be some of sun, mon',
    'windows.0.from must be a time of day',
    'windows.1 ends before it begins',
    'windows.2 begins and ends at the same time',
    'windows.3.name ',
    'dates.0 must be a date',
    'more',
  ])
    expect(faults).toContain(fault);
});

test('a worker does not start with a file that is wrong, and reads a good one again for every check', async () => {
  const env = { AIVEN_TOKEN: 'a-token', SWITCHBACK_FREEZE_FILE: path() };
  await writeFile(path(), '{"dates":["soon"]}');
  expect(readWorker(env)).toEqual({
    faults: [`SWITCHBACK_FREEZE_FILE: ${path()}: dates.0 must be a date, such as "2026-12-24"`],
  });
  await writeFile(path(), '{}');
  expect(readWorker(env)).toMatchObject({ value: { readFreezes: expect.any(Function) } });
  const now = freezeReader(path());
  expect(now()).toEqual({ windows: [] });
  await writeFile(path(), '{"dates":["2026-12-24"]}');
  expect(now()).toMatchObject({ windows: [{ name: '2026-12-24' }] });
  await writeFile(path(), '{"dates":');
  expect(now()).toEqual({ problem: expect.stringContaining('not valid JSON') });
  await rm(path());
  expect(now()).toEqual({ problem: expect.stringContaining('ENOENT') });
});
