import type { FreezeWindow } from '../../src/contract/freeze';
import { freezesAt } from '../../src/rules/freeze';

const HELSINKI = 'Europe/Helsinki';

function weekly(days: number[], from: number, to: number, timeZone = HELSINKI): FreezeWindow {
  return { kind: 'weekly', name: 'weekly', timeZone, days, from: from * 60, to: to * 60 };
}

function once(from: string, to: string, timeZone = HELSINKI): FreezeWindow {
  return { kind: 'once', name: 'once', timeZone, from, to };
}

const OFFICE = weekly([1, 2, 3, 4, 5], 8, 18);
const FRIDAY_NIGHT = weekly([5], 22, 6);
const SUNDAY = weekly([0], 0, 24);
/** 03:00 becomes 04:00 in Helsinki on 2026-03-29, at 01:00 UTC; 04:00 becomes 03:00 on 2026-10-25, at 01:00 UTC. */
const THREE = weekly([0], 3, 4);
const NEW_YEAR = once('2026-12-18T12:00', '2027-01-07T08:00');

test.each([
  ['a weekday at eight', OFFICE, '2026-11-23T06:00:00Z', '18:00 Europe/Helsinki'],
  ['a minute before', OFFICE, '2026-11-23T05:59:59Z', undefined],
  ['the last minute', OFFICE, '2026-11-23T15:59:59Z', '18:00 Europe/Helsinki'],
  ['its end', OFFICE, '2026-11-23T16:00:00Z', undefined],
  ['the same hours in summer, by the wall clock', OFFICE, '2026-07-06T05:00:00Z', '18:00 Europe/Helsinki'],
  ['and not by UTC', OFFICE, '2026-07-06T15:30:00Z', undefined],
  ['a weekend', OFFICE, '2026-11-22T09:00:00Z', undefined],
  [
    'the same moment elsewhere',
    { ...OFFICE, timeZone: 'Asia/Tokyo' },
    '2026-11-22T23:30:00Z',
    '18:00 Asia/Tokyo',
  ],
  ['Friday at eleven in the evening', FRIDAY_NIGHT, '2026-11-27T21:00:00Z', '06:00 Europe/Helsinki'],
  ['Saturday at five', FRIDAY_NIGHT, '2026-11-28T03:00:00Z', '06:00 Europe/Helsinki'],
  ['Saturday at six', FRIDAY_NIGHT, '2026-11-28T04:00:00Z', undefined],
  ['Friday at five: that night began on Thursday', FRIDAY_NIGHT, '2026-11-27T03:00:00Z', undefined],
  ['a whole Sunday, at its beginning', SUNDAY, '2026-11-21T22:00:00Z', '00:00 Europe/Helsinki'],
  ['a whole Sunday, at its end', SUNDAY, '2026-11-22T21:59:00Z', '00:00 Europe/Helsinki'],
  ['the Monday after it', SUNDAY, '2026-11-22T22:00:00Z', undefined],
  ['before an hour that daylight saving leaves out', THREE, '2026-03-29T00:59:00Z', undefined],
  ['after it: nothing is frozen on that day', THREE, '2026-03-29T01:00:00Z', undefined],
  ['an hour that comes twice, at first', THREE, '2026-10-25T00:30:00Z', '04:00 Europe/Helsinki'],
  ['and again', THREE, '2026-10-25T01:30:00Z', '04:00 Europe/Helsinki'],
  ['when both are over', THREE, '2026-10-25T02:00:00Z', undefined],
  ['from a day on', NEW_YEAR, '2026-12-18T10:00:00Z', '2027-01-07 08:00 Europe/Helsinki'],
  ['before it', NEW_YEAR, '2026-12-18T09:59:00Z', undefined],
  ['over the end of the year', NEW_YEAR, '2026-12-31T23:30:00Z', '2027-01-07 08:00 Europe/Helsinki'],
  ['until a day', NEW_YEAR, '2027-01-07T06:00:00Z', undefined],
  [
    'a zone of half an hour',
    once('2026-12-24T00:00', '2026-12-25T00:00', 'Asia/Kolkata'),
    '2026-12-23T18:30:00Z',
    '2026-12-25 00:00 Asia/Kolkata',
  ],
] as const)('%s', (_, window, moment, until) => {
  expect(freezesAt([window], moment).map((freeze) => freeze.until)).toEqual(
    until === undefined ? [] : [until],
  );
});

test('all that are on are told', () => {
  expect(freezesAt([OFFICE, SUNDAY, NEW_YEAR], '2026-12-27T10:00:00Z').map(({ name }) => name)).toEqual([
    'weekly',
    'once',
  ]);
});
