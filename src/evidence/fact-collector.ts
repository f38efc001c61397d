import { temporal } from '@temporalio/proto';
import type { Json } from './canonical';
import type { FactKind, HistoryFact } from './facts';
import { type HistoryEvent, isoOf, millis, nameOf } from './history-event';
import { causesOf, decode, decodeAll } from './payload';

type Id = { toString(): string } | null | undefined;
type Handler = (event: HistoryEvent, name: string) => void;
type Data = { [key: string]: Json | undefined };

const RESET = temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW;
const PHASE = 'SwitchbackPhase';

/** Joins the events of a history to facts: one for an activity, with its begin, its end and what came of it. */
export class FactCollector {
  /** By the id of the event that opened each. */
  readonly #facts = new Map<string, HistoryFact>();

  /** @param takesEnd whether the closing event is a fact, too: for runs that leave no report. */
  constructor(private readonly takesEnd: boolean) {}

  take(event: HistoryEvent): void {
    const name = nameOf(event);
    const handler = this.#handlers[name];
    if (handler !== undefined) handler(event, name);
    else if (!IGNORED.has(name)) this.#open(event, 'other', words(name), {});
  }

  facts(): HistoryFact[] {
    return [...this.#facts.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  #open(event: HistoryEvent, kind: FactKind, title: string, data: Data): void {
    const { summary } = event.userMetadata ?? {};
    const told = summary ? decode(summary) : null;
    this.#facts.set(keyOf(event.eventId), {
      at: isoOf(event),
      kind,
      title: typeof told === 'string' && told !== '' ? told : title,
      data: present(data),
    });
  }

  #add(id: Id, data: Data): void {
    const fact = this.#facts.get(keyOf(id));
    if (fact !== undefined) fact.data = { ...fact.data, ...present(data) };
  }

  /** The end of something that another event began. */
  #close(id: Id, event: HistoryEvent, ended: string, data: Data = {}): void {
    this.#add(id, { ended, endedAt: isoOf(event), ...data });
  }

  readonly #end: Handler = (event, name) => {
    if (!this.takesEnd) return;
    const terminated = event.workflowExecutionTerminatedEventAttributes;
    const failed = event.workflowExecutionFailedEventAttributes;
    this.#open(event, 'end', `The run ended: ${words(name)}`, {
      reason: terminated?.reason || undefined,
      from: terminated?.identity || undefined,
      details: decodeAll(terminated?.details ?? event.workflowExecutionCanceledEventAttributes?.details),
      result: decodeAll(event.workflowExecutionCompletedEventAttributes?.result),
      failure: failed?.failure ? causesOf(failed.failure) : undefined,
      continuedAs: event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId || undefined,
    });
  };

  /** The end of an activity, whose attributes all name the event that scheduled it. */
  readonly #activityEnd: Handler = (event, name) => {
    const { result, scheduledEventId } = event.activityTaskCompletedEventAttributes ?? {};
    const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const cancelled = event.activityTaskCanceledEventAttributes;
    const id = scheduledEventId ?? failed?.scheduledEventId ?? cancelled?.scheduledEventId;
    this.#close(id, event, lastWord(name), {
      result: decodeAll(result),
      failure: failed?.failure ? causesOf(failed.failure) : undefined,
      details: decodeAll(cancelled?.details),
    });
  };

  readonly #childEnd: Handler = (event, name) => {
    const failed =
      event.childWorkflowExecutionFailedEventAttributes ??
      event.startChildWorkflowExecutionFailedEventAttributes;
    const ended =
      event.childWorkflowExecutionCompletedEventAttributes ??
      event.childWorkflowExecutionCanceledEventAttributes ??
      event.childWorkflowExecutionTerminatedEventAttributes ??
      event.childWorkflowExecutionTimedOutEventAttributes ??
      failed;
    const { failure } = event.childWorkflowExecutionFailedEventAttributes ?? {};
    this.#close(ended?.initiatedEventId, event, name.startsWith('START_') ? 'not started' : lastWord(name), {
      result: decodeAll(event.childWorkflowExecutionCompletedEventAttributes?.result),
      failure: failure ? causesOf(failure) : undefined,
    });
  };

  readonly #externalEnd: Handler = (event, name) => {
    const answer =
      event.externalWorkflowExecutionCancelRequestedEventAttributes ??
      event.externalWorkflowExecutionSignaledEventAttributes ??
      event.requestCancelExternalWorkflowExecutionFailedEventAttributes ??
      event.signalExternalWorkflowExecutionFailedEventAttributes;
    this.#close(answer?.initiatedEventId, event, name.endsWith('FAILED') ? 'failed' : 'delivered');
  };

  readonly #handlers: Readonly<Record<string, Handler>> = {
    WORKFLOW_EXECUTION_STARTED: (event) => {
      const it = event.workflowExecutionStartedEventAttributes;
      this.#open(event, 'input', 'The run was asked for', {
        workflowType: it?.workflowType?.name ?? undefined,
        taskQueue: it?.taskQueue?.name ?? undefined,
        from: it?.identity || undefined,
        input: decodeAll(it?.input),
        continuedFrom: it?.continuedExecutionRunId || undefined,
      });
    },
    UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: (event) => {
      const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
      const payload = fields?.[PHASE];
      const phase = payload ? decode(payload) : null;
      if (phase !== null) this.#open(event, 'phase', `Phase ${String(phase)}`, { phase });
    },
    ACTIVITY_TASK_SCHEDULED: (event) => {
      const it = event.activityTaskScheduledEventAttributes;
      const name = it?.activityType?.name ?? 'activity';
      this.#open(event, 'activity', name, { name, input: decodeAll(it?.input), ended: 'open' });
    },
    ACTIVITY_TASK_STARTED: (event) => {
      const it = event.activityTaskStartedEventAttributes;
      this.#add(it?.scheduledEventId, {
        startedAt: isoOf(event),
        attempt: it?.attempt ?? 1,
        worker: it?.identity || undefined,
        failureBefore: it?.lastFailure ? causesOf(it.lastFailure) : undefined,
      });
    },
    ACTIVITY_TASK_CANCEL_REQUESTED: (event) =>
      this.#add(event.activityTaskCancelRequestedEventAttributes?.scheduledEventId, {
        cancelRequestedAt: isoOf(event),
      }),
    ACTIVITY_TASK_COMPLETED: this.#activityEnd,
    ACTIVITY_TASK_FAILED: this.#activityEnd,
    ACTIVITY_TASK_TIMED_OUT: this.#activityEnd,
    ACTIVITY_TASK_CANCELED: this.#activityEnd,
    TIMER_STARTED: (event) =>
      this.#open(event, 'timer', 'Timer', {
        ms: millis(event.timerStartedEventAttributes?.startToFireTimeout),
        ended: 'open',
      }),
    TIMER_FIRED: (event) => this.#close(event.timerFiredEventAttributes?.startedEventId, event, 'fired'),
    TIMER_CANCELED: (event) =>
      this.#close(event.timerCanceledEventAttributes?.startedEventId, event, 'cancelled'),
    WORKFLOW_EXECUTION_UPDATE_ACCEPTED: (event) => {
      const request = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
      const name = request?.input?.name ?? 'update';
      this.#open(event, 'update', `Update ${name}`, {
        name,
        id: request?.meta?.updateId ?? undefined,
        from: request?.meta?.identity || undefined,
        input: decodeAll(request?.input?.args),
        ended: 'open',
      });
    },
    WORKFLOW_EXECUTION_UPDATE_COMPLETED: (event) => {
      const { acceptedEventId, outcome } = event.workflowExecutionUpdateCompletedEventAttributes ?? {};
      this.#close(acceptedEventId, event, outcome?.failure ? 'failed' : 'completed', {
        result: decodeAll(outcome?.success),
        failure: outcome?.failure ? causesOf(outcome.failure) : undefined,
      });
    },
    WORKFLOW_EXECUTION_SIGNALED: (event) => {
      const it = event.workflowExecutionSignaledEventAttributes;
      const name = it?.signalName ?? 'signal';
      this.#open(event, 'signal', `Signal ${name}`, {
        name,
        from: it?.identity || undefined,
        input: decodeAll(it?.input),
      });
    },
    WORKFLOW_EXECUTION_CANCEL_REQUESTED: (event) => {
      const it = event.workflowExecutionCancelRequestedEventAttributes;
      this.#open(event, 'cancel', 'Cancellation was requested', {
        from: it?.identity || undefined,
        reason: it?.cause || undefined,
      });
    },
    START_CHILD_WORKFLOW_EXECUTION_INITIATED: (event) => {
      const it = event.startChildWorkflowExecutionInitiatedEventAttributes;
      this.#open(event, 'child', it?.workflowType?.name ?? 'child workflow', {
        workflowType: it?.workflowType?.name ?? undefined,
        workflowId: it?.workflowId ?? undefined,
        input: decodeAll(it?.input),
        ended: 'open',
      });
    },
    CHILD_WORKFLOW_EXECUTION_STARTED: (event) => {
      const it = event.childWorkflowExecutionStartedEventAttributes;
      this.#add(it?.initiatedEventId, {
        runId: it?.workflowExecution?.runId ?? undefined,
        startedAt: isoOf(event),
      });
    },
    START_CHILD_WORKFLOW_EXECUTION_FAILED: this.#childEnd,
    CHILD_WORKFLOW_EXECUTION_COMPLETED: this.#childEnd,
    CHILD_WORKFLOW_EXECUTION_FAILED: this.#childEnd,
    CHILD_WORKFLOW_EXECUTION_CANCELED: this.#childEnd,
    CHILD_WORKFLOW_EXECUTION_TIMED_OUT: this.#childEnd,
    CHILD_WORKFLOW_EXECUTION_TERMINATED: this.#childEnd,
    REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: (event) => {
      const it = event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes;
      const workflowId = it?.workflowExecution?.workflowId ?? '';
      const title = `Asked to cancel the workflow ${workflowId}`;
      this.#open(event, 'external', title, { workflowId, reason: it?.reason || undefined, ended: 'open' });
    },
    SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: (event) => {
      const it = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
      const workflowId = it?.workflowExecution?.workflowId ?? '';
      const title = `Signal ${it?.signalName ?? ''} to the workflow ${workflowId}`;
      this.#open(event, 'external', title, { workflowId, input: decodeAll(it?.input), ended: 'open' });
    },
    EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED: this.#externalEnd,
    EXTERNAL_WORKFLOW_EXECUTION_SIGNALED: this.#externalEnd,
    REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED: this.#externalEnd,
    SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED: this.#externalEnd,
    WORKFLOW_TASK_FAILED: (event) => {
      const it = event.workflowTaskFailedEventAttributes;
      if (it?.cause !== RESET) return;
      this.#open(event, 'reset', 'The run was reset: what follows was done anew', {
        from: it.identity || undefined,
        reason: causesOf(it.failure),
        resetFrom: it.baseRunId ?? undefined,
      });
    },
    WORKFLOW_EXECUTION_COMPLETED: this.#end,
    WORKFLOW_EXECUTION_FAILED: this.#end,
    WORKFLOW_EXECUTION_CANCELED: this.#end,
    WORKFLOW_EXECUTION_TERMINATED: this.#end,
    WORKFLOW_EXECUTION_TIMED_OUT: this.#end,
    WORKFLOW_EXECUTION_CONTINUED_AS_NEW: this.#end,
  };
}

/** How Temporal drives the workflow code: nothing of it is a fact about the pair or about people. */
const IGNORED = new Set([
  'WORKFLOW_TASK_SCHEDULED',
  'WORKFLOW_TASK_STARTED',
  'WORKFLOW_TASK_COMPLETED',
  'WORKFLOW_TASK_TIMED_OUT',
  'WORKFLOW_PROPERTIES_MODIFIED',
  'MARKER_RECORDED',
]);

function keyOf(id: Id): string {
  return id?.toString() ?? '';
}

function words(name: string): string {
  return name
    .replace('WORKFLOW_EXECUTION_', '')
    .toLowerCase()
    .replaceAll('_', ' ')
    .replace('canceled', 'cancelled');
}

/** `completed`, `failed`, `timed out`, `cancelled`, `terminated` */
function lastWord(name: string): string {
  return words(name)
    .replace(/^(activity task|child) /, '')
    .replace(/^child workflow execution /, '');
}

function present(data: Data): { [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(data).filter((field): field is [string, Json] => field[1] !== undefined),
  );
}
