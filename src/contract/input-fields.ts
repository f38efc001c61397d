import type { Procedure } from './procedure';

/** One field of the input. The parser, the command, the JSON Schema and the table in docs/running.md are made of it. */
export type InputField =
  | (About & { kind: 'name'; isRequired?: true })
  | (About & { kind: 'choice'; choices: readonly string[]; default: string })
  /** `leastMs`: default 0. */
  | (About & { kind: 'duration'; default: string; leastMs?: number })
  | (About & { kind: 'lag'; default: string })
  | (About & { kind: 'text'; isRequired?: true })
  | (About & { kind: 'flag' })
  | (About & { kind: 'time' })
  | (About & { kind: 'acknowledgements' });

interface About {
  /** For a table: what it is, or how long what may take. Markdown. */
  help: string;
  /** For `--help`, where the command takes it as an option of its own; the default is added. */
  option?: string;
}

/** Every field of the input, in the order in which it is shown. */
export const inputFields = {
  project: { kind: 'name', isRequired: true, help: 'the Aiven project of both services' },
  service: { kind: 'name', isRequired: true, help: 'the **primary** service: the one to make active' },
  recovery: {
    kind: 'name',
    help: 'the recovery service; found when left out. Naming both confirms which one is the primary; one that does not match blocks',
    option: 'the recovery service; naming both confirms which one is the primary',
  },
  confirm: {
    kind: 'name',
    help: 'the primary service once more: it must be the same as `service`. A worker with `SWITCHBACK_CONFIRM=required` lets a run that has neither this nor its target in the workflow id wait for a person before the write',
  },
  mode: {
    kind: 'choice',
    choices: ['execute', 'plan', 'rehearse'],
    default: 'execute',
    help: '`"plan"` stops before the write and returns what would be written; `"rehearse"` goes to the end without it',
  },
  approval: {
    kind: 'choice',
    choices: ['none', 'required'],
    default: 'none',
    help: '`"required"`: a person approves what was checked; a worker can demand it of every run',
    option: 'whether a person must approve',
  },
  acknowledge: {
    kind: 'acknowledgements',
    help: 'soft findings that a person answers for: `{"check":"recent-change","by":"…","reason":"…"}`',
  },
  approvalWindow: {
    kind: 'duration',
    default: '1h',
    leastMs: 1_000,
    help: 'how long the run waits for an approval or an acknowledgement',
    option: 'how long to wait for an approval or acknowledgement',
  },
  stallWindow: {
    kind: 'duration',
    default: '10m',
    leastMs: 1_000,
    help: 'how long a moving pair may show no change before an alarm is raised',
    option: 'how long without a change before an alarm is raised',
  },
  onTimeout: {
    kind: 'choice',
    choices: ['return-to-recovery', 'hold'],
    default: 'return-to-recovery',
    help: 'what the run does when the pair does not settle and no decision comes; `"hold"` waits for a person',
    option: 'when the pair does not settle and no decision comes',
  },
  convergeTimeout: {
    kind: 'duration',
    default: '30m',
    leastMs: 1_000,
    help: 'how long both services may take to settle after the promotion',
    option: 'how long the services may take to settle',
  },
  settleWindow: {
    kind: 'duration',
    default: '10s',
    help: 'success needs three good reads in a row that span this long (twice this and at least 5 s, if no change was ever seen)',
    option: 'how long the good state must hold',
  },
  quietWindow: {
    kind: 'duration',
    default: '1m',
    leastMs: 1_000,
    help: 'how long a write without an answer must be seen to have had no effect before it is sent once more',
    option: 'how long before an unanswered write may be repeated',
  },
  decisionWindow: {
    kind: 'duration',
    default: '10m',
    help: 'how long a person has to decide before the policy acts',
    option: 'how long a person has to decide',
  },
  maxLag: {
    kind: 'lag',
    default: '5s',
    help: 'the replication lag with which the run goes on: an age, or an amount of WAL such as `"16MB"`. Needs [database access](database.md), as do the next two',
    option: 'the replication lag to go on with, 5s or 16MB; needs database access',
  },
  catchUpTimeout: {
    kind: 'duration',
    default: '30m',
    help: 'how long to wait for the lag to shrink before the run ends without a write',
    option: 'how long to wait for that lag',
  },
  endpointTimeout: {
    kind: 'duration',
    default: '5m',
    help: 'how long all resolvers may take to lead to the primary before the report says who does not',
    option: 'how long all resolvers may take to follow',
  },
  requestedBy: { kind: 'text', help: 'who asked, for the record', option: 'who asks, for the record' },
  reason: { kind: 'text', help: 'why, for the record', option: 'why, for the record' },
} as const satisfies Record<string, InputField>;

/** What a procedure takes beside them. */
export const moreFields = {
  switchback: {},
  switchover: {},
  failover: {
    confirm: {
      kind: 'name',
      isRequired: true,
      help: 'the primary service once more, typed out: **the one that is destroyed**',
      option: 'the primary service once more, typed out: the one that is destroyed',
    },
    requestedBy: {
      kind: 'text',
      isRequired: true,
      help: 'who asks; somebody else must approve it',
      option: 'who asks; somebody else must approve it',
    },
    reason: { kind: 'text', isRequired: true, help: 'why', option: 'why' },
    drill: {
      kind: 'flag',
      help: '`true` DESTROYS A HEALTHY PRIMARY: for a drill, or when the API is wrong about it',
      option: 'DESTROY THE PRIMARY although the API calls it healthy',
    },
  },
  failback: {
    rebuildTimeout: {
      kind: 'duration',
      default: '24h',
      leastMs: 1_000,
      help: 'how long the rebuild may take before the run asks',
      option: 'how long the rebuild may take before the run asks',
    },
    takeOver: {
      kind: 'choice',
      choices: ['at-once', 'on-approval'],
      default: 'at-once',
      help: '`"on-approval"`: the way home waits for a person, once the primary is rebuilt',
      option: 'when the primary is rebuilt, go home',
    },
    takeOverAt: {
      kind: 'time',
      help: 'the way home does not begin before this time, as `"2026-12-01T02:00:00Z"`',
      option: 'do not go home before this time, as 2026-12-01T02:00:00Z',
    },
  },
  drill: {
    soak: {
      kind: 'duration',
      default: '5m',
      help: 'how long the recovery service stays active before the way home',
      option: 'how long the recovery service stays active before the way home',
    },
  },
} as const satisfies Record<Procedure, Record<string, InputField>>;

/** What a procedure does not take of the rest: it has no say in it. */
export const leftOut: Partial<Record<Procedure, readonly (keyof Fields)[]>> = {
  failover: ['approval', 'onTimeout', 'maxLag', 'catchUpTimeout'],
};

type Fields = typeof inputFields;

/** The fields of one kind. */
export type FieldsOf<Kind extends InputField['kind']> = {
  [K in keyof Fields]: Fields[K]['kind'] extends Kind ? K : never;
}[keyof Fields];
