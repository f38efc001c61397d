import type { ApproveInput, SwitchbackInput } from '../../../src/client';

/** The run that is meant: of this pair, under its canonical id. */
export interface Target {
  project: string;
  service: string;
  workflowId: string;
  taskQueue: string;
}

/** What somebody sees who has asked for something. */
export interface Answer {
  ok: boolean;
  text: string;
}

/** A faulty input, and what is said of it. */
export interface Faulty {
  input(target: Target): object;
  says: readonly string[];
}

/** One of the ways to start a run, to answer what it asks, and to follow it: as the docs say, and by nothing else. */
export interface Way {
  /** @param input anything: what is wrong with it shall be said. */
  start(target: Target, input: object): Promise<Answer>;
  /** Waits until it shows that an approval is asked for; the fingerprint that it shows. */
  asked(target: Target): Promise<string>;
  approve(target: Target, payload: ApproveInput): Promise<Answer>;
  /** Follows the run to its end. */
  end(target: Target): Promise<Answer>;
  close(): Promise<void>;
  /** What is said when a run of the pair is going on. */
  readonly twice: RegExp;
  readonly faulty: readonly Faulty[];
}

/** A run that a person must approve, quick to settle. */
export function inputOf({ project, service }: Target): SwitchbackInput {
  return { project, service, approval: 'required', settleWindow: '0s', requestedBy: 'ops@example.com' };
}

/** For the ways that take JSON: each kind of fault at once, and all of them are said. */
export const FAULTY_JSON: readonly Faulty[] = [
  {
    input: ({ service }) => ({ service, convergeTimeout: 5, colour: 'red' }),
    says: [
      '"project" is missing',
      '"convergeTimeout" must be a duration such as "30s" or "10m", not 5',
      '"colour" is not a known field; known are project, service, ',
    ],
  },
];
