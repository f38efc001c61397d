import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import type { ProbeReport } from '../../src/contract/probe';
import type { SwitchbackReport } from '../../src/contract/report';
import { buildBundle, type EvidenceBundle, renderPage, verifyEvidence } from '../../src/evidence';
import { focusOf } from '../../src/evidence/page/chart-window';
import { wordFor } from '../../src/evidence/page/words';
import { useScratchFolder } from '../support/scratch';
import { findChromium, openChromium } from '../ui/chromium';
import {
  after,
  bundleOf,
  measuredRun,
  probeAround,
  RECORDED,
  RUN,
  recorded,
  smallBundle,
  withReport,
} from './fixtures';

const scratch = useScratchFolder();
const text = async (bundle: EvidenceBundle) => (await renderPage(bundle)).toString();
const HOSTILE = `"><script>window.hit=1</script><img src=x onerror="window.hit=1">'&<!-- </style></title>`;

/** The same with another text in every place that holds free text. */
function hostile(bundle: EvidenceBundle): EvidenceBundle {
  const keep =
    /^(\d{4}-\d\d-\d\dT.*|[0-9a-f]{64}|pass|warn|block|unknown|ack|fail|proven|unproven|primary|recovery|approved|rejected|endpoint|switched-back|completed|activity|phase|input|update|child|timer|seal)$/;
  const poison = (value: unknown): unknown => {
    if (typeof value === 'string') return keep.test(value) ? value : HOSTILE;
    if (Array.isArray(value)) return value.map(poison);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poison(inner)]));
  };
  return { ...(poison(bundle) as EvidenceBundle), chain: bundle.chain };
}

test('no text of a run becomes markup, wherever it stands', async () => {
  const page = await text(hostile(measuredRun()));
  expect(page).not.toContain('<script');
  expect(page).not.toContain('<img');
  expect(page.match(/<style>/g)).toHaveLength(1);
  expect(page.match(/<!--/g)).toHaveLength(1);
  expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(30);
});

test('signs that turn the direction of a text are shown and do nothing', async () => {
  const page = await text(withReport('blocked', (it) => ({ ...it, reason: 'a\u202eb\u0000c' })));
  expect(page).toContain('a\\u202eb\\u0000c');
  for (const sign of ['\u202e', '\u0000']) expect(page).not.toContain(sign);
});

test.each([
  [
    'switchover',
    'switched-over',
    /Evidence of a switchover.*moved: <b>pg-demo<\/b>[^.]*<b>pg-demo-recovery<\/b>/s,
  ],
  ['failback', 'failed-back', /Evidence of a failback.*moved: <b>pg-demo-recovery<\/b>[^.]*<b>pg-demo<\/b>/s],
  ['drill', 'drilled', /moved: <b>pg-demo<\/b>[^.]*<b>pg-demo-recovery<\/b>[^.]*<b>pg-demo<\/b>/s],
] as const)('a %s says which way the active role went', async (procedure, outcome, route) => {
  const names = { primary: 'pg-demo', recovery: 'pg-demo-recovery' };
  const page = await text(withReport('proven', (it) => ({ ...it, ...names, procedure, outcome })));
  expect(page).toMatch(route);
});

test('the moves that are behind a run have their cost on the first screen', async () => {
  const { probe } = measuredRun().report ?? {};
  if (probe === undefined) throw new Error('the recording has no probe');
  const leg = {
    move: 'switchover',
    outcome: 'switched-over',
    endedAt: '2026-11-28T00:00:00Z',
    probe,
  } as const;
  const page = await text(
    withReport('proven', (it) => ({ ...it, procedure: 'drill', outcome: 'drilled', legs: [leg] })),
  );
  expect(page).toMatch(/<b>switchover<\/b>: switched-over; writes through the Service URI: /);
});

test('the figures say the measured RTO and RPO, and how they were measured', async () => {
  const page = await text(measuredRun());
  expect(page).toMatch(/Measured RTO<\/h2><p class="value">6\.4 s</);
  expect(page).toMatch(/Measured RPO<\/h2><p class="value">3 rows lost</);
  expect(page).toContain('by a row written 10 times a second through the Service URI');
  expect(page).toContain('Of 400 acknowledged rows, read back after the switch.');
});

const probed = (change: (probe: ReturnType<typeof probeAround>) => SwitchbackReport['probe']) =>
  withReport('switched-back-role', (it) => ({
    ...it,
    probe: change(probeAround(it.pointOfNoReturn ?? '')) as ProbeReport,
  }));
const without =
  (...fields: (keyof ReturnType<typeof probeAround>)[]) =>
  (probe: ReturnType<typeof probeAround>) =>
    Object.fromEntries(
      Object.entries(probe).filter(([name]) => !fields.some((field) => field === name)),
    ) as unknown as SwitchbackReport['probe'];

test.each([
  [
    'no gap',
    (it) => ({ ...without('gap')(it), errors: {} }) as typeof it,
    ['no gap', 'No write failed, and none took a second'],
  ],
  [
    'failed writes before the first acknowledged one',
    without('gap'),
    ['not known', 'Writes failed until the first acknowledged one'],
  ],
  [
    'no end of the gap',
    (it) => ({ ...it, gap: { lastBefore: { row: 1, at: it.startedAt }, ms: 44_000 } }),
    ['over 44 s', 'none came'],
  ],
  [
    'a gap that was not watched all the time',
    (it) => ({ ...it, gap: { ...it.gap, unwatchedMs: 2_400 } as typeof it.gap & object }),
    ['between 4.0 s and 6.4 s'],
  ],
  ['no loss', (it) => ({ ...it, missing: { count: 0, ranges: [] } }), ['no row lost']],
  ['rows that could not be read back', without('missing'), ['not known', 'could not be read back']],
  [
    'nothing acknowledged',
    (it) => ({ ...it, acknowledged: 0, problem: 'password wrong' }),
    ['not measured', 'Password wrong.'],
  ],
] satisfies [string, Parameters<typeof probed>[0], string[]][])(
  '%s is said in the figures',
  async (_, change, words) => {
    const page = await text(probed(change as Parameters<typeof probed>[0]));
    for (const word of words) expect(page).toContain(word);
  },
);

test('a run without a database says what was not measured; one that wrote nothing, that there was nothing to', async () => {
  const home = await text(bundleOf('switched-back-role'));
  expect(home.match(/<p class="value">not measured</g)).toHaveLength(2);
  expect(home).toContain('neither the time without writes nor lost rows are known');
  expect(home).toContain('PostgreSQL was not asked');
  expect(home).not.toContain('<svg');
  const blocked = await text(bundleOf('blocked'));
  expect(blocked.match(/<p class="value">no switch</g)).toHaveLength(2);
});

test('the drawing holds the gap with its length, the promotion, and words for who cannot see it', async () => {
  const page = await text(measuredRun());
  const drawings = page.match(/<svg .*?<\/svg>/gs) ?? [];
  expect(drawings).toHaveLength(2); // for a desk and for a phone
  for (const drawing of drawings) {
    expect(drawing).toContain('>gap 6.4 s</text>');
    expect(drawing).toContain('>promotion</text>');
    expect(drawing).toMatch(/<rect [^>]*fill="var\(--bad\)" fill-opacity="0.14"/);
    expect(drawing).not.toMatch(/href|<style|url\((?!#)/);
  }
  const { lastBefore, firstAfter } = measuredRun().report?.probe?.gap ?? {};
  const [from, to] = [lastBefore, firstAfter].map((row) => row?.at.slice(11, 23));
  expect(page).toMatch(/role="img" aria-label="[^"]*No write was acknowledged for 6\.4 s from /);
  expect(page).toContain(`for 6.4 s from ${from} to ${to}.`);
  const calm = await text(probed(without('gap')));
  expect(calm).not.toMatch(/>gap [\d.]+ s<\/text>/);
});

test('the same bundle gives the same page, also after other pages were drawn', async () => {
  const first = await renderPage(measuredRun());
  await renderPage(probed(without('gap')));
  expect((await renderPage(measuredRun())).equals(first)).toBe(true);
});

test('a gap of seconds in a long measurement gets a drawing of its own, and a short measurement does not', () => {
  const promotion = '2026-11-23T01:34:53.000Z';
  const long = probeAround(promotion, { beforeMs: 60_000, afterMs: 1_800_000 });
  const focus = focusOf(long, promotion);
  expect(focus).toEqual({ from: Date.parse(promotion) - 11_400, to: Date.parse(promotion) + 19_000 });
  expect(focusOf(probeAround(promotion), promotion)).toBeUndefined();
  expect(focusOf({ ...long, gap: undefined } as unknown as typeof long, undefined)).toBeUndefined();
  expect(focusOf(long, after(promotion, 86_400_000))).toBeDefined();
});

test('who asked, approved, acknowledged and decided is named with the reason, and where it was sent from', async () => {
  const approved = await text(bundleOf('approved'));
  const people = approved.slice(approved.indexOf('id="people"'), approved.indexOf('id="proof"'));
  for (const word of [
    'ops@example.com',
    'lead@example.com',
    'INC-123',
    'approved the plan',
    bundleOf('approved').report?.plan?.fingerprint ?? 'no fingerprint',
    'sent from recorder',
  ]) {
    expect(people).toContain(word);
  }
  const returned = await text(bundleOf('returned-to-recovery'));
  expect(returned).toContain('the policy onTimeout');
  const late = await text(bundleOf('cancelled-late-and-accepted'));
  expect(late).toContain('asked Temporal to cancel');
});

test('a way to end that this version does not know is shown as it is called', async () => {
  const page = await text(
    withReport('blocked', (it) => ({ ...it, outcome: 'teleported' }) as unknown as SwitchbackReport),
  );
  expect(page).toContain('<span class="badge quiet">teleported</span>');
});

test('the page of a run without a report tells what the history knows', async () => {
  const page = await text(smallBundle());
  expect(page).toContain('The run is still going on');
  const { events = [] } = recorded('approved');
  const cut = buildBundle({ events: events?.slice(0, 20) ?? [] }, RUN);
  expect(await text(cut)).toContain('<span class="phase">preflight</span>');
});

test.each([
  ['25006', 'read-only: the server is a standby'],
  ['57P01', 'session ended by an administrator'],
  ['ECONNREFUSED', 'nothing listens at the address'],
  ['53999', 'insufficient resources'],
  ['constructor', 'see the list of PostgreSQL error codes'],
])('the word for %s is "%s"', (code, word) => expect(wordFor(code)).toBe(word));

const executable = findChromium();
const describeWithChromium = executable === undefined ? describe.skip : describe;

describeWithChromium(`in a browser${executable ? '' : ' (no Chromium here: set CHROMIUM_PATH)'}`, () => {
  let browser: BrowserContext;
  beforeAll(async () => {
    browser = await openChromium(executable ?? '', join(scratch(), 'profile'));
  });
  afterAll(() => browser?.close());

  /** Opens a page from a file, as somebody would who got it by mail; everything else is blocked, and noted. */
  async function open(
    bundle: EvidenceBundle,
    name: string,
  ): Promise<{ page: Page; troubles: string[]; file: Buffer }> {
    const path = join(scratch(), `${name}.html`);
    const file = await renderPage(bundle);
    await writeFile(path, file);
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on(
      'request',
      (request) => request.url() === pathToFileURL(path).href || troubles.push(request.url()),
    );
    await page.goto(pathToFileURL(path).href);
    return { page, troubles, file };
  }

  const kinds: [string, () => EvidenceBundle][] = [
    ['measured', measuredRun],
    ['hostile', () => hostile(measuredRun())],
    ['unfinished', smallBundle],
    ...RECORDED.map((name): [string, () => EvidenceBundle] => [name, () => bundleOf(name)]),
  ];

  test.each(kinds)(
    '%s: fits a phone, a desk and paper, asks for nothing and says nothing to the console',
    async (name, make) => {
      const { page, troubles, file } = await open(make(), name);
      for (const [width, media] of [
        [360, 'screen'],
        [760, 'screen'],
        [1400, 'screen'],
        [680, 'print'],
      ] as const) {
        await page.emulateMedia({ media });
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect({ width, wide }).toEqual({ width, wide: width });
      }
      expect(troubles).toEqual([]);
      expect(await page.evaluate('window.hit')).toBeUndefined();
      expect(verifyEvidence(file).holds).toBe(true);
      await page.close();
    },
  );

  test('the first screen of a desk shows outcome, figures and who asked; exactly one drawing is to be seen', async () => {
    const { page } = await open(measuredRun(), 'first-screen');
    await page.emulateMedia({ media: 'screen' });
    for (const width of [360, 1400]) {
      await page.setViewportSize({ width, height: 1_000 });
      await expect(page.locator('svg:visible').count()).resolves.toBe(1);
    }
    for (const words of ['Measured RTO', 'Measured RPO', 'Asked by', 'Not proven']) {
      const box = await page.getByText(words, { exact: true }).first().boundingBox();
      expect(box?.y).toBeLessThan(1_000);
    }
    await page.close();
  });

  test('text can be read in light and in dark: what is written differs from what is behind it', async () => {
    const { page } = await open(measuredRun(), 'colours');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ media: 'screen', colorScheme });
      const lowest = await page.evaluate(CONTRAST);
      expect({ colorScheme, isReadable: (lowest as number) >= 4.5 }).toEqual({
        colorScheme,
        isReadable: true,
      });
    }
    await page.close();
  });

  test('every table has a caption, every picture words, and headings follow each other', async () => {
    const { page } = await open(measuredRun(), 'access');
    expect(
      await page.evaluate('[...document.querySelectorAll("table")].every((it) => it.caption?.textContent)'),
    ).toBe(true);
    expect(await page.locator('[role=img]:not([aria-label])').count()).toBe(0);
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('script, link, iframe, object').count()).toBe(0);
    await page.close();
  });
});

/** The lowest contrast by WCAG between a text and its background, over all text on the page. */
const CONTRAST = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (it) => { for (let e = it; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const texts = [...document.querySelectorAll('body *')].filter((it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '') && it.getClientRects().length > 0);
  return Math.min(...texts.map((it) => {
    const style = getComputedStyle(it);
    const [a, b] = [light(channels(it instanceof SVGElement ? style.fill : style.color)), light(behind(it))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
})()`;
