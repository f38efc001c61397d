import { condition, workflowInfo } from '@temporalio/workflow';
import type { Side } from '../../contract/observation';
import { describeDisagreement, type EndpointReport, type Proof } from '../../contract/proof';
import { watch } from './activity-proxies';
import { Background, reportAfterMs } from './background';
import { Deadline } from './deadline';
import { isAccessLacking } from './findings';
import type { Run } from './run';

/** Reports that a side is unproven before that means something: names and sessions take a while to follow a switch. */
const CALM_REPORTS = 2;

/**
 * Asks PostgreSQL itself whether a side takes writes, the other one follows it, and a row written through the Service
 * URI arrives on both. True as well when no database access is configured, and when there is no use in waiting for it;
 * the report says so.
 *
 * @returns false when it is not proven yet, or when `interrupted` says to stop.
 */
export async function isProven(run: Run, side: Side, interrupted: () => boolean): Promise<boolean> {
  const { record } = run;
  if (record.measured.database === undefined) return true;
  const pair = record.requirePair;
  const { timeline } = record.measured.database;
  const isSwitched = record.move.write !== 'rebuild' && side === record.target && record.mayHaveWritten;
  const proving: Background<Proof> = new Background(() =>
    watch(`ask PostgreSQL whether ${pair[side]} takes writes`).prove({
      pair,
      active: side,
      runId: workflowInfo().runId,
      reportAfterMs: reportAfterMs(record.measured.proofs),
      ...(isSwitched && timeline !== undefined ? { timelineBefore: timeline } : {}),
      ...(isAccessLacking(record) ? { accessLacking: true } : {}),
      ...(record.goalOf(side) === 'failed-over' ? { alone: true } : {}),
    }),
  );
  await condition(() => proving.ended || interrupted());
  proving.stop();
  if (proving.failure !== undefined) throw proving.failure;
  if (proving.result === undefined) return false;
  record.measured.recordProof(proving.result);
  if (proving.result.verdict === 'proven') return true;
  const doubt = `the roles are right, but ${record.measured.doubt}`;
  if (isInVain(run, proving.result)) {
    record.note(`${doubt}; there is no use in waiting for it`);
    return true;
  }
  if (record.measured.proofs > CALM_REPORTS) record.keepAlarm('unproven', doubt);
  else record.note(doubt);
  return false;
}

/**
 * A rehearsal tells what it finds, since there is nothing to wait for. Otherwise only what could not be looked at may
 * stay open, and only where that is no news: our access lacked something before the write, or nothing was written.
 */
function isInVain({ request, record }: Run, { verdict }: Proof): boolean {
  if (request.mode === 'rehearse') return true;
  if (verdict !== 'unproven' || record.measured.proofs <= CALM_REPORTS) return false;
  return !record.mayHaveWritten || isAccessLacking(record);
}

/**
 * Waits, for a while, until every resolver leads to the active side; who does not is in the report.
 *
 * @returns true when that took so long that the pair may have moved meanwhile.
 */
export async function followEndpoint(run: Run, side: Side): Promise<boolean> {
  const { record, request } = run;
  if (record.measured.database === undefined) return false;
  const pair = record.requirePair;
  // What was seen before the pair moved says nothing about now.
  record.measured.endpoint = undefined;
  const deadline = new Deadline(request.endpointTimeoutMs, 'deadline for the Service URI to follow');
  try {
    for (let reports = 0; ; reports += 1) {
      const looking: Background<EndpointReport> = new Background(() =>
        watch('look where the Service URI leads').watchEndpoint({
          pair,
          active: side,
          reportAfterMs: reportAfterMs(reports),
        }),
      );
      // Nothing moves in a rehearsal: one look says it all.
      const isHurried = () =>
        deadline.passed || record.operators.stopRequested || request.mode === 'rehearse';
      const isOver = () => record.measured.endpoint !== undefined && isHurried();
      await condition(() => looking.ended || isOver());
      looking.stop();
      // The pair is home: no measurement may fail the run now.
      if (looking.failure !== undefined) return reports > 0;
      if (looking.result !== undefined) record.measured.endpoint = looking.result;
      const { agreed, notLookedAt } = record.measured.endpoint ?? {};
      if (agreed === true || isOver()) return reports > 0;
      if (notLookedAt !== undefined) {
        record.note(`where the Service URI leads was not looked at: ${notLookedAt}`);
        return reports > 0;
      }
      const observed =
        record.measured.endpoint === undefined ? '' : describeDisagreement(record.measured.endpoint, side);
      if (reports === 0)
        record.note(`degraded: the Service URI does not lead everybody to ${pair[side]} (${observed})`);
      record.waitFor({
        for: 'the Service URI to follow',
        wanted: `every resolver leads to ${pair[side]}`,
        until: deadline.at,
        observed,
      });
    }
  } finally {
    deadline.cancel();
  }
}
