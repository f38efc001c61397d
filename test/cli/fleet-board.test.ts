import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { boardLines } from '../../src/cli/fleet/board';
import { fleetReportLines } from '../../src/cli/fleet/report';
import { fleetDetails } from '../../src/workflows/fleet/fleet-details';
import { reportOf, statusOf } from './fleet-status';

const NOW = new Date('2026-11-28T01:02:00.000Z');
const COLOUR = pc.createColors(true);
const shown = (...args: Parameters<typeof statusOf>) =>
  boardLines(statusOf(...args), 'switchback', 24, NOW, COLOUR).map(stripVTControlCharacters);

test.each([
  ['six pairs', 2, 3, 0],
  ['six pairs, some failed', 2, 3, 3],
  ['a thousand pairs in two hundred waves', 200, 5, 0],
  ['a thousand pairs, hundreds of them failed', 200, 5, 300],
  ['five thousand pairs in one wave', 1, 5_000, 0],
])('the board fits a terminal of 80 by 24: %s', (_, waves, size, failed) => {
  const lines = shown(waves, size, failed);
  expect(lines.length).toBeLessThan(24);
  for (const line of lines) expect(line.length).toBeLessThan(80);
  expect(lines[0]).toBe(`Switchback of ${waves * size} pairs · fleet.switchback · plan 0f3a1c9b77d2`);
});

test('it has a line a wave, then the pairs that need somebody, then what to type', () => {
  const lines = shown(4, 10, 3);
  expect(lines.filter((line) => /^[✓✗▸ ] a-tag-with-a-lo… /.test(line))).toHaveLength(4);
  expect(lines[5]).toMatch(/^✗ a-tag-with-a-lo… █+▚+ +7\/10 {2}3 failed$/);
  expect(lines.filter((line) => /^✗ my-rather/.test(line))).toHaveLength(3);
  expect(lines.slice(-2)).toEqual([
    '▸ switchback fleet approve switchback --fingerprint 0f3a1c9b77d2 \\',
    '    --by you@example.com --reason INC-123',
  ]);
  expect(lines[2]).toBe('42.5/min · 1 min 35 s to go · 2 min so far · worst gap 5.0 s · 0 rows lost');
});

test('one failure among thousands is seen in the bar', () => {
  expect(shown(2, 2_500, 1)[1]).toContain('▚');
});

test('Current Details stay readable at a thousand pairs', () => {
  const text = fleetDetails(statusOf(200, 5, 300));
  expect(text.split('\n').length).toBeLessThan(60);
  expect(text.length).toBeLessThan(10_000);
  expect(text).toContain('**200 of 1000 done · 500 waiting · 300 failed**');
  expect(text).toContain('- and 280 more');
});

test('the report has the outcome first, then what to do, and at most ten pairs', () => {
  const pairs = Array.from({ length: 30 }, (_, n) => ({
    pair: `p/pg-${n}`,
    wave: 0,
    state: 'failed' as const,
  }));
  const lines = fleetReportLines(reportOf(pairs), COLOUR).map(stripVTControlCharacters);
  expect(lines[1]).toBe('✘ incomplete (FLEET_INCOMPLETE)');
  expect(lines[3]).toBe('  next         Mend what the report names.');
  expect(lines.filter((line) => line.startsWith('  failed'))).toHaveLength(10);
  expect(lines).toContain('               and 20 more');
});
