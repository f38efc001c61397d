import { AivenApiError, type AivenClient } from '../aiven';
import { stops } from '../contract/checks';
import { describePair } from '../contract/observation';
import { readPair } from '../observe/read-pair';
import { ask, type Finding, type Question, skip } from './ask';
import type { DoctorCheck } from './report';

/** A pair by the service that was named. */
export interface NamedPair {
  project: string;
  service: string;
}

const READABLE: Question = {
  id: 'pair-readable',
  group: 'api',
  title: 'both services',
  remedy:
    'Check the names of project and service, and that the user of the token may read services in this project.',
};

const EVENTS: Question = {
  id: 'events-readable',
  group: 'api',
  title: 'event log',
  remedy:
    'Give the user of the token project:event_logs:read, or a run cannot tell who changed a service lately.',
};

/** Whether the token may read each pair. Without a client, why there is none. */
export async function examinePairs(
  aiven: AivenClient | { lacks: string },
  pairs: readonly NamedPair[],
): Promise<DoctorCheck[]> {
  const questions = [READABLE, EVENTS];
  if (pairs.length === 0) {
    return questions.map((question) =>
      skip(question, 'no pair was named', 'Name one: `switchback doctor PROJECT/SERVICE`.'),
    );
  }
  const found = await Promise.all(
    pairs.map(async (pair) => {
      const about = `${pair.project}/${pair.service}`;
      if ('lacks' in aiven) return questions.map((question) => skip({ ...question, about }, aiven.lacks));
      return Promise.all([
        ask({ ...READABLE, about }, (signal) => judgePair(aiven, pair, signal)),
        ask({ ...EVENTS, about }, (signal) => judgeEvents(aiven, pair.project, signal)),
      ]);
    }),
  );
  return found.flat();
}

async function judgePair(aiven: AivenClient, named: NamedPair, signal: AbortSignal): Promise<Finding> {
  const found = await readPair(aiven, named, signal);
  if ('checks' in found) {
    const [first, ...more] = found.checks.filter(stops);
    if (first === undefined) return { verdict: 'fail', observed: `${named.service} is part of no pair` };
    const observed = [first, ...more].map(({ observed: text }) => text);
    return { verdict: 'fail', observed: [...new Set(observed)].join('; '), remedy: first.remedy };
  }
  const { pair, observed, situation } = found;
  const told = `${describePair(observed)} (${situation})`;
  if (!observed.primary.readable || !observed.recovery.readable) return { verdict: 'fail', observed: told };
  if (pair.primary === named.service) return { verdict: 'ok', observed: told };
  const remedy = `Name the primary service to make it active: \`switchback run --project ${named.project} ${pair.primary}\`.`;
  return { verdict: 'warn', observed: `${named.service} is the recovery service of ${told}`, remedy };
}

async function judgeEvents(aiven: AivenClient, project: string, signal: AbortSignal): Promise<Finding> {
  try {
    await aiven.getEvents(project, 1, { signal });
    return { verdict: 'ok', observed: `that of ${project} can be read` };
  } catch (error) {
    if (!(error instanceof AivenApiError)) throw error;
    return { verdict: 'warn', observed: error.message };
  }
}
