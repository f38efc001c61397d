import type { EndpointReport, Proof, ResolverView } from '../../contract/proof';
import type { SwitchbackReport } from '../../contract/report';
import { type Content, type Html, html } from './html';
import { absent, badge, counted, moment, section, type Tone, table } from './parts';

const VERDICTS: Readonly<Record<Proof['verdict'], { text: string; tone: Tone }>> = {
  proven: { text: 'PostgreSQL itself confirms every step.', tone: 'good' },
  refuted: { text: 'PostgreSQL says otherwise: at least one step was seen not to hold.', tone: 'bad' },
  unproven: { text: 'At least one step could not be looked at.', tone: 'warn' },
};

const STEPS: Readonly<Record<Proof['steps'][number]['verdict'], Tone>> = {
  pass: 'good',
  fail: 'bad',
  unknown: 'warn',
};

/** What PostgreSQL said after the switch. */
export function proof({ proof: it }: Pick<SwitchbackReport, 'proof'>): Html {
  if (it === undefined)
    return section(
      'proof',
      'Proof by PostgreSQL',
      absent('PostgreSQL was not asked: what is said about roles is what the Aiven API said.'),
    );
  const { text, tone } = VERDICTS[it.verdict];
  return section(
    'proof',
    'Proof by PostgreSQL',
    html`<p class="lead">${badge(it.verdict, tone)} ${text}</p>`,
    table(
      'What was asked of PostgreSQL',
      ['Result', 'Step', 'Observed', 'At (UTC)'],
      it.steps.map(({ id, title, verdict, observed, at }) => [
        badge(verdict, STEPS[verdict]),
        html`${title}<br><code>${id}</code>`,
        observed,
        moment(at),
      ]),
    ),
  );
}

/** Where the Service URI leads, as each resolver has it. */
export function endpoint({ endpoint: it }: Pick<SwitchbackReport, 'endpoint'>): Html {
  if (it === undefined)
    return section(
      'endpoint',
      'Service URI',
      absent('Nobody looked where the name of the Service URI leads.'),
    );
  return section(
    'endpoint',
    'Service URI',
    html`<p class="lead">${agreement(it)} <code>${it.name}</code> at ${moment(it.at)} UTC. ${meaning(it)} ${sessions(it)}</p>`,
    table(
      'Where each resolver leads',
      ['Resolver', 'Address', 'Leads to', 'Observed'],
      it.resolvers.flatMap(resolverRows),
    ),
  );
}

function agreement({ agreed, notLookedAt }: EndpointReport): Html {
  if (agreed) return badge('agreed', 'good');
  return badge(notLookedAt === undefined ? 'not agreed' : 'not looked at', 'warn');
}

function meaning({ agreed, notLookedAt }: EndpointReport): string {
  if (agreed) return 'Every resolver leads to the active side.';
  return notLookedAt === undefined
    ? 'Some resolver leads elsewhere: clients that use it do not reach the active side.'
    : `The worker's own access was refused: ${notLookedAt}.`;
}

function sessions({ sessionsOnOldSide }: EndpointReport): string {
  if (sessionsOnOldSide === undefined) return 'Open sessions on the old side could not be counted.';
  return sessionsOnOldSide === 0
    ? 'No client session is left on the old side.'
    : `${counted(sessionsOnOldSide, 'client session')} still open on the side that is passive now.`;
}

function resolverRows({ resolver, addresses, problem }: ResolverView): Content[][] {
  if (problem !== undefined) return [[resolver, '', badge('not resolved', 'warn'), problem]];
  return addresses.map(({ address, lands, writable, observed }) => {
    const tone: Tone = lands === 'primary' || lands === 'recovery' ? (writable ? 'good' : 'warn') : 'bad';
    return [
      resolver,
      html`<code>${address}</code>`,
      badge(`${lands}, ${writable ? 'writable' : 'not writable'}`, tone),
      observed,
    ];
  });
}
