import type { EvidenceBundle } from '../bundle';
import type { ChainEntry } from '../chain';
import { type Html, html } from './html';
import { counted, moment, section } from './parts';

/** Every entry of the bundle as it is, folded away. */
export function rawEntries({ entries }: EvidenceBundle): Html {
  return section(
    'raw',
    'Raw observations',
    html`<p class="lead">${counted(entries.length, 'entry', 'entries')} from Temporal’s history, in order of time. Open one to see what was asked and what came back.</p>
${entries.map(entry)}`,
  );
}

function entry({ n, at, kind, title, data, previous, hash }: ChainEntry): Html {
  return html`<details><summary><span class="n">${n}</span> <span class="when">${moment(at)}</span> <span class="kind">${kind}</span> <span class="title">${title}</span></summary>
<pre>${pretty(data)}</pre><p class="hashes"><span>hash</span> <code>${hash}</code><br><span>after</span> <code>${previous}</code></p></details>
`;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
