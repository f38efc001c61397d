import type { Answer } from '../contract/answers';
import type { EventSeverity } from '../contract/events';
import { procedures } from '../contract/procedure';
import { cut } from '../util/text';
import type { FeedEntry } from './event-feed';

/** A message in Slack's terms. */
export interface SlackMessage {
  /** For notifications, and for readers that show no blocks. */
  text: string;
  blocks: Block[];
}

type Text = { type: 'plain_text' | 'mrkdwn'; text: string };
type Block =
  | { type: 'header'; text: Text }
  | { type: 'section'; text?: Text; fields?: Text[] }
  | { type: 'context'; elements: Text[] };

/** Limits of Slack, in characters. */
const [HEADER, SECTION, FIELD, PLAIN] = [150, 3_000, 2_000, 3_500];

const MARKS: Record<EventSeverity, string> = {
  info: ':large_blue_circle:',
  warning: ':large_yellow_circle:',
  critical: ':red_circle:',
};

/** The one message of a run: what is true now, and what a person can do about it. */
export function stateMessage(entry: FeedEntry, link: string | undefined): SlackMessage {
  const { run, state } = entry;
  const { need, end } = state;
  const { headline } = state.event;
  return {
    text: mrkdwn(`${titleOf(entry)}: ${headline}`, PLAIN),
    blocks: [
      { type: 'header', text: plain(titleOf(entry)) },
      { type: 'section', text: text(`${markOf(entry)} *${mrkdwn(headline, SECTION - 50)}*`) },
      { type: 'section', fields: fieldsOf(entry) },
      ...(need === undefined || end !== undefined ? [] : need.answers.map(answerBlock)),
      { type: 'context', elements: [text(`${linked(run.workflowId, link)} · ${date(state.event.at)}`)] },
    ],
  };
}

/** What people are called for: a reply below the message. */
export function callMessage({ run, event }: FeedEntry): SlackMessage {
  const { need, end } = event;
  const said = `${MARKS[event.severity]} *${mrkdwn(`${run.project}/${run.primary}`, HEADER)}*: ${mrkdwn(event.summary, SECTION - 250)}`;
  const then = [
    ...(need === undefined ? [] : [`Waits for ${need.for}${need.until ? ` until ${need.until}` : ''}.`]),
    ...(end === undefined ? [] : [`${end.outcome}: ${end.next}`]),
  ];
  return {
    text: said,
    blocks: [
      { type: 'section', text: text(said) },
      ...then.map((line): Block => ({ type: 'section', text: text(mrkdwn(line, SECTION)) })),
      ...(need?.answers ?? []).map(answerBlock),
    ],
  };
}

function titleOf({ run, state }: FeedEntry): string {
  return `${procedures[run.procedure ?? 'switchback'].title} of ${run.project}/${run.primary}: ${state.end?.outcome ?? state.event.phase}`;
}

/** An event says how bad it is itself; what stands from before counts, too. */
function markOf({ state }: FeedEntry): string {
  if (state.end !== undefined)
    return state.event.severity === 'info' ? ':white_check_mark:' : MARKS[state.event.severity];
  if (state.alarms.length > 0) return MARKS.critical;
  return MARKS[state.need === undefined ? 'info' : 'warning'];
}

function fieldsOf({ run, state }: FeedEntry): Text[] {
  const { need, end, alarms } = state;
  const waits =
    need !== undefined && end === undefined ? `${need.for}${need.until ? ` (until ${need.until})` : ''}` : '';
  const fields: [string, string | undefined][] = [
    ['Phase', state.event.phase],
    ['Situation', state.event.situation],
    ['Primary', run.primary],
    ['Recovery', run.recovery],
    ['Asked by', run.requestedBy],
    ['Why', run.reason],
    ['Alarms', alarms.map(({ message }) => message).join('; ')],
    ['Waits for', waits],
    ['Outcome', end?.outcome],
    ['Next', end?.next],
  ];
  return fields.flatMap(([name, value]) => (value ? [text(`*${name}*\n${mrkdwn(value, FIELD - 50)}`)] : []));
}

function answerBlock({ update, does, command, payload }: Answer): Block {
  const json = JSON.stringify(payload);
  return {
    type: 'section',
    text: text(`*${update}*: ${mrkdwn(does, 500)}\n${code(command, 1_000)}\n${code(json, 1_000)}`),
  };
}

/** Three backquotes would end the block. */
function code(content: string, limit: number): string {
  return `\`\`\`${mrkdwn(content.replaceAll('```', "'''"), limit)}\`\`\``;
}

function linked(name: string, link: string | undefined): string {
  const shown = mrkdwn(name, 300);
  return link === undefined ? shown : `<${escaped(link)}|${shown.replaceAll('|', '¦')}>`;
}

function date(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1_000);
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${at}>`;
}

/** A header takes no markup, so that nothing in it needs to be escaped. */
function plain(content: string): Text {
  return { type: 'plain_text', text: cut(content, HEADER) };
}

function text(content: string): Text {
  return { type: 'mrkdwn', text: content };
}

/** The three characters with which a text could call people, or become a link. */
function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escaped, and within the limit; no escape is cut in two. */
function mrkdwn(content: string, limit: number): string {
  return cut(escaped(content), limit).replace(/&[a-z]*…$/, '…');
}
