import type { Info } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { SwitchbackActivities } from '../../contract/activities';
import type { SwitchbackReport } from '../../contract/report';
import { attemptOf, attemptSpan } from './activity-spans';
import { runSpans } from './run-spans';
import type { Span } from './span';

/** The last activity of every run; what it is given is the report. */
const LAST: keyof SwitchbackActivities = 'keepEvidence';

/** Tells of every attempt when it is over, and of the whole run before its last activity. Nothing waits for it. */
export function tracingInterceptor(info: Info, add: (span: Span) => void): ActivityInboundCallsInterceptor {
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

/** A trace that cannot be told is no reason for an activity to fail. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // Nobody would miss it enough.
  }
}
