import { type AccessToken, AivenApiError, type AivenClient } from '../aiven';
import { formatDuration } from '../contract/duration';
import { ask, type Finding, type Question, skip } from './ask';
import type { DoctorCheck } from './report';

/** Time enough to make another one without haste. */
const ENDS_SOON_MS = 24 * 3_600_000;

const ACCEPTED: Question = {
  id: 'token-accepted',
  group: 'api',
  title: 'token',
  remedy:
    'Make a new token for this API (Aiven console, user profile), and put it into AIVEN_TOKEN or AIVEN_TOKEN_FILE.',
};

const LIFETIME: Question = {
  id: 'token-lifetime',
  group: 'api',
  title: 'its lifetime',
  remedy: 'Make a newer token in time; with AIVEN_TOKEN_FILE, running workers take it up without a restart.',
};

const WRITE: Question = {
  id: 'token-may-write',
  group: 'api',
  title: 'its permission to write',
  remedy:
    'See that its user has project:services:write, or the project role operator; `run --mode rehearse` does all but the write.',
};

/** Whether the API takes the token, and how long it will. Without a client, why there is none. */
export async function examineToken(aiven: AivenClient | { lacks: string }): Promise<DoctorCheck[]> {
  if ('lacks' in aiven) return [ACCEPTED, LIFETIME, WRITE].map((question) => skip(question, aiven.lacks));
  const [accepted, lifetime] = await Promise.all([
    ask(ACCEPTED, async (signal) => {
      const { user } = await aiven.getMe({ signal });
      return { verdict: 'ok', observed: `accepted, of ${user}` };
    }),
    ask(LIFETIME, async (signal) => {
      const tokens = await aiven.getAccessTokens({ signal }).catch((error: unknown) => {
        if (error instanceof AivenApiError && error.kind === 'http') return undefined;
        throw error;
      });
      return judgeLifetime(tokens?.find(({ currentlyActive }) => currentlyActive === true));
    }),
  ]);
  if (accepted.verdict === 'ok')
    return [accepted, lifetime, skip(WRITE, 'only the write tells', WRITE.remedy)];
  return [accepted, skip(LIFETIME, 'the token is not accepted'), skip(WRITE, 'the token is not accepted')];
}

function judgeLifetime(token: AccessToken | undefined): Finding {
  if (token === undefined)
    return { verdict: 'skipped', observed: 'the API does not tell this token its end', remedy: '' };
  const { expiryTime, extendWhenUsed } = token;
  if (expiryTime === undefined) return { verdict: 'ok', observed: 'it does not expire' };
  const left = Date.parse(expiryTime) - Date.now();
  const observed = `it expires at ${expiryTime}`;
  if (extendWhenUsed === true) return { verdict: 'ok', observed: `${observed}, later with every use` };
  if (left > ENDS_SOON_MS) return { verdict: 'ok', observed };
  return { verdict: 'warn', observed: `${observed}, in ${formatDuration(Math.max(0, left))}` };
}
