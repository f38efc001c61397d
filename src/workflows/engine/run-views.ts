import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { type Answer, answersTo } from '../../contract/answers';
import { messageOf } from '../../contract/briefly';
import { outcomes } from '../../contract/outcome';
import type { SwitchbackReport } from '../../contract/report';
import type { SwitchbackStatus } from '../../contract/status';
import { notProven } from '../../rules/not-proven';
import { parityOf } from '../../rules/parity';
import { compact, nonEmpty } from '../../util/compact';
import { now } from '../../util/now';
import { fitting, fittingTimeline } from './budget';
import { pendingAcknowledgements } from './findings';
import type { Ending, RunState } from './run-state';

/** The answer of the query `status`. */
export function statusOf(record: RunState): SwitchbackStatus {
  const { request, ending } = record;
  return {
    phase: record.phase,
    headline: record.headline,
    project: request.project,
    primary: request.service,
    timeline: fittingTimeline(record.timeline),
    ...facts(record),
    ...compact({
      waiting: record.waiting,
      answers: nonEmpty(answersOf(record)),
      outcome: ending?.outcome,
      next: ending?.next,
    }),
  };
}

/** The report of a run that has ended so. */
export function reportOf(record: RunState, ending: Ending): SwitchbackReport {
  const { workflowId, runId, startTime } = workflowInfo();
  const { code, outcome, headline, next } = ending;
  const { request, measured } = record;
  return {
    outcome,
    ...compact({ code, degraded: outcomes[outcome].isAtGoal ? measured.degraded : undefined }),
    headline,
    next,
    project: request.project,
    primary: request.service,
    ...facts(record),
    ...atTheEnd(record, ending),
    timeline: fittingTimeline(record.timeline),
    requests: { ...record.requests },
    workflowId,
    runId,
    startedAt: startTime.toISOString(),
    endedAt: now(),
  };
}

/** What a person can tell the run now. */
export function answersOf(record: RunState): Answer[] {
  if (record.hasEnded) return [];
  const { request, phase, plan, mayHaveWritten } = record;
  return answersTo({
    project: request.project,
    primary: request.service,
    asksBeforeWrite: phase === 'approval',
    decidable: record.standingAlarms.length > 0 && (mayHaveWritten || phase === 'needs-operator'),
    // A plan is over in a moment, and the command would meet the run that it is a plan of.
    stoppable: !record.isPastPointOfNoReturn && request.mode !== 'plan',
    ...compact({
      undo: mayHaveWritten && record.mayReturn ? record.move.undo?.action : undefined,
      plan: plan && {
        fingerprint: plan.fingerprint,
        toAcknowledge: pendingAcknowledgements(record),
        ...compact({ destroys: plan.destroys }),
        approvalRequired: plan.approvalRequired && !record.operators.hasApproved(plan.fingerprint),
      },
    }),
  });
}

/** The failure that ends a run: its message a sentence, its type the code, its first detail the report. */
export function failureWith(report: SwitchbackReport): ApplicationFailure {
  const { code } = report;
  return ApplicationFailure.nonRetryable(messageOf(`${code}`, report), code, report);
}

/** Fields that status and report share, without the empty ones: a tool may show an empty list as null. */
function facts(record: RunState) {
  const { request, pair, measured, operators } = record;
  return compact({
    procedure: request.procedure === 'switchback' ? undefined : request.procedure,
    legs: nonEmpty(record.legs.map((leg) => ({ ...leg }))),
    recovery: pair?.recovery ?? request.recovery,
    dialect: pair?.dialect,
    situation: record.situation,
    observed: record.observed,
    pointOfNoReturn: record.pointOfNoReturn,
    checks: nonEmpty(record.checks),
    alarms: nonEmpty(fitting(record.alarms).map((alarm) => ({ ...alarm }))),
    decisions: nonEmpty(fitting(operators.decisions)),
    plan: record.plan,
    approvals: nonEmpty(fitting(operators.approvals).map((approval) => ({ ...approval }))),
    acknowledgements: nonEmpty([...operators.acknowledgements]),
    abortRequested: operators.abortRequested,
    cancelRequestedAt: operators.cancelRequestedAt,
    requestedBy: request.requestedBy || undefined,
    reason: request.reason || undefined,
    lag: measured.lag,
    probe: measured.probe,
    proof: measured.proof,
    endpoint: measured.endpoint,
    oldSessions: measured.oldSessions,
  });
}

/** What only the end tells: how the services differ, and what nobody measured or proved. */
function atTheEnd({ request, pair, measured, isPastPointOfNoReturn: wrote }: RunState, { outcome }: Ending) {
  const { settingsBefore, settingsAfter, database, probe, proof, endpoint } = measured;
  const name = `${request.project}/${request.service}`;
  const speaksOfIt = wrote || proof !== undefined || outcomes[outcome].isAtGoal || outcome === 'accepted';
  const access = { hasAccess: database !== undefined, wrote };
  return compact({
    parity: pair === undefined ? undefined : parityOf(settingsBefore, settingsAfter, pair),
    notProven: speaksOfIt ? nonEmpty(notProven({ name, ...access, probe, proof, endpoint })) : undefined,
  });
}
