/** What a stable error code means. docs/errors.md is generated from this table. */
export interface ErrorEntry {
  /** One line for a list. */
  title: string;
  cause: string;
  /** What to do: one sentence, since it ends the message that somebody reads at 3 a.m. */
  remedy: string;
  /** Its message lists all that is wrong, however long that is; every other one is cut to be read at 3 a.m. */
  lists?: true;
  /** The exit code of the `switchback` command. */
  exitCode: number;
}

/** Exit codes of the `switchback` command; stable, part of the contract. */
export const exitCodes = {
  done: 0,
  internal: 1,
  usage: 2,
  blocked: 3,
  aborted: 4,
  returned: 5,
  needsOperator: 6,
  connection: 7,
  evidence: 8,
  target: 9,
} as const;

/** What each exit code says, for the command's help and the docs. */
export const exitCodeMeanings: Readonly<Record<number, string>> = {
  [exitCodes.done]: 'done: switched back, already there, accepted; or what was asked for was done',
  [exitCodes.internal]: 'a fault of this program',
  [exitCodes.usage]: 'wrong options, input or configuration; no such run; a message that the run refused',
  [exitCodes.blocked]: 'blocked before anything was written',
  [exitCodes.aborted]: 'stopped without effect: drifted, refused, cancelled, not switched',
  [exitCodes.returned]: 'failed, and returned to the service that was active before',
  [exitCodes.needsOperator]: 'a person must look at the pair',
  [exitCodes.connection]:
    'Temporal, a worker or the CLI for a dev server could not be reached; `doctor` found something to mend',
  [exitCodes.evidence]: 'evidence does not hold, or could not be written',
  [exitCodes.target]: 'a target is missed, or nobody has rehearsed in time (`drills`)',
  130: 'stopped watching (Ctrl-C); the run goes on',
};

/** Every error code there is, in one place. A code never changes its meaning. */
export const errors = {
  INVALID_INPUT: {
    title: 'The input of the run is not valid',
    cause:
      'The JSON given to switchbackWorkflow (or the options of the command) has a missing, mistyped or unknown field; or the start sets a time-out, a retry policy or a cron schedule on the workflow. The message lists up to ten faults.',
    remedy: 'Correct every fault listed and try again: nothing was read or written.',
    lists: true,
    exitCode: exitCodes.usage,
  },
  BLOCKED: {
    title: 'A precondition does not hold; nothing was written',
    cause:
      'At least one check of severity "block" did not pass, or the fact behind it could not be read. The message and the report name each one, with what was observed, what was wanted and what to do.',
    remedy: 'Follow the remedy of each check named, then start again.',
    exitCode: exitCodes.blocked,
  },
  LOCKED: {
    title: 'Another run holds the lock of the pair; nothing was written',
    cause:
      'Another run switches the same pair back. Its workflow id, and the service that it names, may be other ones.',
    remedy:
      'Follow the run that the message names, or end it first: the lock frees itself however its holder ends.',
    exitCode: exitCodes.blocked,
  },
  REJECTED: {
    title: 'A person rejected the switchback; nothing was written',
    cause: 'The update `reject` was sent while the run waited for approval.',
    remedy: 'Talk to the person named in the message, and start again when it is right to go back.',
    exitCode: exitCodes.aborted,
  },
  APPROVAL_EXPIRED: {
    title: 'Nobody approved or acknowledged in time; nothing was written',
    cause: 'The approval window passed while the run waited for an approval or an acknowledgement.',
    remedy: 'Start again when an approver is at hand, or give a longer approvalWindow.',
    exitCode: exitCodes.aborted,
  },
  ABORTED: {
    title: 'The run was aborted before the point of no return; nothing was written',
    cause: 'The update `abort` was sent before a promotion could count.',
    remedy: 'Start again when it is right to go back: there is nothing to repair.',
    exitCode: exitCodes.aborted,
  },
  DRIFTED: {
    title: 'The pair changed between the checks and the write; nothing was written',
    cause:
      'The read right before the write showed another state than the checks: maintenance started, or another actor promoted a service.',
    remedy: 'Look at the observed state in the report, and start again if it is still right to go back.',
    exitCode: exitCodes.aborted,
  },
  LAG_TOO_HIGH: {
    title: 'The passive side is too far behind; nothing was written',
    cause:
      'The primary had not replayed what the recovery service wrote, to within maxLag, until catchUpTimeout: switching back would have lost the rest, or taken that much longer. Or the lag could not be measured.',
    remedy:
      'Read the lag in the report: reduce the write load if it grows, resume a paused replay, or give a longer catchUpTimeout; then start again.',
    exitCode: exitCodes.blocked,
  },
  PROMOTE_REFUSED: {
    title: 'The API refused the promotion; nothing was written',
    cause:
      'Aiven answered the write with an error that proves that it was not applied (400, 401, 403, 404, 409).',
    remedy:
      'Mend what the API names: the token, a feature that is off, or the state of a service; then start again.',
    exitCode: exitCodes.aborted,
  },
  FAILOVER_REFUSED: {
    title: 'The API refused the failover; nothing was written',
    cause:
      'Aiven answered the write that has the primary fail with an error that proves that it was not applied (400, 401, 403, 404, 409).',
    remedy:
      'Mend what the API names: the token, a feature that is off, or the state of a service; then start again.',
    exitCode: exitCodes.aborted,
  },
  REBUILD_REFUSED: {
    title: 'The API refused the rebuild; nothing was written',
    cause:
      'Aiven answered the write that has the failed primary rebuilt with an error that proves that it was not applied (400, 401, 403, 404, 409).',
    remedy:
      'Mend what the API names: the token, a feature that is off, or the state of a service; then start again.',
    exitCode: exitCodes.aborted,
  },
  NOT_SWITCHED: {
    title: 'The promotion had no effect; the recovery service is still active',
    cause:
      'The write was sent, but both services stayed as they were (primary passive, recovery active) until the deadline. Applications still work against the recovery service.',
    remedy: 'Ask Aiven support why the promotion had no effect, before the next attempt.',
    exitCode: exitCodes.aborted,
  },
  CANCELLED: {
    title: 'The run was cancelled before the point of no return; nothing was written',
    cause: 'Somebody requested cancellation while the run was still checking.',
    remedy: 'Start again when it is right to go back: there is nothing to repair.',
    exitCode: exitCodes.aborted,
  },
  RETURNED_TO_RECOVERY: {
    title: 'The switchback failed and the recovery service was made active again',
    cause:
      'The pair did not settle before the deadline. The policy, or a person, chose to return to the recovery service, and that succeeded. Applications work against the recovery service.',
    remedy: 'Find out why the primary did not settle (its service page and events) before the next attempt.',
    exitCode: exitCodes.returned,
  },
  RETURNED_TO_PRIMARY: {
    title: 'The switchover failed and the primary service was made active again',
    cause:
      'The pair did not settle before the deadline. The policy, or a person, chose to return to the primary service, and that succeeded. Applications work against the primary service.',
    remedy:
      'Find out why the recovery service did not settle (its service page and events) before the next attempt.',
    exitCode: exitCodes.returned,
  },
  GIVEN_UP: {
    title: 'A person ended the run while the pair was not in a good state',
    cause: 'The update `decide` said give-up. The run stopped watching; the report says what was true then.',
    remedy: 'Read the situation in the report and repair the pair through Aiven: it is now in your hands.',
    exitCode: exitCodes.needsOperator,
  },
  NO_REPORT: {
    title: 'The run ended without a report',
    cause: 'It was terminated, or timed out, in Temporal: no code of the workflow ran after that.',
    remedy:
      'Look at both services (`switchback get`), then start again: a new run reads both services first.',
    exitCode: exitCodes.needsOperator,
  },
  AIVEN_UNAVAILABLE: {
    title: 'The Aiven API could not be used before the write; nothing was written',
    cause: 'Reads failed until their time was over: network, rate limit, or an outage of the API.',
    remedy: 'Check AIVEN_WEB_URL, the network of the worker and status.aiven.io, then start again.',
    exitCode: exitCodes.blocked,
  },
  ALREADY_RUNNING: {
    title: 'A switchback of this pair is running already',
    cause: 'The canonical workflow id of the pair is taken by a running workflow.',
    remedy: 'Follow the running one: `switchback watch --project PROJECT SERVICE`.',
    exitCode: exitCodes.blocked,
  },
  STILL_RUNNING: {
    title: 'The run has not ended yet',
    cause: '`switchback result` was asked for the report of a run that is going on.',
    remedy: 'Wait for its end with `--wait`, or follow it: `switchback watch --project PROJECT SERVICE`.',
    exitCode: exitCodes.usage,
  },
  RUN_NOT_FOUND: {
    title: 'There is no such run',
    cause:
      'No workflow with this id is known to the Temporal namespace in use; or the run has ended, and takes no more messages.',
    remedy: 'Check project, service and namespace; `switchback list` shows every run.',
    exitCode: exitCodes.usage,
  },
  SCHEDULE_NOT_FOUND: {
    title: 'There is no such schedule',
    cause:
      'No Temporal Schedule with the canonical id of this pair and mode is known to the namespace in use.',
    remedy: 'Check project, service, mode and namespace; `switchback drill list` shows every schedule.',
    exitCode: exitCodes.usage,
  },
  FLEET_INCOMPLETE: {
    title: 'The fleet has ended, and not all pairs are where they should be',
    cause:
      'Some runs failed and nobody tried them again, within what the failure budget allows or after a person let the fleet go on. The report lists every pair, the worst first.',
    remedy:
      'Mend what the report names, then start the same fleet again: pairs that are there already are left alone.',
    exitCode: exitCodes.needsOperator,
  },
  FLEET_ABORTED: {
    title: 'A person ended the fleet before all pairs were done',
    cause:
      'The update `abort` was sent, or the workflow was cancelled. Runs that had written nothing were stopped; the others finished. The report says of each pair which.',
    remedy:
      'Look at the pairs that failed, then start the same fleet again when it is right: pairs that are there already are left alone.',
    exitCode: exitCodes.aborted,
  },
  CONFIG_INVALID: {
    title: 'The configuration is not valid',
    cause: 'One or more environment variables are missing or malformed. The message lists every fault.',
    remedy: 'Set what the message names; docs/configuration.md lists every variable.',
    lists: true,
    exitCode: exitCodes.usage,
  },
  TEMPORAL_UNREACHABLE: {
    title: 'The Temporal server cannot be reached',
    cause: 'No connection to TEMPORAL_ADDRESS, or it refused the credentials or the namespace.',
    remedy:
      'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS and API key; with no server at hand, use `switchback run --embedded`.',
    exitCode: exitCodes.connection,
  },
  NO_WORKER: {
    title: 'No worker answers for the run',
    cause: 'A run answers through a worker. None polls the task queue, or it is just being restarted.',
    remedy: 'Start a worker (`npm run worker`): the run is safe in Temporal and goes on by itself then.',
    exitCode: exitCodes.connection,
  },
  SEARCH_ATTRIBUTES_MISSING: {
    title: 'The namespace lacks the search attributes of the workflow',
    cause:
      'The worker may not register them itself (Temporal Cloud, or missing permission), or the namespace has no room for them: with a SQL database as its visibility store it takes ten of the type Keyword.',
    remedy: 'Do what the message says, then start the worker again.',
    lists: true,
    exitCode: exitCodes.connection,
  },
  NOT_READY: {
    title: 'Something that a switchback needs is not there',
    cause:
      '`switchback doctor` found at least one fault; each is listed with what was observed. Faults of the configuration itself are CONFIG_INVALID.',
    remedy: 'Follow the remedy below each fault, then ask the doctor again.',
    exitCode: exitCodes.connection,
  },
  EVIDENCE_BROKEN: {
    title: 'The file is not the evidence that was kept',
    cause:
      'At least one byte of the bundle, or of its page, was changed after it was written; or its head is not the one to compare with. The message names the first thing that does not hold.',
    remedy:
      'Rebuild it from Temporal (`switchback evidence --project PROJECT SERVICE`), and find out who could write to the file.',
    exitCode: exitCodes.evidence,
  },
  EVIDENCE_NOT_KEPT: {
    title: 'The evidence of the run could not be written',
    cause:
      'The folder, or the S3-compatible store, did not take it. The message says what it answered. The run itself is not affected.',
    remedy:
      'Mend the store, then rebuild the bundle from Temporal: `switchback evidence --project PROJECT SERVICE`.',
    exitCode: exitCodes.evidence,
  },
  TEMPORAL_CLI_NOT_FOUND: {
    title: 'No Temporal CLI could be found or fetched',
    cause: 'Every place was tried in turn; the message says what each one answered.',
    remedy: 'Install the Temporal CLI, or set TEMPORAL_CLI_PATH to the binary.',
    lists: true,
    exitCode: exitCodes.connection,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** A failure outside a run, with a stable code; its message is complete and made for people. */
export class SwitchbackError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SwitchbackError';
  }
}
