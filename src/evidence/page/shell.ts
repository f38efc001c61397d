import { type Content, type Html, html, raw } from './html';
import { STYLE } from './style';

/** Nothing is loaded and nothing runs, whatever a text in the page tries. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A whole page for people: no script, nothing from elsewhere.
 *
 * @param head the hash of what it was made of.
 */
export function shell({ title, head, body }: { title: Content; head: string; body: Content }): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="switchback-evidence-head" content="${head}">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}
