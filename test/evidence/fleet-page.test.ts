import { renderFleetPage } from '../../src/evidence';
import { reportOf } from '../cli/fleet-status';

const page = renderFleetPage(
  reportOf(
    [
      {
        pair: 'p/pg-3',
        wave: 0,
        state: 'failed',
        outcome: 'given-up',
        code: 'GIVEN_UP',
        note: 'In <i>your</i> hands.',
      },
      {
        pair: 'p/pg-2',
        wave: 0,
        state: 'done',
        outcome: 'switched-back',
        gapMs: 6_200,
        lostRows: 2,
        tookMs: 9_000,
      },
      {
        pair: 'p/pg-1',
        wave: 0,
        state: 'done',
        outcome: 'switched-back',
        gapMs: 4_100,
        lostRows: 0,
        joined: true,
      },
    ],
    { worstGapMs: 6_200, lostRows: 2 },
  ),
);
/** Without tags. */
const text = page
  .replace(/<style>.*<\/style>/s, '')
  .replace(/<[^>]*>/g, ' ')
  .replace(/\s+/g, ' ');

test('has every pair with its gap and its losses, in the order of the report', () => {
  const order = ['p/pg-3', 'p/pg-2', 'p/pg-1'].map((pair) => text.indexOf(pair));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(text).toMatch(/p\/pg-2 Switched back 6\.2 s 2 9\.0 s canary/);
  expect(text).toMatch(/p\/pg-1 Switched back \(joined\) 4\.1 s 0 – canary/);
});

test('says first how it ended, the worst gap and what was lost', () => {
  expect(text).toContain('Not all pairs are where they should be');
  expect(text).toMatch(/Pairs done 2 of 3 1 failed\./);
  expect(text).toContain('Worst measured RTO 6.2 s');
  expect(text).toContain('Measured RPO 2 rows lost');
});

test('says that nothing was measured, where nothing was', () => {
  const bare = renderFleetPage(
    reportOf([{ pair: 'p/pg-1', wave: 0, state: 'done', outcome: 'switched-back' }]),
  );
  expect(bare).toContain('not measured');
  expect(bare).not.toContain('no row lost');
});

test('texts of others are text, and nothing is loaded', () => {
  expect(page).toContain('&lt;b&gt;sre&lt;/b&gt;');
  expect(page).toContain('In &lt;i&gt;your&lt;/i&gt; hands.');
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|https?:\/\//);
});
