/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: HTML as it is, everything else escaped, and nothing for what is not there. */
export type Content = Html | string | number | false | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Signs that no page may hold, and those that turn the direction of what follows: a reason could look like another one. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The tag of a template whose values are escaped. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(strings.map((text, index) => text + render(values[index])).join(''));
}

/** HTML that was made elsewhere, such as a drawing. */
export function raw(text: string): Html {
  return new Html(text);
}

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(render).join('');
  return escaped(String(content));
}

function escaped(text: string): string {
  return text
    .replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
