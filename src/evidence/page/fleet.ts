import { formatDuration } from '../../contract/duration';
import { type FleetPair, type FleetReport, fleetOutcomes } from '../../contract/fleet';
import { outcomes } from '../../contract/outcome';
import { version } from '../../version';
import { type Content, type Html, html, raw } from './html';
import {
  absent,
  badge,
  between,
  count,
  counted,
  moment,
  plainMoment,
  section,
  type Tone,
  table,
} from './parts';
import { STYLE } from './style';

/** Nothing is loaded and nothing runs, whatever a text in the report tries. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A figure and its unit stay together, however long the names are. */
const FIGURES = '#pairs td:nth-child(n+3)>div{white-space:nowrap}';

/** The report of a fleet as one HTML page: every pair with its gap and its losses, the worst first. */
export function renderFleetPage(report: FleetReport): string {
  const { counts, procedure, startedAt, outcome, headline, next } = report;
  const title = `${procedure} of ${counted(counts.total, 'pair')}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Fleet: ${title}, ${plainMoment(startedAt)} UTC</title>
<style>${raw(STYLE)}${raw(FIGURES)}</style>
</head>
<body>
<main>
<header>
<p class="verdict">${badge(fleetOutcomes[outcome].label, fleetOutcomes[outcome].tone)}</p>
<h1>${headline}</h1>
<p class="eyebrow">Fleet · ${title} · ${report.workflowId}</p>
${figures(report)}
${facts(report)}
<div class="note next"><h2>Next</h2><p>${next}</p></div>
</header>
<nav aria-label="On this page"><a href="#pairs">Pairs</a> <a href="#waves">Waves</a> <a href="#people">People</a></nav>
${pairs(report)}
${waves(report)}
${people(report)}
<footer><p>Rendered by switchback ${version} from the report of the fleet. Every pair has evidence of its own. All times are UTC.</p></footer>
</main>
</body>
</html>
`.text;
}

function figures({ counts, pairs, worstGapMs, lostRows }: FleetReport): Html {
  const gaps = pairs.flatMap(({ gapMs }) => gapMs ?? []).sort((one, other) => one - other);
  const median = gaps[Math.floor(gaps.length / 2)];
  const bad = counts.failed + counts.stopped + counts.waiting;
  return html`<div class="figures">${[
    figure('Pairs done', `${count(counts.done)} of ${count(counts.total)}`, bad > 0 ? 'bad' : 'good', [
      counts.failed > 0 ? `${count(counts.failed)} failed. ` : '',
      counts.skipped > 0 ? `${count(counts.skipped)} left out. ` : '',
      bad - counts.failed > 0 ? `${count(bad - counts.failed)} not begun, or stopped before a write.` : '',
    ]),
    figure(
      'Worst measured RTO',
      worstGapMs === undefined ? 'not measured' : formatDuration(worstGapMs),
      worstGapMs === undefined ? 'warn' : 'quiet',
      median === undefined
        ? 'No pair was measured: the worker has no database access, or nothing was switched.'
        : `The longest time between two acknowledged writes. Median ${formatDuration(median)}, of ${counted(gaps.length, 'pair')}.`,
    ),
    figure(
      'Measured RPO',
      lostRows === undefined
        ? 'not measured'
        : lostRows === 0
          ? 'no row lost'
          : `${counted(lostRows, 'row')} lost`,
      lostRows === undefined ? 'warn' : lostRows === 0 ? 'good' : 'bad',
      'Acknowledged rows of the write probes that were missing afterwards, of all pairs together.',
    ),
  ]}</div>`;
}

function figure(name: string, value: string, tone: Tone, means: Content): Html {
  return html`<div class="figure ${tone}"><h2>${name}</h2><p class="value">${value}</p><p class="means">${means}</p></div>\n`;
}

function facts(report: FleetReport): Html {
  const rows: [string, Content][] = [
    ['Started', moment(report.startedAt)],
    ['Took', between(report.startedAt, report.endedAt)],
    ['Plan', html`<code>${report.fingerprint ?? 'none'}</code>`],
    ['Mode', report.mode],
    ['Asked for by', report.requestedBy ?? 'not said'],
    ['Reason', report.reason ?? 'not said'],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const TONES: Record<FleetPair['state'], Tone> = {
  done: 'good',
  failed: 'bad',
  stopped: 'warn',
  skipped: 'quiet',
  waiting: 'quiet',
  running: 'warn',
};

function pairs({ pairs: all, waves: names }: FleetReport): Html {
  const heads = ['Pair', 'Came to', 'Gap', 'Lost rows', 'Took', 'Wave'];
  const rows = all.map((one) => [
    one.pair,
    [
      badge(wordOf(one), TONES[one.state]),
      one.note === undefined ? '' : html` <span class="muted">${one.note}</span>`,
    ],
    one.gapMs === undefined ? '–' : formatDuration(one.gapMs),
    one.lostRows === undefined ? '–' : count(one.lostRows),
    one.tookMs === undefined ? '–' : formatDuration(one.tookMs),
    names[one.wave]?.name ?? '',
  ]);
  return section(
    'pairs',
    'Pairs, the worst first',
    all.length === 0
      ? absent('No pair was found out.')
      : table(`${counted(all.length, 'pair')}`, heads, rows),
  );
}

function wordOf({ state, outcome, code, joined }: FleetPair): string {
  const what = code ?? (outcome === undefined ? state : outcomes[outcome].label);
  return joined ? `${what} (joined)` : what;
}

function waves({ waves: all }: FleetReport): Html {
  const rows = all.map(({ name, counts }) => [
    name,
    count(counts.total),
    count(counts.done),
    count(counts.failed),
    count(counts.total - counts.done - counts.failed),
  ]);
  return section(
    'waves',
    'Waves',
    table(counted(all.length, 'wave'), ['Wave', 'Pairs', 'Done', 'Failed', 'Other'], rows),
  );
}

function people({ acts }: FleetReport): Html {
  const rows = acts.map(({ at, act, by, reason, effect }) => [moment(at), act, by, reason, effect]);
  return section(
    'people',
    'People',
    rows.length === 0
      ? absent('Nobody told the fleet anything.')
      : table('What people told the fleet', ['When', 'What', 'Who', 'Why', 'What came of it'], rows),
  );
}
