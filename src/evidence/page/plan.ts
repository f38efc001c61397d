import { describeLag } from '../../contract/lag';
import type { SwitchbackReport } from '../../contract/report';
import { type Html, html } from './html';
import { absent, moment, section, table } from './parts';

/** The one request that changes something, what it was bound to, and how far the passive side was behind before it. */
export function plan({ plan: it, lag, pointOfNoReturn }: SwitchbackReport): Html {
  const title = 'The write';
  if (it === undefined)
    return section('plan', title, absent('The run ended before it was known what to write.'));
  const { method, path, body } = it.request;
  const when =
    pointOfNoReturn === undefined
      ? 'This would have been sent; it was not.'
      : html`This was sent, or was about to be, at ${moment(pointOfNoReturn)} UTC: the point of no return.`;
  return section(
    'plan',
    title,
    html`<p class="lead">${when} It was bound to the fingerprint <code>${it.fingerprint}</code> of the facts below.</p>
<pre>${method} ${path}
${JSON.stringify(body)}</pre>`,
    it.destroys !== undefined &&
      html`<p><b>It destroys ${it.destroys}.</b> Known to be lost with it, right before the write: ${it.loss ?? 'nothing was looked at'}.</p>`,
    lag !== undefined &&
      html`<p><b>Replication lag before the write</b>, at ${moment(lag.at)} UTC: ${describeLag(lag)}.</p>`,
    table(
      'Facts that had to be the same right before the write',
      ['Fact', 'As checked'],
      Object.entries(it.facts).map(([name, value]) => [name, value]),
    ),
  );
}
