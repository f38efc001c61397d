/** What of a service is compared: field → value in words, or a digest where the value is nobody's business. */
export type ServiceSettings = Readonly<Record<string, string>>;

/** The settings of both services at one moment; a service that could not be read is left out. */
export interface SettingsSnapshot {
  at: string;
  primary?: ServiceSettings;
  recovery?: ServiceSettings;
}

/** How the two services differ, and what became of each during the run. */
export interface Parity {
  /** Between the primary and the recovery service, as they were last read. */
  differences: ParityDifference[];
  /** Of one service between the checks and the end of the run. */
  changes: ParityChange[];
  /** What could not be compared, and why. */
  problem?: string;
}

export interface ParityDifference {
  field: string;
  primary: string;
  recovery: string;
  /** What to do about it. */
  remedy: string;
}

export interface ParityChange {
  service: string;
  field: string;
  before: string;
  after: string;
  remedy: string;
}
