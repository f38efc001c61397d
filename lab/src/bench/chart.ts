import { scaleBand, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { type Content, type Html, html } from '../../../dist/evidence/page/html';
import type { Growth, Measurement } from './figure';
import { shareOfGoal } from './verdict';

const WIDTH = 860;
const LABELS = 430;
const RIGHT = 60;
const TOP = 44;
const ROW = 26;
const COLOURS = ['var(--one)', 'var(--two)', 'var(--three)'];
/** A picture on a page cannot see the page's colours; it knows the reader's light or dark itself. */
const STYLE =
  'svg{--ink:#1f2328;--muted:#59636e;--line:#d1d9e0;--good:#1a7f37;--bad:#cf222e;--one:#0969da;--two:#8250df;--three:#bc4c00}@media(prefers-color-scheme:dark){svg{--ink:#f0f6fc;--muted:#9198a1;--line:#3d444d;--good:#3fb950;--bad:#f85149;--one:#4493f8;--two:#ab7df8;--three:#db6d28}}';

/** How far each figure is from its goal: a bar that ends left of the line has met it. */
export function drawGoals(measurements: readonly Measurement[]): string {
  const bars = measurements.flatMap((one) => {
    const share = shareOfGoal(one);
    return share === undefined ? [] : [{ label: one.measured.replaceAll('`', ''), share }];
  });
  const height = TOP + bars.length * ROW + 34;
  const shares = bars.map(({ share }) => share);
  const x = scaleLog()
    .domain([Math.min(0.1, ...shares), Math.max(10, ...shares)])
    .nice()
    .range([LABELS, WIDTH - RIGHT]);
  const y = scaleBand()
    .domain(bars.map((_, index) => String(index)))
    .range([TOP, height - 34])
    .padding(0.3);
  const goal = tenth(x(1));
  const ticks = x.ticks().filter((tick) => Number.isInteger(Math.log10(tick)));
  return svg(
    height,
    'How many times its goal each figure is; left of the line it is met',
    html`<g stroke="var(--line)">${ticks.map((tick) => html`<path d="M${tenth(x(tick))} ${TOP}V${height - 34}"/>`)}</g>
<g text-anchor="middle">${ticks.map((tick) => html`<text x="${tenth(x(tick))}" y="${height - 16}">${tick} ×</text>`)}</g>
${bars.map(({ label, share }, index) => {
  const top = y(String(index)) ?? 0;
  const end = x(share);
  return html`<text x="${LABELS - 10}" y="${tenth(top + y.bandwidth() / 2 + 4)}" text-anchor="end">${label.length > 66 ? `${label.slice(0, 65)}…` : label}</text>
<rect x="${tenth(Math.min(goal, end))}" y="${tenth(top)}" width="${tenth(Math.max(1.5, Math.abs(end - goal)))}" height="${tenth(y.bandwidth())}" rx="2" fill="${share <= 1 ? 'var(--good)' : 'var(--bad)'}"/>
<text x="${tenth(Math.max(end, goal) + 6)}" y="${tenth(top + y.bandwidth() / 2 + 4)}" fill="var(--ink)">${share.toPrecision(2)} ×</text>`;
})}
<path d="M${goal} ${TOP - 6}V${height - 34}" stroke="var(--ink)" stroke-width="1.4"/>`,
  );
}

/** What grows with the number of pairs, each as a multiple of what the smallest fleet took. */
export function drawGrowth(growth: readonly Growth[]): string {
  const [first] = growth;
  if (first === undefined) throw new Error('there is no growth to draw');
  const height = 360;
  const most = Math.max(...growth.map(({ pairs }) => pairs));
  const x = scaleLog()
    .domain([first.pairs, most])
    .range([60, WIDTH - 170]);
  const y = scaleLog()
    .domain([0.7, most / first.pairs])
    .range([height - 40, TOP]);
  const curves = [
    { name: 'wall', of: (one: Growth) => one.seconds / first.seconds },
    { name: 'requests', of: (one: Growth) => one.requests / first.requests },
    { name: 'worker memory', of: (one: Growth) => one.workerMb / first.workerMb },
  ];
  const path = (of: (one: Growth) => number) =>
    line<Growth>()
      .x(({ pairs }) => tenth(x(pairs)))
      .y((one) => tenth(y(of(one))))([...growth]) ?? '';
  const ticks = y.ticks().filter((tick) => Number.isInteger(Math.log10(tick)));
  const linear = path(({ pairs }) => pairs / first.pairs);
  return svg(
    height,
    `Growth with the number of pairs, as multiples of ${first.pairs} pairs; dashed: linear`,
    html`<g stroke="var(--line)">${ticks.map((tick) => html`<path d="M60 ${tenth(y(tick))}H${WIDTH - 170}"/>`)}</g>
<g text-anchor="end">${ticks.map((tick) => html`<text x="52" y="${tenth(y(tick) + 4)}">${tick} ×</text>`)}</g>
<g text-anchor="middle">${growth.map(({ pairs }) => html`<text x="${tenth(x(pairs))}" y="${height - 16}">${pairs}</text>`)}</g>
<path d="${linear}" fill="none" stroke="var(--muted)" stroke-dasharray="4 3"/>
${curves.map(({ name, of }, index) => curve(name, path(of), COLOURS[index], y(of(growth.at(-1) ?? first))))}`,
  );
}

function curve(name: string, path: string, colour: string | undefined, end: number): Content {
  return html`<path d="${path}" fill="none" stroke="${colour ?? ''}" stroke-width="2"/>
<text x="${WIDTH - 160}" y="${tenth(end + 4)}" fill="${colour ?? ''}" font-weight="600">${name}</text>`;
}

function svg(height: number, title: string, content: Html): string {
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="var(--muted)" role="img" aria-label="${title}">
<style>${STYLE}</style>
<text x="0" y="16" font-size="14" font-weight="600" fill="var(--ink)">${title}</text>
${content}
</svg>
`.text;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
