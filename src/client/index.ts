// What the package offers to a program: nothing more than it needs to start, watch and steer switchbacks.
export type { Alarm } from '../contract/alarm';
export type { Answer } from '../contract/answers';
export type { Acknowledgement, CheckId, CheckResult } from '../contract/checks';
export { type ErrorCode, errors, SwitchbackError } from '../contract/errors';
export type { RunEvent, RunEvents } from '../contract/events';
export type { Mode, OnTimeout, SwitchbackInput } from '../contract/input';
export type { ApproveInput, Attached, DecideInput, NamedReason } from '../contract/messages';
export type { Pair, PairObservation, ServiceObservation, Side, Situation } from '../contract/observation';
export type { Outcome } from '../contract/outcome';
export type { Phase } from '../contract/phase';
export type {
  AbortRequest,
  Approval,
  Decision,
  Plan,
  SwitchbackReport,
  TimelineEntry,
} from '../contract/report';
export type { SwitchbackStatus } from '../contract/status';
export { TASK_QUEUE, WORKFLOW_TYPE, workflowIdOf } from '../contract/workflow-id';
export { SwitchbackFailedError } from './failed-error';
export type { ListFilter, LiveStatus, RunSummary } from './runs';
export type { AttachedRun, AttachOptions, StartOptions, SwitchbackRun } from './start';
export { SwitchbackClient, type WatchOptions } from './switchback-client';
