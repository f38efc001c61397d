import { MAX_RETRY_AFTER_MS, retryAfterMs, spread } from '../../src/util/retry-after';

const NOW = Date.parse('2026-11-21T10:00:00Z');

test.each<[string, number | undefined]>([
  ['0', 0],
  ['28', 28_000],
  [' 28 ', 28_000],
  ['86400', MAX_RETRY_AFTER_MS],
  ['9'.repeat(400), MAX_RETRY_AFTER_MS],
  ['Sat, 21 Nov 2026 10:01:30 GMT', 90_000],
  ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
  ['Sun, 22 Nov 2026 10:00:00 GMT', MAX_RETRY_AFTER_MS],
  ['Sat, 99 Nov 2026 10:00:00 GMT', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['2026-11-21T10:01:30Z', undefined],
  ['', undefined],
])('the header %j', (header, wait) => {
  expect(retryAfterMs(header, '', NOW)).toBe(wait);
});

test.each<[string, number | undefined]>([
  ['Rate limit 120 exceeded - try again in 28s', 28_000],
  ['please Try again in 28 seconds.', 28_000],
  ['try again in 1 second', 1_000],
  ['try again in 2m', 120_000],
  ['try again in 1m30s', 90_000],
  ['try again in 1 minute and 5 seconds', 65_000],
  ['try again in 2 minutes, 10 secs', 130_000],
  ['try again in 1.5s', 1_500],
  ['try again in 3 hours', MAX_RETRY_AFTER_MS],
  ['try again in 500ms', undefined],
  ['try again in 5 sheep', undefined],
  ['try again in a while', undefined],
  ['An error occurred. Please try again later.', undefined],
  ['', undefined],
])('the text %j', (message, wait) => {
  expect(retryAfterMs(undefined, message, NOW)).toBe(wait);
});

test('the header goes before the text', () => {
  expect(retryAfterMs('3', 'try again in 28s', NOW)).toBe(3_000);
});

test('a wait is spread over a quarter more, and is never shorter than asked', () => {
  expect([0, 0.5, 1].map((random) => spread(28_000, random))).toEqual([28_000, 31_500, 35_000]);
});
