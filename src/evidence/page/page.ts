import { procedures } from '../../contract/procedure';
import { version } from '../../version';
import type { EvidenceBundle } from '../bundle';
import { subjectOf } from '../names';
import { checks } from './checks';
import { type Html, html } from './html';
import { parity } from './parity';
import { plainMoment } from './parts';
import { people } from './people';
import { plan } from './plan';
import { endpoint, proof } from './proof';
import { rawEntries } from './raw';
import { pageSeal } from './seal';
import { shell } from './shell';
import { summary } from './summary';
import { timeline } from './timeline';
import { verification } from './verification';
import { writes } from './writes';

const PARTS: readonly [id: string, name: string][] = [
  ['timeline', 'Timeline'],
  ['writes', 'Writes'],
  ['checks', 'Checks'],
  ['plan', 'Write'],
  ['people', 'People'],
  ['proof', 'Proof'],
  ['endpoint', 'Service URI'],
  ['parity', 'Parity'],
  ['raw', 'Raw observations'],
  ['verify', 'Verify'],
];

/**
 * The bundle as one HTML page for people: no script, nothing from elsewhere. Its last line carries the hash of every
 * byte before it.
 */
export async function renderPage(bundle: EvidenceBundle): Promise<Buffer> {
  const body = Buffer.from((await document(bundle)).text);
  return Buffer.concat([body, pageSeal(body)]);
}

async function document(bundle: EvidenceBundle): Promise<Html> {
  const { report, run, chain } = bundle;
  const { project, primary } = subjectOf(bundle);
  const ofReport = report === undefined ? undefined : [await writes(report), checks(report), plan(report)];
  const after = report === undefined ? undefined : [proof(report), endpoint(report), parity(report)];
  const parts = PARTS.filter(
    ([id]) =>
      report !== undefined || !['writes', 'checks', 'plan', 'proof', 'endpoint', 'parity'].includes(id),
  );
  const title = `${procedures[bundle.report?.procedure ?? 'switchback'].title} of ${project}/${primary}, ${plainMoment(run.startedAt)} UTC`;
  const body = html`${summary(bundle)}
<nav aria-label="On this page">${parts.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>
${timeline(bundle)}
${ofReport}
${people(bundle)}
${after}
${rawEntries(bundle)}
${verification(bundle)}
<footer><p>Rendered by switchback ${version} from a bundle of the format ${bundle.format}. All times are UTC.</p></footer>`;
  return shell({ title, head: chain.head, body });
}
