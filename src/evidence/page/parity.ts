import type { Parity } from '../../contract/parity';
import type { SwitchbackReport } from '../../contract/report';
import { type Html, html } from './html';
import { absent, section, table } from './parts';

/** How the two services differ, and what changed while the run went on. */
export function parity({ parity: it }: Pick<SwitchbackReport, 'parity'>): Html {
  const title = 'Parity of the two services';
  if (it === undefined)
    return section('parity', title, absent('The settings of the two services were not compared.'));
  return section(
    'parity',
    title,
    it.problem !== undefined && html`<p class="lead">Not all could be compared: ${it.problem}</p>`,
    differences(it),
    changes(it),
  );
}

function differences({ differences: all }: Parity): Html {
  if (all.length === 0) return html`<p>No setting that was compared differs between the two.</p>`;
  return table(
    'Differences between the two services',
    ['Setting', 'Primary', 'Recovery', 'What to do'],
    all.map(({ field, primary, recovery, remedy }) => [
      html`<code>${field}</code>`,
      primary,
      recovery,
      remedy,
    ]),
  );
}

function changes({ changes: all }: Parity): Html {
  if (all.length === 0) return html`<p>No setting changed between the checks and the end of the run.</p>`;
  return table(
    'Changes between the checks and the end of the run',
    ['Service', 'Setting', 'Before', 'After', 'What to do'],
    all.map(({ service, field, before, after, remedy }) => [
      service,
      html`<code>${field}</code>`,
      before,
      after,
      remedy,
    ]),
  );
}
