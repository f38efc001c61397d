import {
  type DrillSchedule,
  type DrillScheduleName,
  type DrillTimes,
  faultsOfSchedule,
  type NamedReason,
  type ScheduledDrillInput,
} from '../client';
import { exitCodes } from '../contract/errors';
import type { ScheduleMode } from '../contract/workflow-id';
import { compact } from '../util/compact';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import type { DeletedScheduleLine } from './lines';
import { clock, tableLines } from './table';
import type { Terminal } from './terminal';

/** What `drill schedule` takes beside the pair. */
export interface ScheduleOptions extends Partial<DrillTimes> {
  soak?: string;
  requestedBy?: string;
  reason?: string;
}

/** What `drill pause`, `resume` and `delete` take beside the pair. */
export interface ChangeOptions extends Partial<NamedReason> {
  mode?: ScheduleMode;
}

/** Everything that is wrong with what was given, before anything is connected. */
export function faultsOf(input: ScheduledDrillInput, options: ScheduleOptions): string[] {
  return faultsOfSchedule(input, timesOf(options));
}

/** Makes the schedule, or changes the one that there is. */
export function schedule(
  input: ScheduledDrillInput,
  options: ScheduleOptions,
  json: boolean,
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  return withClient(env, async (client) => {
    const made = await client.scheduleDrill(input, timesOf(options));
    return say(made, 'scheduled', json, terminal);
  });
}

/** Every schedule that practises, of all pairs or of some. */
export async function listSchedules(
  filter: { project?: string; service?: string },
  json: boolean,
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  const found = await withClient(env, (client) => client.drillSchedules(filter));
  if (json) for (const one of found) terminal.line(JSON.stringify(one));
  else if (found.length === 0) terminal.line('No schedule matches.');
  else {
    const head = ['PAIR', 'MODE', 'WHEN', 'NEXT (UTC)', 'LAST (UTC)', 'STATE'];
    for (const line of tableLines(head, found.map(rowOf), terminal.colour)) terminal.line(line);
  }
  return exitCodes.done;
}

/** Pauses or resumes a schedule, by name and reason. */
export function change(
  what: 'pause' | 'resume',
  { by = '', reason = '', ...name }: DrillScheduleName & Partial<NamedReason>,
  json: boolean,
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  return withClient(env, async (client) => {
    const changed = await (what === 'pause' ? client.pauseDrills : client.resumeDrills).call(client, name, {
      by,
      reason,
    });
    return say(changed, `${what}d by ${by}`, json, terminal);
  });
}

/** Deletes a schedule, and no run. */
export function deleteSchedule(
  name: DrillScheduleName,
  json: boolean,
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  return withClient(env, async (client) => {
    const { mode = 'rehearse' } = name;
    await client.deleteDrills(name);
    const line: DeletedScheduleLine = { deleted: true, ...name, mode };
    const text = `The ${mode} schedule of ${name.project}/${name.service} is deleted; no run was touched.`;
    terminal.line(json ? JSON.stringify(line) : `${terminal.colour.green('✔')} ${text}`);
    return exitCodes.done;
  });
}

function timesOf({ soak: _, requestedBy: __, reason: ___, ...times }: ScheduleOptions): DrillTimes {
  return { cron: '', ...compact(times) };
}

function say(made: DrillSchedule, what: string, json: boolean, { colour, line }: Terminal): number {
  if (json) {
    line(JSON.stringify(made));
    return exitCodes.done;
  }
  const { mode, project, service, cron, timeZone, paused, note, next } = made;
  line(`${colour.green('✔')} ${mode} of ${project}/${service} ${what}: ${cron}, ${timeZone}.`);
  if (paused)
    line(`  It is paused (${note ?? 'no reason was given'}); \`switchback drill resume\` lets it go on.`);
  else line(`  next  ${next.slice(0, 3).map(clock).join(', ')} UTC`);
  return exitCodes.done;
}

function rowOf({
  project,
  service,
  mode,
  cron,
  timeZone,
  next,
  last,
  paused,
  note,
}: DrillSchedule): string[] {
  return [
    `${project}/${service}`,
    mode,
    `${cron} ${timeZone}`,
    !paused && next[0] !== undefined ? clock(next[0]) : '–',
    last === undefined ? '–' : clock(last.at),
    paused ? `paused${note === undefined ? '' : `: ${note}`}` : 'active',
  ];
}
