import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ApiSession } from '../observe/api-session';
import { compact } from '../util/compact';

/** Attempts at reading before what is still unread is reported as unknown. */
const READ_ATTEMPTS = 4;

/**
 * Asks Temporal for another attempt when something could not be read and may be readable later. After the last
 * attempt it returns, and the caller reports what is unknown.
 */
export function retryUnread(session: ApiSession, what: string): void {
  if (!session.worthRetrying || activityInfo().attempt >= READ_ATTEMPTS) return;
  throw ApplicationFailure.create({
    message: `${what} could not be read yet`,
    type: 'NOT_READABLE_YET',
    ...compact({ nextRetryDelay: session.retryAfterMs }),
  });
}
