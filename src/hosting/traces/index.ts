import { asyncLocalStorage, type Info } from '@temporalio/activity';
import type {
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Logger,
} from '@temporalio/worker';
import type { RequestRecord } from '../../aiven';
import type { SwitchbackActivities } from '../../contract/activities';
import type { SwitchbackReport } from '../../contract/report';
import { attemptOf, attemptSpan } from './activity-spans';
import { startSpanExport } from './export';
import { requestSpan } from './request-span';
import { runSpans } from './run-spans';
import type { Span } from './span';

/** The last activity of every run; what it is given is the report. */
const LAST: keyof SwitchbackActivities = 'keepEvidence';

/** The trace of every run, made by the workers beside the work: nothing of it is in a workflow or in a history. */
export interface Traces {
  onActivity: ActivityInterceptorsFactory;
  onRequest(record: RequestRecord): void;
  /** Sends what is left, for 2 s at most. */
  close(): Promise<void>;
}

export function startTraces(log: Logger): Traces {
  const { add, close } = startSpanExport(log);
  return {
    onActivity: (context) => ({ inbound: tracing(context.info, add) }),
    onRequest: onRequest(add),
    close,
  };
}

type Add = (span: Span) => void;

function tracing(info: Info, add: Add): ActivityInboundCallsInterceptor {
  const attempt = attemptOf(info);
  if (attempt === undefined) return {};
  return {
    async execute(input, next) {
      const from = Date.now();
      const end = (failure?: unknown) =>
        quietly(() => add(attemptSpan(attempt, { from, to: Date.now(), failure })));
      // Whether evidence is kept or not, this is the end; another attempt would only say it again.
      if (info.activityType === LAST && info.attempt === 1)
        quietly(() => runSpans(input.args[0] as SwitchbackReport).forEach(add));
      try {
        const result = await next(input);
        end();
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
  };
}

function onRequest(add: Add): (record: RequestRecord) => void {
  return (record) => {
    const info = asyncLocalStorage.getStore()?.info;
    const attempt = info && attemptOf(info);
    if (attempt !== undefined) add(requestSpan(attempt, record));
  };
}

/** A trace that cannot be told is no reason for an activity to fail. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // Nobody would miss it enough.
  }
}
