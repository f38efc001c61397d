import type { LiveStatus } from '../client';
import type { Answer } from '../contract/answers';
import { type CheckResult, digest, stops } from '../contract/checks';
import { measuredRows } from '../contract/describe-measured';
import { formatDuration } from '../contract/duration';
import {
  describePair,
  describeService,
  type Pair,
  type PairObservation,
  type Situation,
} from '../contract/observation';
import { outcomes } from '../contract/outcome';
import type { Procedure } from '../contract/procedure';
import type { Plan, SwitchbackReport, TimelineEntry } from '../contract/report';
import { cycleStageOf } from '../rules/cycle';
import type { Terminal } from './terminal';

type Colour = Terminal['colour'];
const LABEL_WIDTH = 13;
const PHASE_WIDTH = 19;

export function timelineLine(entry: TimelineEntry, c: Colour): string {
  const text = entry.event.startsWith('ALARM') ? c.red(c.bold(entry.event)) : entry.event;
  return `${c.dim(clock(entry.at))}  ${c.cyan(entry.phase.padEnd(PHASE_WIDTH))}${text}`;
}

/** What the checks say: every finding, with what to do about it where it stops the run, and a line for the others. */
export function checkLines(checks: readonly CheckResult[], c: Colour): string[] {
  if (checks.length === 0) return [];
  const { passed, notChecked, findings } = digest(checks);
  const indent = ' '.repeat(10);
  return [
    `${indent}${c.green('✓')} ${passed} of ${checks.length} checks pass`,
    ...findings.flatMap((check) => findingLines(check, c)),
    ...(notChecked.length > 0
      ? [c.dim(`${indent}– not checked: ${notChecked.map(({ id }) => id).join(', ')}`)]
      : []),
  ];
}

/** What stops the run, and what to do about each. */
export function stoppingLines(checks: readonly CheckResult[], c: Colour): string[] {
  return checks.filter(stops).flatMap((check) => findingLines(check, c));
}

function findingLines(check: CheckResult, c: Colour): string[] {
  const mark = stops(check) ? c.red('✗') : c.yellow('!');
  const line = `${' '.repeat(10)}${mark} ${check.title} (${check.id})${c.dim(` · ${check.observed}`)}`;
  if (!stops(check)) return [line];
  const indent = ' '.repeat(12);
  return [
    line,
    `${indent}${c.dim('wanted')}  ${check.wanted}`,
    `${indent}${c.dim('do')}      ${check.remedy}`,
  ];
}

/** What a person can tell the run now, as command lines; the first is what most will want. */
export function answerLines(answers: readonly Answer[], c: Colour): string[] {
  const indent = ' '.repeat(10);
  return answers.flatMap(({ does, command }) => [
    `${indent}${c.dim('▸')} ${command}`,
    `${indent}  ${c.dim(does)}`,
  ]);
}

/** The one live line: why the run waits, and what was seen last. */
export function liveLine(status: LiveStatus, now: Date): string | undefined {
  const { waiting, live } = status;
  if (waiting === undefined) return undefined;
  const seen = live === undefined ? waiting.observed : live.observed;
  const since = Date.parse(waiting.since);
  const limit = waiting.until === undefined ? '' : ` of ${formatDuration(Date.parse(waiting.until) - since)}`;
  // What was seen first: a narrow terminal cuts the rest.
  return `… ${wholeSeconds(now.getTime() - since)}${limit} · ${seen} · waiting for ${waiting.for}`;
}

/** Anything finer would only flicker. */
function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}

/** How a run ended: the sentence first, then what to do, then the figures. */
export function reportLines(report: SwitchbackReport, c: Colour): string[] {
  const good = report.code === undefined;
  const title = good
    ? c.green(c.bold(`✔ ${report.outcome}`)) +
      (report.degraded === undefined ? '' : c.yellow(`  degraded: ${report.degraded}`))
    : c.red(c.bold(`✘ ${report.outcome} (${report.code})`));
  const took = formatDuration(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  const { reads, writes } = report.requests;
  const row = (label: string, text: string) => `  ${c.dim(label.padEnd(LABEL_WIDTH))}${text}`;
  return [
    '',
    title,
    row('now', report.headline),
    row('next', report.next),
    ...observedRow(report).map((text) => row('observed', text)),
    ...(report.outcome === 'planned' && report.plan !== undefined
      ? planRows(report.plan).map(([k, v]) => row(k, v))
      : []),
    ...measuredRows(report).map(([label, text]) =>
      row(label, label === 'not proven' ? c.yellow(text) : text),
    ),
    ...(report.evidence === undefined ? [] : [row('evidence', describeEvidence(report.evidence))]),
    ...undeliveredRows(report).map((text) => row('not sent', c.yellow(text))),
    row('took', `${took}, ${reads} reads, ${writes} ${writes === 1 ? 'write' : 'writes'}`),
    row('run', `${report.workflowId} · ${report.runId}`),
  ];
}

/** What was seen last, where the headline has not said it. */
function observedRow({ outcome, observed, headline }: SwitchbackReport): string[] {
  const seen = observed && describePair(observed);
  const isSaid = outcomes[outcome]?.isAtGoal === true || headline.includes(`${seen}`);
  return seen === undefined || isSaid ? [] : [seen];
}

/** Who has not been told what happened. */
function undeliveredRows({ undelivered = [], notifier }: SwitchbackReport): string[] {
  const still = notifier === undefined ? '' : `; still tried for an hour by ${notifier}`;
  return undelivered.map(({ sink, problem }) => `${sink}: ${problem}${still}`);
}

function describeEvidence(evidence: NonNullable<SwitchbackReport['evidence']>): string {
  return 'page' in evidence ? evidence.page : evidence.problem;
}

/** What an approver would read. */
function planRows({
  request,
  fingerprint,
  approvalRequired,
  toAcknowledge,
  destroys,
  loss,
}: Plan): [string, string][] {
  return [
    ...(destroys === undefined
      ? []
      : [['DESTROYS', `${destroys}; lost with it: ${loss}`] satisfies [string, string]]),
    ['would send', `${request.method} ${request.path} ${JSON.stringify(request.body)}`],
    ['fingerprint', fingerprint],
    ['approval', approvalRequired ? 'required' : 'not required'],
    ...(toAcknowledge.length > 0
      ? [['acknowledge', toAcknowledge.join(', ')] satisfies [string, string]]
      : []),
  ];
}

/** Both services as they are now. */
export function pairLines(pair: Pair, observed: PairObservation, situation: Situation, c: Colour): string[] {
  const row = (label: string, text: string) => `  ${c.dim(label.padEnd(LABEL_WIDTH))}${text}`;
  const { stage, procedures } = cycleStageOf(situation, observed);
  return [
    row('primary', describeService(observed.primary)),
    row('recovery', describeService(observed.recovery)),
    row('situation', situation === 'primary-active' ? c.green(situation) : c.yellow(situation)),
    row('dialect', pair.dialect),
    row('stage', stage),
    ...procedures.map((procedure, index) => row(index === 0 ? 'you can' : '', commandOf(procedure, pair))),
  ];
}

/** As a person types it. */
function commandOf(procedure: Procedure, { project, primary }: Pair): string {
  return `switchback ${procedure === 'switchback' ? 'run' : procedure} ${project}/${primary}`;
}

/** `03:12:45` in UTC. */
function clock(iso: string): string {
  return iso.slice(11, 19);
}
