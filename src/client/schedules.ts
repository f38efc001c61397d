import {
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSummary,
} from '@temporalio/client';
import { parseDuration } from '../contract/duration';
import { SwitchbackError } from '../contract/errors';
import { parseInput } from '../contract/input';
import type { NamedReason } from '../contract/messages';
import { procedures } from '../contract/procedure';
import type { DrillInput } from '../contract/procedure-input';
import { faultOfText } from '../contract/text';
import {
  type ScheduleMode,
  scheduleIdOf,
  scheduleModes,
  scheduleOf,
  workflowIdOf,
} from '../contract/workflow-id';
import { compact } from '../util/compact';
import type { TemporalSession } from './session';

/** When to practise. */
export interface DrillTimes {
  /** Five fields, minute first: `0 3 * * *` is every day at three. */
  cron: string;
  /** `rehearse` goes to the end without a write; `drill` switches over and back. Default `rehearse`. */
  mode?: ScheduleMode;
  /** An IANA name, such as `Europe/Helsinki`. Default `UTC`. */
  timeZone?: string;
  /** A start is put off by up to so much, by chance, so that many pairs do not start at once. Default `10m`. */
  jitter?: string;
  /** A start that Temporal was away for is made up for within this time, and then dropped. Default `1h`. */
  catchUpWindow?: string;
}

/** What every run of a schedule is told; the mode is the schedule's. */
export type ScheduledDrillInput = Omit<DrillInput, 'mode'>;

/** A Temporal Schedule that practises on a pair. */
export interface DrillSchedule {
  scheduleId: string;
  project: string;
  service: string;
  mode: ScheduleMode;
  /** As it was given. */
  cron: string;
  timeZone: string;
  /** Paused by a person, or by Temporal after a run that failed. */
  paused: boolean;
  /** Who paused or resumed it last, and why. */
  note?: string;
  /** The next starts, ISO 8601, soonest first; what the jitter adds is in them. */
  next: string[];
  /** Its newest run. */
  last?: { at: string; workflowId: string; runId: string };
}

/** Which schedule: there is one of each mode. */
export interface DrillScheduleName {
  project: string;
  service: string;
  /** Default `rehearse`. */
  mode?: ScheduleMode;
}

const DEFAULTS = { mode: 'rehearse', timeZone: 'UTC', jitter: '10m', catchUpWindow: '1h' } as const;
/** Temporal drops what is older than this at the least. */
const LEAST_CATCH_UP_MS = 10_000;

/** Every fault of what a schedule is to be; none when it is good. A cron expression is judged by Temporal. */
export function faultsOfSchedule(input: ScheduledDrillInput, times: DrillTimes): string[] {
  const parsed = parseInput(input, 'drill');
  const { cron, mode, timeZone, jitter, catchUpWindow } = { ...DEFAULTS, ...compact(times) };
  const least = [
    ['jitter', jitter, 0] as const,
    ['catchUpWindow', catchUpWindow, LEAST_CATCH_UP_MS] as const,
  ];
  return [
    ...(parsed.ok ? [] : parsed.faults),
    ...(/^\S+( \S+){4}$/.test(cron.trim())
      ? []
      : [`"cron" must be five fields, minute first, such as "0 3 * * *", not "${cron}"`]),
    ...faultsOfMode(mode),
    ...(isTimeZone(timeZone)
      ? []
      : [`"timeZone" must be an IANA name such as "Europe/Helsinki", not "${timeZone}"`]),
    ...least.flatMap(([name, text, leastMs]) => {
      const ms = parseDuration(text);
      if (ms === undefined) return [`"${name}" must be a duration such as "10m", not "${text}"`];
      return ms < leastMs ? [`"${name}" must be at least ${leastMs / 1_000} s, not "${text}"`] : [];
    }),
  ];
}

/** See {@link SwitchbackClient.scheduleDrill}. */
export async function scheduleDrill(
  session: TemporalSession,
  input: ScheduledDrillInput,
  times: DrillTimes,
): Promise<DrillSchedule> {
  const faults = faultsOfSchedule(input, times);
  if (faults.length > 0)
    throw new SwitchbackError('INVALID_INPUT', `Nothing was scheduled: ${faults.join('; ')}.`);
  const { project, service } = input;
  const { mode, ...when } = { ...DEFAULTS, ...compact(times) };
  const scheduleId = scheduleIdOf(project, service, mode);
  const options = {
    spec: {
      // The comment is what Temporal keeps of the words: it compiles the rest.
      cronExpressions: [`${when.cron.trim()} # ${when.cron.trim()}`],
      timezone: when.timeZone,
      jitter: when.jitter as never,
    },
    action: {
      type: 'startWorkflow' as const,
      workflowType: procedures.drill.workflowType,
      workflowId: workflowIdOf(project, service, 'drill'),
      taskQueue: session.taskQueue,
      args: [{ ...input, mode: mode === 'rehearse' ? 'rehearse' : 'execute' }],
      staticSummary: `scheduled ${mode} of ${project}/${service}`,
    },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: when.catchUpWindow as never,
      pauseOnFailure: true,
    },
  };
  return onSchedule(session, scheduleId, async (handle) => {
    try {
      await session.temporal.schedule.create({ scheduleId, ...options });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      // One that is paused stays so: somebody, or a failure, had a reason.
      await handle.update(({ state }) => ({ ...options, state }));
    }
    return summaryOf(await handle.describe());
  });
}

/** See {@link SwitchbackClient.drillSchedules}. */
export async function drillSchedules(
  session: TemporalSession,
  filter: { project?: string; service?: string },
): Promise<DrillSchedule[]> {
  try {
    return await session.ask(async () => {
      const found: DrillSchedule[] = [];
      for await (const one of session.temporal.schedule.list()) {
        const names = scheduleOf(one.scheduleId);
        const isOurs = one.action?.workflowType === procedures.drill.workflowType;
        const { project = names?.project, service = names?.service } = filter;
        if (isOurs && names !== undefined && names.project === project && names.service === service)
          found.push(summaryOf(one));
      }
      return found;
    });
  } catch (error) {
    throw session.translate(error, 'of the list');
  }
}

/** See {@link SwitchbackClient.pauseDrills}. */
export function pauseDrills(
  session: TemporalSession,
  name: DrillScheduleName,
  why: NamedReason,
): Promise<DrillSchedule> {
  return change(session, name, why, (handle, note) => handle.pause(note));
}

/** See {@link SwitchbackClient.resumeDrills}. */
export function resumeDrills(
  session: TemporalSession,
  name: DrillScheduleName,
  why: NamedReason,
): Promise<DrillSchedule> {
  return change(session, name, why, (handle, note) => handle.unpause(note));
}

/** See {@link SwitchbackClient.deleteDrills}. */
export async function deleteDrills(session: TemporalSession, name: DrillScheduleName): Promise<void> {
  await onSchedule(session, idOf(name), (handle) => handle.delete());
}

function change(
  session: TemporalSession,
  name: DrillScheduleName,
  { by, reason }: NamedReason,
  act: (handle: ScheduleHandle, note: string) => Promise<void>,
): Promise<DrillSchedule> {
  const faults = Object.entries({ by, reason }).flatMap(
    ([field, text]) => faultOfText(field, text, true) ?? [],
  );
  return onSchedule(session, idOf(name, faults), async (handle) => {
    await act(handle, `${by}: ${reason}`);
    return summaryOf(await handle.describe());
  });
}

/** @throws SwitchbackError INVALID_INPUT with these faults, and those of the name */
function idOf({ project, service, mode = DEFAULTS.mode }: DrillScheduleName, faults: string[] = []): string {
  const parsed = parseInput({ project, service });
  const all = [...(parsed.ok ? [] : parsed.faults), ...faultsOfMode(mode), ...faults];
  if (all.length > 0) throw new SwitchbackError('INVALID_INPUT', `${all.join('; ')}.`);
  return scheduleIdOf(project, service, mode);
}

async function onSchedule<T>(
  session: TemporalSession,
  scheduleId: string,
  work: (handle: ScheduleHandle) => Promise<T>,
): Promise<T> {
  try {
    return await session.ask(() => work(session.temporal.schedule.getHandle(scheduleId)));
  } catch (error) {
    if (error instanceof ScheduleNotFoundError)
      throw new SwitchbackError('SCHEDULE_NOT_FOUND', `There is no schedule ${scheduleId}.`, {
        cause: error,
      });
    // So the SDK says that the server refuses the times.
    if (error instanceof TypeError)
      throw new SwitchbackError('INVALID_INPUT', `Temporal refuses the schedule: ${error.message}.`, {
        cause: error,
      });
    throw session.translate(error, scheduleId);
  }
}

function summaryOf({ scheduleId, spec, state, info }: ScheduleSummary | ScheduleDescription): DrillSchedule {
  const names = scheduleOf(scheduleId);
  if (names === undefined) throw new Error(`${scheduleId} is not the id of a schedule of ours`);
  const { note } = state;
  const last = info.recentActions.at(-1);
  return {
    scheduleId,
    ...names,
    cron: spec?.calendars?.[0]?.comment ?? '',
    timeZone: spec?.timezone ?? DEFAULTS.timeZone,
    paused: state.paused,
    ...(note ? { note } : {}),
    next: info.nextActionTimes.map((time) => time.toISOString()),
    ...(last === undefined
      ? {}
      : {
          last: {
            at: last.takenAt.toISOString(),
            workflowId: last.action.workflow.workflowId,
            runId: last.action.workflow.firstExecutionRunId,
          },
        }),
  };
}

function faultsOfMode(mode: ScheduleMode): string[] {
  return scheduleModes.includes(mode)
    ? []
    : [`"mode" must be one of ${scheduleModes.map((name) => `"${name}"`).join(', ')}, not "${mode}"`];
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}
