import type { RunStatus } from '../facts';
import type { Tone } from './parts';

/** What is to be said of a run without a report. */
export const NO_REPORT: Readonly<Record<RunStatus, { label: string; tone: Tone; headline: string }>> = {
  running: {
    label: 'Still running',
    tone: 'quiet',
    headline: 'The run is still going on, so there is no report yet.',
  },
  completed: { label: 'No report', tone: 'bad', headline: 'The run completed without a report.' },
  failed: { label: 'No report', tone: 'bad', headline: 'The run failed without a report.' },
  cancelled: { label: 'Cancelled', tone: 'warn', headline: 'The run was cancelled, and left no report.' },
  terminated: {
    label: 'Terminated',
    tone: 'bad',
    headline:
      'The run was terminated: no code of it ran after that, so nothing is known about the pair since.',
  },
  'timed-out': { label: 'Timed out', tone: 'bad', headline: 'The run timed out, and left no report.' },
  'continued-as-new': { label: 'Continued', tone: 'quiet', headline: 'The run went on as another run.' },
};

const ERRORS: Readonly<Record<string, string>> = {
  '25006': 'read-only: the server is a standby',
  '57P01': 'session ended by an administrator',
  '57P02': 'session ended by a crash of another one',
  '57P03': 'server is starting up or shutting down',
  '57P05': 'idle session ended',
  '57014': 'statement cancelled, or its time was over',
  '53300': 'too many connections',
  '53100': 'disk full',
  '55P03': 'lock not available',
  '40001': 'serialization failure',
  '40P01': 'deadlock',
  '42501': 'permission denied',
  '42P01': 'no such table',
  '28P01': 'wrong password',
  '28000': 'not authorised',
  '3D000': 'no such database',
  '08000': 'connection broken',
  '08001': 'connection could not be opened',
  '08003': 'connection does not exist',
  '08004': 'connection refused by the server',
  '08006': 'connection broken',
  '08P01': 'protocol violation, often a connection pooler',
  timeout: 'no answer in time',
  ECONNREFUSED: 'nothing listens at the address',
  ECONNRESET: 'connection cut by the other side',
  EPIPE: 'connection was closed',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name could not be resolved now',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no way to the network',
};

const CLASSES: Readonly<Record<string, string>> = {
  '08': 'connection trouble',
  '22': 'data exception',
  '23': 'constraint violation',
  '25': 'invalid transaction state',
  '28': 'authorisation',
  '40': 'transaction rolled back',
  '42': 'access rule or syntax',
  '53': 'insufficient resources',
  '57': 'operator intervention',
  '58': 'system error',
  XX: 'internal error of the server',
};

/** A few words for a SQLSTATE, or for the network's word for what failed. */
export function wordFor(code: string): string {
  const isSqlState = /^[0-9A-Z]{5}$/.test(code);
  const inClass = isSqlState ? own(CLASSES, code.slice(0, 2)) : undefined;
  return own(ERRORS, code) ?? inClass ?? 'see the list of PostgreSQL error codes';
}

/** A code comes from outside, and every object knows words such as `constructor`. */
function own(words: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined;
}
