import { formatDuration } from '../../contract/duration';
import { type Content, type Html, html } from './html';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** A part of the page with its heading. */
export function section(id: string, title: string, ...content: Content[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>
`;
}

/** A table that becomes a list of cards where there is no room for columns. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Content[])[],
): Html {
  const cells = (row: readonly Content[]) =>
    row.map((cell, index) => html`<td data-label="${heads[index]}"><div>${cell}</div></td>`);
  return html`<table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody></table>
`;
}

export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** Why there is nothing to see here. */
export function absent(why: string): Html {
  return html`<p class="absent">${why}</p>`;
}

/** `2026-11-23 01:34:52.413` with the whole time for machines; all times of a page are UTC. */
export function moment(iso: string | undefined): Html | undefined {
  return iso === undefined ? undefined : html`<time datetime="${iso}">${plainMoment(iso)}</time>`;
}

/** `01:34:52.413` */
export function clock(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(11, 23)}</time>`;
}

export function plainMoment(iso: string): string {
  return iso.replace('T', ' ').replace(/Z$/, '');
}

export function between(from: string, to: string): string {
  return formatDuration(Math.max(0, Date.parse(to) - Date.parse(from)));
}

/** `12,345` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 row`, `12,345 rows` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
