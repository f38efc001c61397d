import type { Side } from '../contract/observation';
import type {
  Parity,
  ParityChange,
  ParityDifference,
  ServiceSettings,
  SettingsSnapshot,
} from '../contract/parity';

/** The value of a group or a field that the API did not tell, which is neither equal nor different. */
export const NOT_TOLD = 'not told';
const NONE = 'none';
/** Aiven gives every service its own: two peers that differ in them are as they should be. */
const BY_NATURE = new Set(['maintenance_window', 'user_config/backup_hour', 'user_config/backup_minute']);
const SIDES: readonly Side[] = ['primary', 'recovery'];

/** How the two services differ as they were last read, and what became of each since the checks. Pure. */
export function parityOf(
  before: SettingsSnapshot | undefined,
  after: SettingsSnapshot | undefined,
  names: Readonly<Record<Side, string>>,
): Parity {
  const last = { primary: after?.primary ?? before?.primary, recovery: after?.recovery ?? before?.recovery };
  const problems = SIDES.flatMap((side) => problemsOf(names[side], before?.[side], after?.[side]));
  return {
    differences: differencesBetween(last.primary, last.recovery, names),
    changes: SIDES.flatMap((side) => changesOf(names[side], before?.[side], after?.[side])),
    ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
  };
}

function problemsOf(
  service: string,
  before: ServiceSettings | undefined,
  after: ServiceSettings | undefined,
): string[] {
  if (before === undefined && after === undefined) return [`${service} was not read`];
  if (before === undefined) return [`${service} was not read before the switch`];
  if (after === undefined) return [`${service} was not read at the end`];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const untold = [...fields].filter((field) => [before[field], after[field]].includes(NOT_TOLD));
  return untold.length === 0 ? [] : [`${service}: the API does not tell ${untold.join(', ')}`];
}

function differencesBetween(
  primary: ServiceSettings | undefined,
  recovery: ServiceSettings | undefined,
  names: Readonly<Record<Side, string>>,
): ParityDifference[] {
  if (primary === undefined || recovery === undefined) return [];
  return unequal(primary, recovery)
    .filter(([field]) => !BY_NATURE.has(field))
    .map(([field, ofPrimary, ofRecovery]) => {
      const lacks = ofPrimary === NONE ? names.primary : ofRecovery === NONE ? names.recovery : undefined;
      const has = ofPrimary === NONE ? names.recovery : names.primary;
      const remedy =
        lacks === undefined
          ? `Set ${wordOf(field)} to the same value on both${because(field)}.`
          : `Give ${lacks} ${wordOf(field)} too, or take it from ${has}${because(field)}.`;
      return { field, primary: ofPrimary, recovery: ofRecovery, remedy };
    });
}

function changesOf(
  service: string,
  before: ServiceSettings | undefined,
  after: ServiceSettings | undefined,
): ParityChange[] {
  if (before === undefined || after === undefined) return [];
  return unequal(before, after).map(([field, was, is]) => ({
    service,
    field,
    before: was,
    after: is,
    remedy: remedyOfChange(service, field, was, is),
  }));
}

function remedyOfChange(service: string, field: string, was: string, is: string): string {
  const what = wordOf(field);
  if (is === NONE) return `Give ${service} ${what} back, unless that was intended${because(field)}.`;
  if (was === NONE) return `Find out who gave ${service} ${what}, and remove it unless that was intended.`;
  return `Find out who changed ${what} of ${service}, and set it back unless that was intended${because(field)}.`;
}

/** Field, and what stands on either side; without what the API did not tell on one of them. */
function unequal(
  one: ServiceSettings,
  other: ServiceSettings,
): [field: string, one: string, other: string][] {
  const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const isTold = (settings: ServiceSettings, field: string) =>
    settings[field] !== NOT_TOLD && settings[groupOf(field)] !== NOT_TOLD;
  return fields
    .filter((field) => isTold(one, field) && isTold(other, field) && one[field] !== other[field])
    .map((field) => [field, one[field] ?? NONE, other[field] ?? NONE]);
}

function groupOf(field: string): string {
  return field.split('/', 1)[0] ?? field;
}

/** `the connection pool app` */
function wordOf(field: string): string {
  const group = groupOf(field);
  const item = field.slice(group.length + 1);
  const words: Record<string, string> = {
    plan: 'the plan',
    nodes: 'the number of nodes',
    disk: 'the disk space',
    postgresql: 'the PostgreSQL version',
    network: 'the network',
    termination_protection: 'termination protection',
    maintenance_window: 'the maintenance window',
    routes: 'the route',
    ip_filter: item === 'all' ? 'the IP filter' : 'the IP filter entry',
    user_config: 'the setting',
    pools: 'the connection pool',
    integrations: 'the integration',
    tags: 'the tag',
  };
  const word = words[group] ?? group;
  return item === '' || item === 'all' ? word : `${word} ${item}`;
}

/** What is lost by it. */
function because(field: string): string {
  const losses: Record<string, string> = {
    plan: ': whichever is active must carry the load',
    nodes: ': whichever is active must carry the load',
    disk: ': both hold the same data',
    network: ': clients of the other network are cut off after a switch',
    routes: ': clients that come that way are cut off after a switch',
    ip_filter: ': clients that come from there are cut off after a switch',
    pools: ': applications that use it fail without it',
    integrations: ': what it carried no longer arrives',
  };
  return losses[groupOf(field)] ?? '';
}
