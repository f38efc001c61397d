import { isGrpcServiceError } from '@temporalio/client';
import { AivenApiError } from '../aiven';
import { SwitchbackError } from '../contract/errors';
import { PostgresError } from '../postgres';
import { compact } from '../util/compact';
import { rootCause } from '../util/root-cause';
import { Unreachable } from './network';
import type { DoctorCheck } from './report';

/** Errors whose messages are made for people, without a secret. */
const TELLING = [AivenApiError, PostgresError, SwitchbackError, Unreachable];

/** Nobody waits longer for one answer. */
export const LIMIT_MS = 5_000;

/** What is asked, and what to do when the answer is bad. */
export type Question = Pick<DoctorCheck, 'id' | 'group' | 'title' | 'about' | 'remedy'>;

/** What was found; `remedy` when it is another than the question's. */
export interface Finding extends Pick<DoctorCheck, 'verdict' | 'observed'> {
  remedy?: string;
}

/** Asks one question within the time limit. Never throws: what goes wrong is the finding. */
export async function ask(
  question: Question,
  look: (signal: AbortSignal) => Promise<Finding> | Finding,
): Promise<DoctorCheck> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    const timeIsUp = new Promise<Finding>((resolve) => {
      const observed = `no answer within ${LIMIT_MS / 1_000} s`;
      timer = setTimeout(() => resolve({ verdict: 'fail', observed }), LIMIT_MS);
    });
    return answered(question, await Promise.race([(async () => look(limit.signal))(), timeIsUp]));
  } catch (error) {
    return answered(question, { verdict: 'fail', observed: wordsOf(error) });
  } finally {
    clearTimeout(timer);
    limit.abort(); // what is still open would keep the process from ending
  }
}

/** A question that cannot be asked, and why. */
export function skip(question: Question, observed: string, remedy = ''): DoctorCheck {
  return answered(question, { verdict: 'skipped', observed, remedy });
}

/** What a thrown value says in one line. A text that is not known to hold no secret is left out. */
export function wordsOf(error: unknown): string {
  if (TELLING.some((kind) => error instanceof kind)) return (error as Error).message;
  const root = rootCause(error);
  if (isGrpcServiceError(root)) return root.details;
  const { code, name } = root as Partial<NodeJS.ErrnoException>;
  return code || name || 'unknown reason';
}

function answered(
  { id, group, title, about, remedy: usual }: Question,
  { verdict, observed, remedy = verdict === 'ok' ? '' : usual }: Finding,
): DoctorCheck {
  return { id, group, title, ...compact({ about }), verdict, observed, remedy };
}
