import type { Pair, Side } from '../contract/observation';
import { otherSide } from '../contract/observation';
import type { Proof, ProofStep, ProofStepId } from '../contract/proof';

/** What was asked of PostgreSQL and when, with the answer or why there is none. */
export type Asked<T> = { at: string } & ({ answer: T } | { refusal: Refusal });

export interface Refusal {
  /** SQLSTATE, or a word such as `ECONNREFUSED` or `timeout`. */
  code: string;
  message: string;
}

/** What is to be proven. */
export interface Claim {
  pair: Pair;
  /** The side that is to take writes. */
  active: Side;
  /** The timeline before the switch; absent when nothing was switched, or when it is not known. */
  timelineBefore?: number;
  /** It was known before that databases cannot be reached from here: that they cannot be now is no news. */
  accessLacking?: boolean;
  /** The other side has failed, so that nothing is asked of it. */
  alone?: boolean;
}

/** What one try saw. Absent: not asked, since no row was there to look for. */
export interface ProofFacts {
  /** A row through the Service URI. */
  firstWrite: Asked<null>;
  activeRole: Asked<{ inRecovery: boolean; readOnly: boolean; timeline?: number }>;
  /** Whether the first row is on the active side. */
  activeHasFirst?: Asked<boolean>;
  /** Absent: not asked, since that side has failed. */
  passiveRole?: Asked<{ inRecovery: boolean }>;
  /** Whether the first row came to the passive side, and after how many milliseconds that was known. */
  arrival?: Asked<{ found: boolean; ms: number; replayPaused: boolean }>;
  /** Another row, some time after the first and through a new session. */
  secondWrite?: Asked<null>;
  activeHasSecond?: Asked<boolean>;
}

type Judged = Pick<ProofStep, 'verdict' | 'observed'> & { at?: string };

/** Every step with its verdict, and what they mean together. `at` is when the try ended. */
export function judgeProof(claim: Claim, facts: ProofFacts, at: string): Proof {
  return proofOf(claim, at, {
    'write-through-service-uri': judgeWrite(claim, facts.firstWrite),
    'active-is-writable': judgeActive(facts),
    'passive-is-standby': judgePassive(facts),
    'timeline-advanced': judgeTimeline(claim, facts),
    'arrived-on-passive': judgeArrival(facts),
    'second-write': judgeSecondWrite(claim, facts),
  });
}

/** When nothing could be asked: every step is unknown, for the same reason. */
export function unaskedProof(claim: Claim, why: string, at: string): Proof {
  const unasked: Judged = { verdict: 'unknown', observed: why };
  return proofOf(claim, at, {
    'write-through-service-uri': unasked,
    'active-is-writable': unasked,
    'passive-is-standby': unasked,
    'timeline-advanced': unasked,
    'arrived-on-passive': unasked,
    'second-write': unasked,
  });
}

function proofOf(claim: Claim, at: string, judged: Record<ProofStepId, Judged>): Proof {
  const titles = titlesOf(claim);
  const steps = (Object.keys(titles) as ProofStepId[])
    .filter((id) => id !== 'timeline-advanced' || claim.timelineBefore !== undefined)
    .filter((id) => !claim.alone || !OF_THE_PASSIVE.includes(id))
    .map((id): ProofStep => ({ id, title: titles[id], at, ...judged[id] }));
  return { verdict: verdictOf(steps), at, steps };
}

const OF_THE_PASSIVE: readonly ProofStepId[] = ['passive-is-standby', 'arrived-on-passive'];

function verdictOf(steps: ProofStep[]): Proof['verdict'] {
  if (steps.some(({ verdict }) => verdict === 'fail')) return 'refuted';
  return steps.every(({ verdict }) => verdict === 'pass') ? 'proven' : 'unproven';
}

function titlesOf({ pair, active }: Claim): Record<ProofStepId, string> {
  const passive = otherSide(active);
  return {
    'write-through-service-uri': 'the Service URI takes a write',
    'active-is-writable': `${pair[active]} takes writes, and that row is there`,
    'passive-is-standby': `${pair[passive]} is a standby`,
    'timeline-advanced': `${pair[active]} writes a newer timeline`,
    'arrived-on-passive': `the row arrives on ${pair[passive]}`,
    'second-write': `a later write through the Service URI is on ${pair[active]} too`,
  };
}

function judgeWrite(claim: Claim, write: Asked<null>): Judged {
  if ('refusal' in write) return refusedWrite(claim, write.refusal, write.at);
  return { verdict: 'pass', observed: 'committed', at: write.at };
}

function judgeActive({ activeRole, activeHasFirst }: ProofFacts): Judged {
  if ('refusal' in activeRole) return unknown(activeRole);
  const { at, answer } = activeRole;
  if (answer.inRecovery) return { verdict: 'fail', observed: 'it is in recovery', at };
  if (answer.readOnly) return { verdict: 'fail', observed: 'not in recovery, but read-only', at };
  const role = 'not in recovery, not read-only';
  if (activeHasFirst === undefined) {
    return { verdict: 'unknown', observed: `${role}, and no row to look for`, at };
  }
  if ('refusal' in activeHasFirst) return unknown(activeHasFirst);
  return activeHasFirst.answer
    ? { verdict: 'pass', observed: `${role}, and the row is there`, at: activeHasFirst.at }
    : { verdict: 'fail', observed: `${role}, but the row went elsewhere`, at: activeHasFirst.at };
}

function judgePassive({ passiveRole }: ProofFacts): Judged {
  if (passiveRole === undefined) return { verdict: 'unknown', observed: 'not asked' };
  if ('refusal' in passiveRole) return unknown(passiveRole);
  const { at, answer } = passiveRole;
  return answer.inRecovery
    ? { verdict: 'pass', observed: 'in recovery', at }
    : { verdict: 'fail', observed: 'it is not in recovery', at };
}

function judgeTimeline({ timelineBefore = 0 }: Claim, { activeRole }: ProofFacts): Judged {
  if ('refusal' in activeRole) return unknown(activeRole);
  const { at, answer } = activeRole;
  if (answer.timeline === undefined) {
    return { verdict: 'unknown', observed: 'it is in recovery and writes none', at };
  }
  const observed = `${timelineBefore} before, ${answer.timeline} now`;
  return { verdict: answer.timeline > timelineBefore ? 'pass' : 'fail', observed, at };
}

function judgeArrival({ activeHasFirst, arrival }: ProofFacts): Judged {
  if (arrival === undefined) return { verdict: 'unknown', observed: 'no row to look for' };
  if (activeHasFirst !== undefined && 'answer' in activeHasFirst && !activeHasFirst.answer) {
    return { verdict: 'unknown', observed: 'the row never was on the active side', at: arrival.at };
  }
  if ('refusal' in arrival) return unknown(arrival);
  const { found, ms, replayPaused } = arrival.answer;
  if (found) return { verdict: 'pass', observed: `found within ${ms} ms`, at: arrival.at };
  const paused = replayPaused ? '; the replay is paused' : '';
  return { verdict: 'fail', observed: `not there after ${ms} ms${paused}`, at: arrival.at };
}

function judgeSecondWrite(claim: Claim, { secondWrite, activeHasSecond }: ProofFacts): Judged {
  if (secondWrite === undefined) return { verdict: 'unknown', observed: 'the first write failed' };
  if ('refusal' in secondWrite) return refusedWrite(claim, secondWrite.refusal, secondWrite.at);
  if (activeHasSecond === undefined) {
    return { verdict: 'unknown', observed: 'committed, but where it went was not asked', at: secondWrite.at };
  }
  if ('refusal' in activeHasSecond) return unknown(activeHasSecond);
  return activeHasSecond.answer
    ? { verdict: 'pass', observed: 'committed, and the row is there', at: activeHasSecond.at }
    : { verdict: 'fail', observed: 'committed, but the row went elsewhere', at: activeHasSecond.at };
}

/** What applications see is a failed write; what only our own access lacks says nothing about the pair. */
function refusedWrite({ accessLacking = false }: Claim, refusal: Refusal, at: string): Judged {
  const isOurs = isAboutAccess(refusal) || (accessLacking && !SQLSTATE.test(refusal.code));
  return { verdict: isOurs ? 'unknown' : 'fail', observed: describeRefusal(refusal), at };
}

function unknown({ refusal, at }: { refusal: Refusal; at: string }): Judged {
  return { verdict: 'unknown', observed: describeRefusal(refusal), at };
}

/**
 * True for what refuses our own access and nobody else's: credentials (SQLSTATE 28), privileges and missing tables (42), a
 * missing database or schema (3D, 3F), a CONNECTION LIMIT of our role or database; or ours alone.
 */
export function isAboutAccess({ code, message }: Refusal): boolean {
  const isLimit = code === '53300' && OWN_LIMIT.test(message);
  return /^(28|42|3D|3F)...$/.test(code) || isLimit || OURS.has(code);
}

/** A server that is full says "sorry, too many clients already", or that the last slots are reserved. */
const OWN_LIMIT = /too many connections for (role|database)/;

/** What a server itself said; the network's words have no digits. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
const OURS = new Set(['no-password', 'no-ca', 'not-configured', 'aborted', 'hanging']);

/** `cannot execute INSERT in a read-only transaction (25006)` */
export function describeRefusal({ message, code }: Refusal): string {
  return `${message} (${code})`;
}
