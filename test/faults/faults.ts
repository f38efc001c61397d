import { writeFileSync } from 'node:fs';
import type { Change, FaultInput, Side } from '../../lab/src/lab';
import type { ErrorCode } from '../../src/contract/errors';
import type { Dialect, Situation } from '../../src/contract/observation';
import type { Outcome } from '../../src/contract/outcome';
import type { FaultScene } from './stage';

/** A fault of the matrix: what goes wrong, and all that may come of it, in both dialects. */
export interface Fault {
  name: string;
  hits: 'before the checks' | 'between check and write' | 'at the write' | 'after the write';
  /** What the run does about it; for docs/reliability.md. */
  does: string;
  arrange(it: FaultScene): void;
  /** What happens, or is done by a person, while the run goes on. */
  meanwhile?(it: FaultScene): Promise<unknown>;
  input?: Record<string, unknown>;
  /** It befalls the worker, so that no other run can share it. */
  needsOwnWorker?: true;
  /** How long the lab takes from the write to both services RUNNING. */
  transitionMs?: number;
  ends: {
    outcome: Outcome;
    code?: ErrorCode;
    /** The situation that the report tells; absent when the run ended before both services were looked at. */
    situation?: Situation | Record<Dialect, Situation>;
    /** Promotions of the primary that had an effect. */
    promotions: 0 | 1;
    /** Returns to the recovery service that had an effect. */
    returns: 0 | 1;
    /** Writes sent, with or without an effect. */
    writes: number;
    /** A part of the message of the failure. */
    saying?: RegExp;
    /** Situations that the timeline must tell, besides the last one. */
    seeing?: Situation[];
    /** No second write sooner than this after the first, in milliseconds. */
    secondWriteAfterMs?: number;
  };
}

type Action = FaultInput['do'];

export const TRANSITION_MS = 1_500;
/** The limit of the client is 10 s. */
const TOO_LONG_MS = 11_500;

/** The run has time for everything. */
export const PATIENT = {
  settleWindow: '1s',
  quietWindow: '1s',
  convergeTimeout: '1m',
  decisionWindow: '1m',
};
/** Nothing will heal, and no decision comes. */
const ALONE = { convergeTimeout: '5s', decisionWindow: '3s' };

const service = (it: FaultScene, side: Side) => it.pair[side];

/** Of the primary, the reads are: 1 to discover, 2 to check, 3 right before the write. The recovery service has no first. */
function atRead(it: FaultScene, side: Side, n: number, action: Action, times = 1): void {
  const after = side === 'primary' ? n - 1 : n - 2;
  it.lab.addFault({
    match: { method: 'GET', path: `/service\\/${service(it, side)}$/`, after },
    times,
    do: action,
  });
}

/** Withholds the reads right before the write. */
function holdSecondLook(it: FaultScene, delayMs: number): void {
  const late: Action = { type: 'delay', delayMs };
  for (const side of ['primary', 'recovery'] as const) atRead(it, side, 3, late);
  it.lab.addFault({ match: { path: `${it.pair.primary}/disaster-recovery`, after: 2 }, do: late });
}

/** Something happens as soon as the promotion was applied. */
function afterTheWrite(it: FaultScene, change: Change): void {
  it.faultOnWrite({ type: 'change', when: 'after', change });
}

const show = (it: FaultScene, side: Side, set: Record<string, unknown>): Change => ({
  kind: 'override',
  service: service(it, side),
  set,
});

const seen = (it: FaultScene, situation: Situation) =>
  it.until(`${situation} is told`, (status) => status.situation === situation);

/** Once the run has told of it, all is as it should be again. */
const healWhenSeen = (situation: Situation) => async (it: FaultScene) => {
  await seen(it, situation);
  it.pair.restore();
};

const asksWithoutLimit = (it: FaultScene) =>
  it.until('it waits for a person', ({ waiting }) => waiting?.for === 'the update decide');

/** The policy is over, and the run still waits: a person ends it. */
const giveUpWhenAsked = async (it: FaultScene) => {
  await asksWithoutLimit(it);
  await it.decide('give-up');
};

const WROTE_ONCE = { promotions: 1, returns: 0, writes: 1 } as const;
const WROTE_NOTHING = { promotions: 0, returns: 0, writes: 0 } as const;
const HOME = { outcome: 'switched-back', situation: 'primary-active' } as const;
const DRIFTED = { outcome: 'aborted', code: 'DRIFTED', ...WROTE_NOTHING } as const;
const BLOCKED = { outcome: 'blocked', code: 'BLOCKED', ...WROTE_NOTHING } as const;
const GIVEN_UP = { outcome: 'given-up', code: 'GIVEN_UP', ...WROTE_ONCE } as const;
const RETURNED = {
  outcome: 'returned-to-recovery',
  code: 'RETURNED_TO_RECOVERY',
  situation: 'recovery-active',
  promotions: 1,
  returns: 1,
  writes: 2,
} as const;
const REFUSED = {
  outcome: 'aborted',
  code: 'PROMOTE_REFUSED',
  situation: 'recovery-active',
  promotions: 0,
  returns: 0,
  writes: 1,
} as const;

const ONLY_READS = 'calls the outcome unknown, only reads, sees the pair move, and goes on waiting';
const QUIET_THEN_AGAIN =
  'calls the outcome unknown, only reads, sees both services stand still for the quiet window, and sends it once more';
const WAITS = 'waits until three good reads in a row span the settle window';
const STOPS = 'names the check that stands against it, and stops';
const LOOKS_AGAIN = 'looks at both services once more, shows the difference, and stops';
const ASKS =
  'raises the alarm at once, asks at the deadline; no policy may act on this, so it waits for a person';

export const faults: Fault[] = [
  // The write and its answer.
  {
    name: 'the reply is lost after the write was applied',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => it.faultOnWrite({ type: 'lose-reply' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the reply is lost, and the roles flip late',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => {
      it.pair.behave({ flip: 'late' });
      it.faultOnWrite({ type: 'lose-reply' });
    },
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the request is lost before it was applied',
    hits: 'at the write',
    does: QUIET_THEN_AGAIN,
    arrange: (it) => it.faultOnWrite({ type: 'reset' }),
    input: { quietWindow: '5s' },
    ends: { ...HOME, promotions: 1, returns: 0, writes: 2, secondWriteAfterMs: 5_000 },
  },
  {
    name: 'the connection is reset after the write was applied',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => it.faultOnWrite({ type: 'reset', when: 'after' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: '500 before the write was applied',
    hits: 'at the write',
    does: QUIET_THEN_AGAIN,
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 500 }),
    input: { quietWindow: '5s' },
    ends: { ...HOME, promotions: 1, returns: 0, writes: 2, secondWriteAfterMs: 5_000 },
  },
  {
    name: '500 after the write was applied',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 500, when: 'after' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: '502 with an HTML body, before the write was applied',
    hits: 'at the write',
    does: QUIET_THEN_AGAIN,
    arrange: (it) => it.faultOnWrite({ type: 'html' }),
    input: { quietWindow: '5s' },
    ends: { ...HOME, promotions: 1, returns: 0, writes: 2, secondWriteAfterMs: 5_000 },
  },
  {
    name: '502 with an HTML body, after the write was applied',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => it.faultOnWrite({ type: 'html', when: 'after' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: '429 with Retry-After',
    // It stops all requests of a worker.
    needsOwnWorker: true,
    hits: 'at the write',
    does: 'waits as long as it was asked to, looks at both services again, and sends it',
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 429, retryAfter: 7 }),
    ends: { ...HOME, promotions: 1, returns: 0, writes: 2, secondWriteAfterMs: 7_000 },
  },
  {
    name: '429 without Retry-After',
    // It stops all requests of a worker.
    needsOwnWorker: true,
    hits: 'at the write',
    does: 'waits five seconds, looks at both services again, and sends it',
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 429, message: 'Too many requests' }),
    ends: { ...HOME, promotions: 1, returns: 0, writes: 2, secondWriteAfterMs: 5_000 },
  },
  {
    name: '503 with Retry-After',
    hits: 'at the write',
    does: 'as with a lost request; the quiet window lasts at least as long as it was asked to wait',
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 503, retryAfter: 8 }),
    ends: { ...HOME, promotions: 1, returns: 0, writes: 2, secondWriteAfterMs: 8_000 },
  },
  {
    name: 'the reply comes later than the time limit, the write was applied at once',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => it.faultOnWrite({ type: 'delay', when: 'after', delayMs: TOO_LONG_MS }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the write is applied later than the time limit',
    hits: 'at the write',
    does: `${ONLY_READS}: the quiet window is there for this`,
    input: { quietWindow: '8s' },
    arrange: (it) => it.faultOnWrite({ type: 'delay', delayMs: TOO_LONG_MS + 2_500 }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the JSON of the reply is cut',
    hits: 'at the write',
    does: ONLY_READS,
    arrange: (it) => it.faultOnWrite({ type: 'cut-json' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: '403 on the write',
    hits: 'at the write',
    does: 'reads both services again, and fails with what the API said and what is true',
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 403, message: 'Read-only token' }),
    ends: { ...REFUSED, saying: /403 Read-only token.*Now: primary \S+ passive\/RUNNING/ },
  },
  {
    name: '409 on the write',
    hits: 'at the write',
    does: 'reads both services again, and fails with what the API said and what is true',
    arrange: (it) => it.faultOnWrite({ type: 'status', status: 409, message: 'Backup in progress' }),
    ends: { ...REFUSED, saying: /409 Backup in progress.*Now: primary \S+ passive\/RUNNING/ },
  },

  // Somebody or something else, between the checks and the write.
  {
    name: 'maintenance starts between check and write',
    hits: 'between check and write',
    does: LOOKS_AGAIN,
    arrange: (it) =>
      it.changeBeforeWrite(show(it, 'primary', { 'maintenance.controlled_switchover.state': 'RUNNING' })),
    ends: {
      ...DRIFTED,
      situation: 'recovery-active',
      saying: /since the checks, .*in-service switchover INACTIVE → RUNNING/,
    },
  },
  {
    name: 'another actor promotes between check and write',
    hits: 'between check and write',
    does: 'sends nothing, since the wanted role is on its way, waits for it, and says that it was not the one',
    arrange: (it) => it.changeBeforeWrite({ kind: 'promote', service: service(it, 'primary') }),
    ends: { outcome: 'already-primary', situation: 'primary-active', ...WROTE_NOTHING },
  },
  {
    name: 'another actor switches back and over again between check and write',
    hits: 'between check and write',
    does: 'sees by the update times that this is not the state that was checked, and stops',
    arrange: (it) => holdSecondLook(it, 8_000),
    meanwhile: async (it) => {
      await it.untilRead('primary', 3);
      await it.pair.switchback();
      await it.pair.switchover();
    },
    ends: { ...DRIFTED, situation: 'recovery-active', saying: /since the checks, .*update time/ },
  },
  {
    name: 'the integration is removed between check and write',
    hits: 'between check and write',
    does: LOOKS_AGAIN,
    arrange: (it) => {
      it.changeBeforeWrite(show(it, 'primary', { service_integrations: [] }));
      it.changeBeforeWrite(show(it, 'recovery', { service_integrations: [] }));
    },
    ends: {
      ...DRIFTED,
      situation: { role: 'not-a-pair', 'promote-to-master': 'unreadable' },
      saying: /(not-a-pair|unreadable) does not allow promoting/,
    },
  },

  // How the roles and states get there.
  {
    name: 'the roles flip early',
    hits: 'after the write',
    does: `${WAITS}; without a read in motion it must be twice as long`,
    // Both say RUNNING for six seconds, and only then begin to move.
    input: { settleWindow: '4s' },
    transitionMs: 12_000,
    arrange: (it) => it.pair.behave({ flip: 'early' }),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['moving'] },
  },
  {
    name: 'the roles flip late',
    hits: 'after the write',
    does: WAITS,
    arrange: (it) => it.pair.behave({ flip: 'late' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the roles flap',
    hits: 'after the write',
    does: WAITS,
    arrange: (it) => it.pair.behave({ flip: 'flap' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the primary flips first',
    hits: 'after the write',
    does: `${WAITS}; both active in passing is no reason to write`,
    arrange: (it) => it.pair.behave({ flip: 'primary-first' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the recovery service flips first',
    hits: 'after the write',
    does: `${WAITS}; none active in passing is no reason to write`,
    arrange: (it) => it.pair.behave({ flip: 'recovery-first' }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the primary is stuck in REBUILDING for ever',
    hits: 'after the write',
    does: 'asks at the deadline; no decision comes, and the policy returns to the recovery service',
    input: ALONE,
    arrange: (it) => it.pair.behave({ stuck: true }),
    ends: { ...RETURNED, seeing: ['moving'] },
  },

  // Facts that cannot be read, or say something unknown.
  {
    name: 'an unknown role',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => it.lab.apply(show(it, 'recovery', { disaster_recovery_role: 'observer' })),
    ends: { ...BLOCKED, situation: 'unreadable', saying: /switchover-completed.*"observer"/i },
  },
  {
    name: 'an unknown state',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => it.lab.apply(show(it, 'recovery', { state: 'MIGRATING' })),
    ends: { ...BLOCKED, situation: 'unreadable', saying: /both-settled.*MIGRATING/ },
  },
  {
    name: 'an unknown role, for a while',
    hits: 'after the write',
    does: 'raises an alarm, draws no conclusion, and goes on when the role is known again',
    arrange: (it) => afterTheWrite(it, show(it, 'recovery', { disaster_recovery_role: 'observer' })),
    meanwhile: healWhenSeen('unreadable'),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['unreadable'] },
  },
  {
    name: 'an unknown state, for a while',
    hits: 'after the write',
    does: 'raises an alarm, draws no conclusion, and goes on when the state is known again',
    arrange: (it) => afterTheWrite(it, show(it, 'primary', { state: 'MIGRATING' })),
    meanwhile: healWhenSeen('unreadable'),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['unreadable'] },
  },
  {
    name: 'the role field is missing, for a while',
    hits: 'after the write',
    does: 'raises an alarm, never takes a missing role for a role, and goes on when it is back',
    arrange: (it) =>
      afterTheWrite(it, {
        kind: 'override',
        service: service(it, 'primary'),
        remove: ['disaster_recovery_role'],
      }),
    meanwhile: healWhenSeen('unreadable'),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['unreadable'] },
  },
  {
    name: 'replies to reads come later than the time limit',
    hits: 'after the write',
    does: 'reads again; what fails in passing is no alarm before it has lasted 15 s',
    arrange: (it) => atRead(it, 'recovery', 4, { type: 'delay', delayMs: TOO_LONG_MS }),
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'reads are answered with cut JSON, a web page, 500 and a reset connection',
    hits: 'after the write',
    does: 'reads again; what fails in passing is no alarm before it has lasted 15 s',
    arrange: (it) => {
      atRead(it, 'recovery', 4, { type: 'cut-json' });
      atRead(it, 'recovery', 5, { type: 'html' });
      atRead(it, 'primary', 4, { type: 'status', status: 500 });
      atRead(it, 'primary', 6, { type: 'reset' });
    },
    ends: { ...HOME, ...WROTE_ONCE },
  },
  {
    name: 'the recovery service vanishes (404), for a while',
    hits: 'after the write',
    does: 'raises an alarm at once, and goes on when the service is back',
    arrange: (it) => afterTheWrite(it, { kind: 'vanish', service: service(it, 'recovery') }),
    meanwhile: healWhenSeen('unreadable'),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['unreadable'] },
  },
  {
    name: 'the recovery service vanishes (404) for good',
    hits: 'after the write',
    does: ASKS,
    input: ALONE,
    arrange: (it) => afterTheWrite(it, { kind: 'vanish', service: service(it, 'recovery') }),
    meanwhile: giveUpWhenAsked,
    ends: { ...GIVEN_UP, situation: 'unreadable', saying: /gave up\. Now: .*404/ },
  },
  {
    name: 'the token expires (401), and is renewed in AIVEN_TOKEN_FILE',
    hits: 'after the write',
    does: 'raises an alarm; the file is read again for every request, so that it goes on without a restart',
    needsOwnWorker: true,
    arrange: (it) => it.pair.behave({ stuck: true }),
    meanwhile: async (it) => {
      await seen(it, 'moving');
      writeFileSync(it.tokenFile, 'expired');
      await seen(it, 'unreadable');
      await it.pair.settled();
      it.pair.set('primary', { state: 'RUNNING' });
      writeFileSync(it.tokenFile, it.lab.token);
    },
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['moving', 'unreadable'] },
  },
  {
    name: '403 on every read',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => atRead(it, 'primary', 1, { type: 'status', status: 403 }, 0),
    ends: { ...BLOCKED, saying: /services-exist.*403/ },
  },

  // States that must not be.
  {
    name: 'a node is timing_out',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => it.lab.apply(show(it, 'primary', { 'node_states.1.state': 'timing_out' })),
    ends: { ...BLOCKED, situation: 'moving', saying: /both-settled.*-2 timing_out/ },
  },
  {
    name: 'a node is timing_out, for a while',
    hits: 'after the write',
    does: WAITS,
    arrange: (it) => afterTheWrite(it, show(it, 'recovery', { 'node_states.1.state': 'timing_out' })),
    meanwhile: healWhenSeen('moving'),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['moving'] },
  },
  {
    name: 'both services are active',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => it.pair.set('primary', { role: 'active' }),
    ends: { ...BLOCKED, situation: 'both-active', saying: /switchover-completed/ },
  },
  {
    name: 'both services are active, for good',
    hits: 'after the write',
    does: ASKS,
    input: ALONE,
    arrange: (it) => afterTheWrite(it, show(it, 'recovery', { disaster_recovery_role: 'active' })),
    meanwhile: giveUpWhenAsked,
    ends: {
      ...GIVEN_UP,
      situation: 'both-active',
      saying: /gave up\. Now: primary \S+ active\/RUNNING, recovery \S+ active\/RUNNING/,
    },
  },
  {
    name: 'neither service is active',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => it.pair.set('recovery', { role: 'passive' }),
    ends: { ...BLOCKED, situation: 'none-active', saying: /switchover-completed/ },
  },
  {
    name: 'neither service is active, for good',
    hits: 'after the write',
    does: 'raises the alarm at once, asks at the deadline; no decision comes, and the policy makes the recovery service active',
    input: ALONE,
    arrange: (it) => afterTheWrite(it, show(it, 'primary', { disaster_recovery_role: 'passive' })),
    ends: { ...RETURNED, seeing: ['none-active'] },
  },
  {
    name: 'the primary has failed',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => it.pair.set('primary', { role: 'failed' }),
    ends: { ...BLOCKED, situation: 'failed-over', saying: /switchover-completed/ },
  },
  {
    name: 'the primary fails midway',
    hits: 'after the write',
    does: ASKS,
    input: ALONE,
    arrange: (it) => it.pair.behave({ failMidway: 'primary' }),
    meanwhile: giveUpWhenAsked,
    ends: { ...GIVEN_UP, situation: 'primary-failed', saying: /gave up\. Now: primary \S+ failed/i },
  },
  {
    name: 'the recovery service fails midway',
    hits: 'after the write',
    does: ASKS,
    input: ALONE,
    arrange: (it) => it.pair.behave({ failMidway: 'recovery' }),
    meanwhile: giveUpWhenAsked,
    ends: { ...GIVEN_UP, situation: 'recovery-failed', saying: /gave up\. Now: .*recovery \S+ failed/i },
  },
  {
    name: 'the integration is missing on the recovery service, for a while',
    hits: 'after the write',
    does: 'raises an alarm, and goes on when the two are a pair again',
    arrange: (it) => afterTheWrite(it, show(it, 'recovery', { service_integrations: [] })),
    meanwhile: healWhenSeen('not-a-pair'),
    ends: { ...HOME, ...WROTE_ONCE, seeing: ['not-a-pair'] },
  },
  {
    name: 'two disaster recovery integrations',
    hits: 'before the checks',
    does: STOPS,
    arrange: (it) => {
      const { primary, recovery } = it.pair;
      const both = [recovery, 'pg-other'].map((dest_service, n) => ({
        service_integration_id: `00000000-0000-4000-8000-00000000000${n}`,
        integration_type: 'disaster_recovery',
        active: true,
        enabled: true,
        source_service: primary,
        dest_service,
      }));
      it.lab.apply(show(it, 'primary', { service_integrations: both }));
    },
    ends: { ...BLOCKED, saying: /crdr-peers.*pg-other/ },
  },
];
