export type { Priority } from './budget/line';
export { type BudgetReading, RequestBudget } from './budget/request-budget';
export { AivenClient, type WriteReply } from './client';
export {
  AivenApiError,
  type AivenApiErrorDetails,
  type AivenErrorKind,
  AivenOptionsError,
  type WriteOutcome,
} from './errors';
export { type FailoverTerms, FailoverWarrant } from './failover-warrant';
export {
  type AivenClientOptions,
  type CallOptions,
  DEFAULT_BASE_URL,
  DEFAULT_REQUEST_TIMEOUT_MS,
} from './options';
export type { RequestRecord } from './record';
export type * from './replies';
