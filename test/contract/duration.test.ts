import { formatDuration, parseDuration } from '../../src/contract/duration';

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['30s', 30_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['007s', 7_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '10',
  's',
  '1 s',
  ' 1s',
  '1s ',
  '1s\n',
  '-1s',
  '+1s',
  '1.5s',
  '1e3s',
  '1S',
  '1d',
  '1m30s',
  '1min',
  '١s',
  '1234567890s',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [1_000, '1.0 s'],
  [9_440, '9.4 s'],
  [10_000, '10 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_780_000, '1 h 3 min'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([999.7, 9_996, 59_600, 3_599_700])(
  '%d ms is not shown as a full unit of the smaller kind',
  (ms) => {
    expect(formatDuration(ms)).not.toMatch(/^(1000 ms|10\.0 s|60 s|60 min)/);
  },
);

test('the longest duration that can be written still leads to a date', () => {
  const longest = parseDuration('999999999h') ?? Number.NaN;
  expect(() => new Date(Date.now() + longest).toISOString()).not.toThrow();
});
