// What the package offers to a program: nothing more than it needs to start, watch and steer switchbacks. The list with
// its types is docs/client.api.md; `npm run docs` makes it, and fails when a public type speaks of one that is not here.
export type { CatchUpProgress, Counted, Progress, WatchProgress } from '../contract/activities';
export type { Alarm, AlarmCause, alarms } from '../contract/alarm';
export type { Answer } from '../contract/answers';
export type {
  Acknowledged,
  Acknowledgement,
  CheckId,
  CheckResult,
  checkSeverities,
  Severity,
  Verdict,
} from '../contract/checks';
export { type ErrorCode, errors, SwitchbackError } from '../contract/errors';
export type {
  EventSeverity,
  EventType,
  eventTypes,
  PersonNeeded,
  RunEnd,
  RunEvent,
  RunEvents,
  RunIdentity,
} from '../contract/events';
export { FleetFailedError, SwitchbackFailedError } from '../contract/failed-error';
export {
  type FleetAct,
  type FleetAnswer,
  type FleetCounts,
  type FleetFacts,
  type FleetNeed,
  type FleetOutcome,
  type FleetPace,
  type FleetPair,
  type FleetPhase,
  type FleetReport,
  type FleetStatus,
  type FleetWaveStatus,
  fleetIdOf,
  fleetOutcomes,
  fleetPhases,
  type PairResult,
  type PairState,
} from '../contract/fleet';
export {
  type FleetBudget,
  type FleetInput,
  type FleetProcedure,
  type FleetRunOptions,
  type FleetSelector,
  type FleetWaves,
  fleetProcedures,
} from '../contract/fleet-input';
export type { FleetApproveInput, FleetPairsInput } from '../contract/fleet-messages';
export type { Mode, OnTimeout, SwitchbackInput } from '../contract/input';
export type { Lag, LagSample } from '../contract/lag';
export {
  type ApproveInput,
  type Attached,
  type DecideInput,
  type NamedReason,
  updateNames,
} from '../contract/messages';
export type { UndeliveredNotifications } from '../contract/notifications';
export type {
  Dialect,
  Goal,
  NodeProgress,
  Pair,
  PairObservation,
  ReadService,
  Role,
  ServiceObservation,
  ServiceState,
  Side,
  Situation,
  UnreadService,
} from '../contract/observation';
export { type Outcome, type OutcomeRow, outcomes } from '../contract/outcome';
export type { Parity, ParityChange, ParityDifference } from '../contract/parity';
export { type Phase, type PhaseRow, phases } from '../contract/phase';
export type { Latency, ProbeReport, ProbeSeries, Range, RowSet, WriteGap } from '../contract/probe';
export {
  type Move,
  type MoveRow,
  moves,
  type Procedure,
  type ProcedureRow,
  procedures,
  type UndoRow,
} from '../contract/procedure';
export type {
  DrillInput,
  FailbackInput,
  FailoverInput,
  ProcedureInput,
  SwitchoverInput,
} from '../contract/procedure-input';
export type {
  EndpointReport,
  Landing,
  OldSession,
  OldSessions,
  Proof,
  ProofStep,
  ProofStepId,
  ResolverView,
} from '../contract/proof';
export type {
  AbortRequest,
  Approval,
  Decision,
  KeptEvidence,
  Leg,
  Plan,
  RequestCounts,
  RunFacts,
  SwitchbackReport,
  TimelineEntry,
} from '../contract/report';
export type { SwitchbackStatus, Waiting } from '../contract/status';
export type { TrendRun } from '../contract/trend';
export {
  type ScheduleMode,
  scheduleIdOf,
  TASK_QUEUE,
  WORKFLOW_TYPE,
  workflowIdOf,
} from '../contract/workflow-id';
export type { CycleStage } from '../rules/cycle';
export { FleetClient, type FleetStartOptions, type FleetWatchOptions, type StartedFleet } from './fleets';
export type { PastRun } from './last-runs';
export type { ListFilter, LiveStatus, RunSummary, WatchOptions } from './runs';
export {
  type DrillSchedule,
  type DrillScheduleName,
  type DrillTimes,
  faultsOfSchedule,
  type ScheduledDrillInput,
} from './schedules';
export type { Standing } from './standing';
export type { AttachedRun, AttachOptions, StartOptions, SwitchbackRun } from './start';
export { SwitchbackClient } from './switchback-client';
