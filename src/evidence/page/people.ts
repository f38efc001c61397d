import type { EvidenceBundle } from '../bundle';
import type { ChainEntry } from '../chain';
import { type Content, type Html, html } from './html';
import { absent, moment, section, table } from './parts';

interface Deed {
  at: string | undefined;
  what: Content;
  by: string;
  reason: string;
  /** What came of it. */
  effect: Content;
  /** The identity that Temporal saw behind it. */
  from: string | undefined;
}

/** Who asked, approved, acknowledged, decided or wanted to stop, and why. */
export function people(bundle: EvidenceBundle): Html {
  const deeds = deedsOf(bundle).sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
  return section(
    'people',
    'Who did what, and why',
    deeds.length === 0
      ? absent('Nobody is named in the run.')
      : table(
          'Everything that a person, or the policy in their stead, asked for or decided; the names are as they were given',
          ['When (UTC)', 'What', 'By', 'Reason', 'Came to'],
          deeds.map(({ at, what, by, reason, effect, from }) => [
            moment(at),
            what,
            html`<span class="who"><b>${by}</b>${from !== undefined && from !== by && html`<br><span class="muted">sent from ${from}</span>`}</span>`,
            reason,
            effect,
          ]),
        ),
  );
}

function deedsOf({ report, entries, run }: EvidenceBundle): Deed[] {
  const asked = entries.find(({ kind }) => kind === 'input');
  const startedFrom = textOf(asked?.data.from);
  const updates = entries.filter(({ kind }) => kind === 'update');
  const cancels = entries.filter(({ kind }) => kind === 'cancel');
  const ends = entries.filter(({ kind }) => kind === 'end' || kind === 'reset');
  const {
    requestedBy = '',
    reason = '',
    approvals = [],
    acknowledgements = [],
    decisions = [],
    abortRequested,
  } = report ?? {};
  return [
    {
      at: run.startedAt,
      what: 'asked for the run',
      by: requestedBy || 'not named',
      reason,
      effect: report?.outcome ?? run.status,
      from: startedFrom,
    },
    ...approvals.map(({ verdict, by, reason: why, at, fingerprint, voidedBy }) => ({
      at,
      what: verdict === 'approved' ? 'approved the plan' : 'rejected the plan',
      by,
      reason: why,
      effect: html`for the state <code>${fingerprint}</code>${voidedBy !== undefined && html`; void, since this moved: ${voidedBy.join('; ')}`}`,
      from: senderOf(updates, verdict === 'approved' ? 'approve' : 'reject', by),
    })),
    ...acknowledgements.map(({ check, by, reason: why }) => {
      const update = updates.find(
        ({ data }) => data.name === 'acknowledge' && fieldOf(data.input, 'check') === check,
      );
      return {
        at: update?.at ?? run.startedAt,
        what: html`acknowledged <code>${check}</code>`,
        by,
        reason: why,
        effect: update === undefined ? 'given with the request' : 'the finding no longer stops the run',
        from: textOf(update?.data.from) ?? startedFrom,
      };
    }),
    ...decisions.map(({ action, by, reason: why, at }) => ({
      at,
      what: html`decided <code>${action}</code>`,
      by: by === 'policy' ? 'the policy onTimeout' : by,
      reason: why,
      effect: report?.outcome ?? '',
      from: senderOf(updates, 'decide', by),
    })),
    ...(abortRequested === undefined
      ? []
      : [
          {
            at: abortRequested.at,
            what: 'asked to abort',
            by: abortRequested.by,
            reason: abortRequested.reason,
            effect: abortRequested.effect,
            from: senderOf(updates, 'abort', abortRequested.by),
          },
        ]),
    ...cancels.map(({ at, data }) => ({
      at,
      what: 'asked Temporal to cancel',
      by: textOf(data.from) ?? 'not named',
      reason: textOf(data.reason) ?? '',
      effect: report?.outcome ?? run.status,
      from: textOf(data.from),
    })),
    ...ends
      .filter(({ data }) => data.from !== undefined)
      .map(({ at, kind, data }) => ({
        at,
        what: kind === 'reset' ? 'reset the run in Temporal' : 'ended the run in Temporal',
        by: textOf(data.from) ?? '',
        reason: [data.reason].flat().map(String).join('; '),
        effect: run.status,
        from: textOf(data.from),
      })),
  ];
}

function senderOf(updates: ChainEntry[], name: string, by: string): string | undefined {
  const update = updates.find(({ data }) => data.name === name && fieldOf(data.input, 'by') === by);
  return textOf(update?.data.from);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
