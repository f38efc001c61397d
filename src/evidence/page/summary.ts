import { legRows } from '../../contract/describe-measured';
import { type ErrorCode, errors } from '../../contract/errors';
import { otherSide } from '../../contract/observation';
import { outcomes } from '../../contract/outcome';
import { moves, procedures } from '../../contract/procedure';
import type { SwitchbackReport } from '../../contract/report';
import type { EvidenceBundle } from '../bundle';
import { subjectOf } from '../names';
import { figures } from './figures';
import { type Content, type Html, html } from './html';
import { badge, between, moment, type Tone } from './parts';
import { NO_REPORT } from './words';

/** The first screen: what happened, to what, for whom, how long, and what is not known. */
export function summary(bundle: EvidenceBundle): Html {
  const { report, run } = bundle;
  const { label, tone } = report === undefined ? NO_REPORT[run.status] : outcomeOf(report);
  const headline = report?.headline ?? NO_REPORT[run.status].headline;
  return html`<header>
<p class="eyebrow">Evidence of a ${procedures[report?.procedure ?? 'switchback'].title.toLowerCase()}</p>
<p class="verdict">${badge(label, tone)}${report?.code !== undefined && html` <code>${report.code}</code>`}</p>
<h1>${headline}</h1>
${route(bundle)}
${facts(bundle)}
${report !== undefined && figures(report)}
${(report?.legs ?? []).flatMap(legRows).map(([what, cost]) => html`<p class="muted"><b>${what}</b>: ${cost}</p>`)}
${report !== undefined && open(report)}
${next(bundle)}
</header>
`;
}

/** A run of another version may have ended in a way that this one does not know. */
function outcomeOf({ outcome }: SwitchbackReport): { label: string; tone: Tone } {
  return Object.hasOwn(outcomes, outcome) ? outcomes[outcome] : { label: outcome, tone: 'quiet' };
}

/** What moved, and where to; or what was only asked for. */
function route(bundle: EvidenceBundle): Html {
  const { project, primary, recovery } = subjectOf(bundle);
  const { outcome, pointOfNoReturn, procedure = 'switchback' } = bundle.report ?? {};
  const services = { primary: primary || 'the primary service', recovery };
  // A drill comes back to where it began; of a failback the way home is what moves the role.
  const [first, last = first] = procedures[procedure].moves;
  const { target, undo, done } = moves[procedure === 'failback' ? last : first];
  const to = html`<b>${services[target]}</b>`;
  const from = html`<b>${services[otherSide(target)]}</b>`;
  const pair = html`${from} <span class="arrow" aria-label="to">→</span> ${to}`;
  const back = html` <span class="arrow" aria-label="and back to">→</span> ${from}`;
  const where = html`<span class="muted"> in project <b>${project || 'not named'}</b></span>`;
  if (outcome === undo?.outcome || outcome === 'drilled')
    return html`<p class="route">The active role moved: ${pair}${back}${where}</p>`;
  if (outcome === done || outcome === 'failed-back')
    return html`<p class="route">The active role moved: ${pair}${where}</p>`;
  if (pointOfNoReturn !== undefined && recovery !== '')
    return html`<p class="route">A move of the active role was begun: ${pair}${where}</p>`;
  if (recovery === '') return html`<p class="route">Asked for: make ${to} active${where}</p>`;
  return html`<p class="route">Asked for: move the active role ${pair}${where}</p>`;
}

function facts({ report, run, input }: EvidenceBundle): Html {
  const given = typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};
  const { mode = 'execute', requestedBy, reason } = given;
  const text = (value: unknown, none: string) =>
    typeof value === 'string' && value !== '' ? value : html`<i>${none}</i>`;
  const end = run.endedAt ?? run.seenUntil ?? run.startedAt;
  const rows: [string, Content][] = [
    ['Asked by', text(report?.requestedBy ?? requestedBy, 'not named')],
    ['Why', text(report?.reason ?? reason, 'no reason was given')],
    ['Run', html`<code>${run.workflowId}</code><br><code>${run.runId}</code>`],
    ['Started', html`${moment(run.startedAt)} UTC`],
    [run.endedAt === undefined ? 'Seen until' : 'Ended', html`${moment(end)} UTC`],
    ['Took', html`${between(run.startedAt, end)}, in mode ${text(mode, 'that is not valid')}`],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** What nobody may take for granted. */
function open({ notProven = [], degraded }: SwitchbackReport): Html {
  return html`${
    degraded === 'endpoint' &&
    html`<div class="note warn"><h2>Degraded</h2><p>The pair is home, but not everybody sees it there yet: some resolver still leads to the old side. See <a href="#endpoint">Service URI</a>.</p></div>`
  }${
    notProven.length > 0 &&
    html`<div class="note warn"><h2>Not proven</h2><ul>${notProven.map((text) => html`<li>${text}</li>`)}</ul></div>`
  }`;
}

function next({ report, run }: EvidenceBundle): Html | undefined {
  if (report !== undefined) return html`<div class="note next"><h2>Next</h2><p>${report.next}</p></div>`;
  if (run.status === 'running') return undefined;
  return html`<div class="note next"><h2>Next</h2><p>${errors['NO_REPORT' satisfies ErrorCode].remedy}</p></div>`;
}
