import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './project.mjs';

export const { inputFields } = createRequire(join(ROOT, 'dist', 'x'))('./contract/input-fields.js');

/** A name as contract/input.ts takes it. */
const name = { pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$' };
/** As contract/duration.ts reads it. */
const duration = { pattern: '^\\d{1,9}(ms|s|m|h)$' };
/** A duration, or a size in the units of contract/lag.ts. */
const lag = { pattern: '^\\d{1,9}(ms|s|m|h|B|kB|MB|GB)$' };
/** ISO 8601 with a time zone. */
const time = { pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)$' };
const note = { maxLength: 500 };
/** A name in which `*` stands for any characters. */
const pattern = { pattern: '^[A-Za-z0-9_*-]{1,100}$' };
const filled = { pattern: '\\S' };
const signed = { by: filled, reason: filled };

/** By the kind of a field of the input. */
const KINDS = { name, duration, lag, text: note };

const ofInput = Object.fromEntries(
  Object.entries(inputFields).flatMap(([field, { kind }]) => (KINDS[kind] ? [[field, KINDS[kind]]] : [])),
);

/** What a type cannot say of its texts, and the guards of the contract demand; a test compares the two. */
export const CONSTRAINTS = {
  SwitchbackInput: ofInput,
  SwitchoverInput: ofInput,
  DrillInput: { ...ofInput, soak: duration },
  FailbackInput: { ...ofInput, rebuildTimeout: duration, takeOverAt: time },
  Acknowledgement: { by: { ...filled, ...note }, reason: { ...filled, ...note } },
  DecideInput: signed,
  ApproveInput: { ...signed, fingerprint: filled },
  NamedReason: signed,
  FleetInput: { pauseBetweenWaves: duration, fingerprint: note, requestedBy: note, reason: note },
  FleetSelector: { project: name, cloud: pattern, name: pattern },
  FleetApproveInput: { ...signed, fingerprint: filled },
  FleetPairsInput: signed,
};

/** Where the types are. */
export const SOURCES = 'src/{client,contract/*,notify/*,evidence/bundle,cli/lines,doctor/report}.ts';

/** Every schema: its name, the type that it is made of, what it is, and who takes or gives it. */
export const SCHEMAS = [
  {
    name: 'input',
    type: 'SwitchbackInput',
    title: 'What a switchback is started with',
    where: 'the argument of `switchbackWorkflow`; `client.start()`',
  },
  {
    name: 'switchover-input',
    type: 'SwitchoverInput',
    title: 'What a switchover is started with',
    where: "the argument of `switchoverWorkflow`; `client.start()` with `procedure: 'switchover'`",
  },
  {
    name: 'failover-input',
    type: 'FailoverInput',
    title: 'What a failover is started with',
    where: "the argument of `failoverWorkflow`; `client.start()` with `procedure: 'failover'`",
  },
  {
    name: 'failback-input',
    type: 'FailbackInput',
    title: 'What a failback is started with',
    where: "the argument of `failbackWorkflow`; `client.start()` with `procedure: 'failback'`",
  },
  {
    name: 'drill-input',
    type: 'DrillInput',
    title: 'What a drill is started with',
    where: "the argument of `drillWorkflow`; `client.start()` with `procedure: 'drill'`",
  },
  {
    name: 'fleet-input',
    type: 'FleetInput',
    title: 'What a fleet is started with',
    where:
      'the argument of `fleetWorkflow`; `client.fleets.start()`; the file of `fleet run` and `fleet plan`',
  },
  {
    name: 'fleet-status',
    type: 'FleetStatus',
    title: 'What a fleet is doing, and who needs a person first',
    where:
      'the query `status` of a fleet; `client.fleets.status()`, `client.fleets.watch()`; `fleet status --json`',
  },
  {
    name: 'fleet-report',
    type: 'FleetReport',
    title: 'How a fleet ended, with every pair',
    where:
      'the result of `fleetWorkflow`, or the first detail of its failure; `client.fleets.result()`; `fleet run`, `plan`, `watch` and `result` with `--json`',
  },
  {
    name: 'fleet-approve',
    type: 'FleetApproveInput',
    title: 'An approval of a fleet, or of a wave of it',
    where: 'the payload of the update `approve` of a fleet; `client.fleets.approve()`',
  },
  {
    name: 'fleet-pairs',
    type: 'FleetPairsInput',
    title: 'Pairs to try again, or to leave out',
    where:
      'the payload of the updates `retry` and `skip` of a fleet; `client.fleets.retry()`, `client.fleets.skip()`',
  },
  {
    name: 'fleet-act',
    type: 'FleetAct',
    title: 'What a person told a fleet, and what came of it',
    where: 'the answer of every update of a fleet; its commands with `--json`',
  },
  {
    name: 'status',
    type: 'SwitchbackStatus',
    title: 'What a run is doing, and why it waits',
    where: 'the query `status`',
  },
  {
    name: 'live-status',
    type: 'LiveStatus',
    title: 'The status, with what the waiting activity saw last',
    where: '`client.status()`, `client.watch()`; `run` in what `get --json` prints',
  },
  {
    name: 'report',
    type: 'SwitchbackReport',
    title: 'How a run ended',
    where:
      'the result of `switchbackWorkflow`, or the first detail of its failure; `client.result()`; `run`, `promote-to-master`, `plan`, `watch` and `result` with `--json`, also when the run failed',
  },
  {
    name: 'events',
    type: 'RunEvents',
    title: 'What happened to a run so far',
    where: 'the query `events`',
  },
  {
    name: 'event',
    type: 'EventData',
    title: 'One thing that happened to a run',
    where: '`data` of the CloudEvents that webhooks are sent',
  },
  {
    name: 'cloud-event',
    type: 'SwitchbackCloudEvent',
    title: 'The same, as it is sent',
    where: 'the body of a webhook: a CloudEvent 1.0 in structured mode',
  },
  {
    name: 'decide',
    type: 'DecideInput',
    title: 'A decision',
    where: 'the payload of the update `decide`; `client.decide()`',
  },
  {
    name: 'approve',
    type: 'ApproveInput',
    title: 'An approval, as it is sent',
    where: 'the payload of the update `approve`; `client.approve()`',
  },
  {
    name: 'reject',
    type: 'NamedReason',
    title: 'A rejection, as it is sent',
    where: 'the payload of the update `reject`; `client.reject()`',
  },
  {
    name: 'acknowledge',
    type: 'Acknowledgement',
    title: 'Who answers for a soft finding',
    where: 'the payload of the update `acknowledge`, and its answer; `client.acknowledge()`',
  },
  {
    name: 'abort',
    type: 'NamedReason',
    title: 'The wish to stop a run',
    where: 'the payload of the update `abort`; `client.abort()`',
  },
  {
    name: 'decide-answer',
    type: 'Decision',
    title: 'The decision that counts',
    where: 'the answer of the update `decide`',
  },
  {
    name: 'approval-answer',
    type: 'Approval',
    title: 'The approval or rejection that counts',
    where: 'the answer of the updates `approve` and `reject`',
  },
  {
    name: 'abort-answer',
    type: 'AbortRequest',
    title: 'Whether the wish to stop came in time',
    where: 'the answer of the update `abort`',
  },
  {
    name: 'answer',
    type: 'AnswerLine',
    title: 'What a run answered to a message',
    where: '`approve`, `reject`, `ack`, `abort` and `decide` with `--json`',
  },
  {
    name: 'started',
    type: 'AttachedRun',
    title: 'The run that was started, or found running',
    where: '`run --detach --json`; `client.startOrAttach()`',
  },
  {
    name: 'get',
    type: 'GetLine',
    title: 'Both services and the run',
    where: '`get --json`, `status --json`',
  },
  {
    name: 'run-summary',
    type: 'RunSummary',
    title: 'A run, as Temporal lists it',
    where: 'each line of `list --json`; `client.list()`',
  },
  {
    name: 'trend',
    type: 'Trend',
    title: 'What the runs of a pair have measured, and whether it meets its targets',
    where: '`drills --json`',
  },
  {
    name: 'drill-schedule',
    type: 'DrillSchedule',
    title: 'A schedule that practises',
    where:
      '`drill schedule`, `drill pause` and `drill resume` with `--json`, each line of `drill list --json`; `client.scheduleDrill()`',
  },
  {
    name: 'drill-schedule-deleted',
    type: 'DeletedScheduleLine',
    title: 'That a schedule is gone',
    where: '`drill delete --json`',
  },
  {
    name: 'doctor',
    type: 'DoctorReport',
    title: 'What stands between you and a switchback',
    where: '`doctor --json`',
  },
  {
    name: 'evidence',
    type: 'EvidenceBundle',
    title: 'The evidence of a run',
    where: 'the `.json` file that a run leaves, or `evidence` rebuilds',
  },
  {
    name: 'evidence-kept',
    type: 'EvidenceLine',
    title: 'Where the rebuilt evidence is',
    where: '`evidence --json`',
  },
  {
    name: 'evidence-verified',
    type: 'VerifiedLine',
    title: 'That evidence is as it was written',
    where: '`evidence verify --json`',
  },
  {
    name: 'error',
    type: 'ErrorLine',
    title: 'What went wrong',
    where: 'every command with `--json`, where there is no report to print',
  },
];
