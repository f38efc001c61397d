import type { Situation } from './observation';

/** Something is wrong with the pair, or with the run: since when, and until when. */
export interface Alarm {
  cause: AlarmCause;
  message: string;
  /** ISO 8601. */
  since: string;
  /** Absent while it stands. */
  until?: string;
}

export interface AlarmRow {
  /**
   * `pair`: it stands while the pair is in that situation. `run`: the run took too long, a write was refused, or the
   * roles are right and PostgreSQL says otherwise; it stands until a person gives more time or the run gets there.
   */
  about: 'pair' | 'run';
  /** `critical`: applications may well have nothing to write to, or too much. */
  severity: 'warning' | 'critical';
  /** What is wrong, where that is the same every time; situations without it are no alarm. */
  message?: string;
}

/** Every cause of an alarm. A situation is one, so that the list of runs can be searched by it. */
export const alarms = {
  'recovery-active': { about: 'pair', severity: 'warning' },
  'primary-active': { about: 'pair', severity: 'warning' },
  moving: { about: 'pair', severity: 'warning' },
  'both-active': {
    about: 'pair',
    severity: 'critical',
    message: 'both services are active: two writable primaries',
  },
  'none-active': {
    about: 'pair',
    severity: 'critical',
    message: 'neither service is active: nothing takes writes',
  },
  'failed-over': { about: 'pair', severity: 'critical', message: 'the primary service has failed' },
  'primary-failed': { about: 'pair', severity: 'critical', message: 'the primary service has failed' },
  'recovery-failed': { about: 'pair', severity: 'warning', message: 'the recovery service has failed' },
  'not-a-pair': {
    about: 'pair',
    severity: 'warning',
    message: 'the disaster_recovery integration no longer joins the two services',
  },
  unreadable: {
    about: 'pair',
    severity: 'warning',
    message: 'the state of at least one service cannot be read',
  },
  deadline: { about: 'run', severity: 'critical' },
  stalled: { about: 'pair', severity: 'warning' },
  'not-written': { about: 'run', severity: 'warning' },
  unproven: { about: 'run', severity: 'critical' },
} as const satisfies Record<Situation, AlarmRow> & Record<string, AlarmRow>;

export type AlarmCause = keyof typeof alarms;

export const alarmCauses = Object.keys(alarms) as AlarmCause[];

/** What the table says of a cause. */
export function alarmRow(cause: AlarmCause): AlarmRow {
  return alarms[cause];
}
