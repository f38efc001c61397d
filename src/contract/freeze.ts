/** A time in which nothing is to be written without somebody who answers for it; by the wall clock of its time zone. */
export type FreezeWindow = WeeklyFreeze | SingleFreeze;

interface Named {
  name: string;
  /** An IANA name. */
  timeZone: string;
}

/** Every week. */
export interface WeeklyFreeze extends Named {
  kind: 'weekly';
  /** On which it begins: 0 is Sunday. */
  days: readonly number[];
  /** Minutes since midnight; `to` is not in it any more, and lies on the next day where it is not after `from`. */
  from: number;
  to: number;
}

/** Once. */
export interface SingleFreeze extends Named {
  kind: 'once';
  /** `2026-12-18T12:00`; `to` is not in it any more. */
  from: string;
  to: string;
}

/** What a worker's configuration says at this moment, or why that is not known. */
export type FreezeReading = { windows: readonly FreezeWindow[] } | { problem: string };
