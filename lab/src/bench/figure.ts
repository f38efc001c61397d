import type { Stage } from './stage';

/** How much is measured: all of it, or little of each, to see that the ratios are not far off. */
export interface Scale {
  quick: boolean;
  /** So many pairs is the largest fleet whose growth is measured. */
  mostPairs: number;
}

/** What a measurement should come to. */
export interface Goal {
  is: 'at most' | 'at least';
  limit: number;
  /** Only of a ratio: `--quick` fails beyond this. Never set for a time, which depends on the machine. */
  alarm?: number;
}

/** One row of the table. */
export interface Measurement {
  /** What was measured. */
  measured: string;
  /** What it was compared with; nothing for what is counted. */
  against?: string;
  /** Of the values: `×` is a ratio. */
  unit: '×' | 's' | 'KB' | 'MB' | 'events' | 'requests' | 'exponent' | 'answers of 429';
  /** Each single one. */
  values: number[];
  goal?: Goal;
  /** What a reader needs beside the value: the times behind a ratio, how much was measured. */
  detail?: string;
}

/** What grew with the number of pairs, for the chart. */
export interface Growth {
  pairs: number;
  seconds: number;
  requests: number;
  workerMb: number;
}

export interface Measured {
  measurements: Measurement[];
  growth?: Growth[];
  /** Why it cannot be measured here, which is no failure: what it needs is not there. */
  missing?: string;
}

export type Figure = (stage: Stage, scale: Scale) => Promise<Measured>;
