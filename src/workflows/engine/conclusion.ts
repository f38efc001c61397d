import type { PreflightVerdict } from '../../contract/activities';
import type { Side } from '../../contract/observation';
import type { Outcome } from '../../contract/outcome';
import { describeDisagreement } from '../../contract/proof';
import { contradictionOf } from './findings';
import type { Run } from './run';
import type { RunRecord } from './run-record';
import type { Ending } from './run-state';

/** The end of a run that was to write nothing. */
export function planned({ record }: Run, verdict: PreflightVerdict): Ending {
  if (verdict !== 'go') {
    return ending(
      'planned',
      `Nothing was written, and a run now would write nothing: ${record.seen}.`,
      'There is nothing to switch back.',
    );
  }
  const { toAcknowledge = [], approvalRequired } = record.plan ?? {};
  const needs = [
    ...(toAcknowledge.length > 0 ? [`acknowledge ${toAcknowledge.join(', ')}`] : []),
    ...(approvalRequired ? ['have it approved'] : []),
  ];
  return ending(
    'planned',
    `Nothing was written. A run now would ${wouldDo(record)}: ${record.seen}.`,
    `Start it in mode execute${needs.length > 0 ? `; it needs you to ${needs.join(' and to ')}` : ''}.`,
  );
}

/** For a sentence: what the present move would write. */
function wouldDo({ move, target, requirePair: pair }: RunRecord): string {
  const words = {
    promote: `promote ${pair[target]}`,
    fail: `DESTROY ${pair.primary} and make ${pair.recovery} active`,
    rebuild: `rebuild ${pair.primary} from ${pair.recovery}`,
  };
  return words[move.write];
}

/** The end of a move whose pair has settled, or whose present state a person accepted. */
export function conclude(run: Run, end: Side | 'accepted'): Ending {
  const { record, request } = run;
  const { move, moveName, origin, target, requirePair: pair } = record;
  if (end === 'accepted') return accepted(run);
  if (end === origin && request.mode === 'rehearse') return rehearsed(run);
  if (end === origin && move.undo !== undefined) {
    const { code, outcome } = move.undo;
    throw record.failure(
      code,
      outcome,
      `${pair[origin]} is active again and takes writes; the ${moveName} to ${pair[target]} did not succeed.`,
    );
  }
  return succeed(run);
}

/** A person ended the run with the pair as it is. */
export function accepted({ record }: Run): Ending {
  return ending(
    'accepted',
    `The present state was accepted by a person: ${record.seen}.`,
    'Nothing more is watched. Check that applications write where you expect.',
  );
}

/** The end of a run that did everything but the write. */
export function rehearsed({ record }: Run): Ending {
  const { move, target, measured, requirePair: pair } = record;
  const { proof, doubt } = measured;
  const isDoubtful = proof !== undefined && proof.verdict !== 'proven';
  const [what, whom] = {
    promote: ['promoted', pair[target]],
    fail: ['destroyed', pair.primary],
    rebuild: ['rebuilt', pair.primary],
  }[move.write];
  const would = `${what} ${whom}`;
  return ending(
    'rehearsed',
    `Nothing was ${what}. The run went to its end and would have ${would}: ${record.seen}.${isDoubtful ? ` Not proven now: ${doubt}.` : ''}`,
    isDoubtful
      ? 'Mend what is not proven first: after a promotion the run would wait for it.'
      : 'Start it in mode execute when it is time.',
  );
}

/** The end of a run whose pair is where it was to bring it. */
export function succeed({ record }: Run): Ending {
  const { measured, move, target, origin, requirePair: pair } = record;
  const contradiction = contradictionOf(record);
  const other = record.hadNoEffect
    ? " Somebody else's promotion came first: the one of this run had no effect."
    : '';
  const against =
    contradiction === undefined ? '' : ` This was a switchover if the API is right: ${contradiction}.`;
  const isFailover = move.goal === 'failed-over';
  const roles = isFailover
    ? `${pair[target]} is active and settled; ${pair[origin]} has failed, and what it had is lost.`
    : `${pair[target]} is active and ${pair[origin]} is passive, both settled.`;
  const headline = `${roles}${other}${against}`;
  const outcome = record.mayHaveWritten ? move.done : move.already;
  if (measured.degraded !== undefined && measured.endpoint !== undefined) {
    const who = describeDisagreement(measured.endpoint, target);
    return ending(
      outcome,
      `${headline} Degraded: the Service URI does not lead everybody there yet (${who}).`,
      'Find out why these resolvers still have the old address, and restart what holds sessions on the old side.',
    );
  }
  const wayHome = isFailover
    ? 'leave automation frozen. When the region is back, start a failback'
    : 'unfreeze Terraform and other automation';
  return ending(outcome, headline, `Check that applications write to ${pair[target]}; ${wayHome}.`);
}

function ending(outcome: Outcome, headline: string, next: string): Ending {
  return { outcome, headline, next };
}
