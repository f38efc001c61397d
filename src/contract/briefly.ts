import { cut } from '../util/text';
/** Characters of what a failure says on top, its code included. */
export const MESSAGE_LIMIT = 300;
/** What to do next has at least this many of them. */
const NEXT_LIMIT = 140;
const SENTENCE_END = /(?<=[.!?])\s+(?=[\p{Lu}"'`{[(])/u;

/** What a failure says on top. */
export interface Brief {
  /** What is true, and why. */
  headline: string;
  /** What to do. */
  next: string;
}

/**
 * What somebody reads at 3 a.m.: what is true, why, and what to do next, always with the name of the service, in at most
 * three sentences and {@link MESSAGE_LIMIT} characters as `CODE: HEADLINE Next: NEXT`. What is cut is marked with `…`;
 * the whole of it is in the report.
 */
export function briefly(code: string, service: string, { headline, next }: Brief): Brief {
  const [first = '', second = ''] = headline.split(SENTENCE_END);
  const told = `${first.includes(service) ? '' : `${service}: `}${first} ${second}`.trim();
  const [todo = ''] = next.split(SENTENCE_END);
  const room = MESSAGE_LIMIT - messageOf(code, { headline: '', next: '' }).length;
  const cutNext = cutAtSpace(todo, Math.max(NEXT_LIMIT, room - told.length));
  return { headline: cutAtSpace(told, room - cutNext.length), next: cutNext };
}

/** As the failure of a run says it. */
export function messageOf(code: string, { headline, next }: Brief): string {
  return `${code}: ${headline} Next: ${next}`;
}

/** At a space where there is one near the end. */
function cutAtSpace(text: string, limit: number): string {
  const kept = cut(text, limit);
  const space = kept.lastIndexOf(' ');
  return kept === text || space <= limit * 0.7 ? kept : `${kept.slice(0, space)}…`;
}
