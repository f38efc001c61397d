import { z } from 'zod';
import type { FreezeReading, FreezeWindow } from '../contract/freeze';
import type { Read } from './environment';
import { filled, readJson } from './references';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MS = 24 * 3_600_000;

const timeZone = z.string().refine(isTimeZone, 'must be an IANA name, such as "Europe/Helsinki"');
const timeOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day, such as "08:00"');
const date = z.string().refine(isDate, 'must be a date, such as "2026-12-24"');
const moment = z
  .string()
  .refine(isMoment, 'must be a date and a time by the wall clock, such as "2026-12-18T12:00"');
const common = { name: filled, timeZone: timeZone.optional() };
const weekly = z
  .strictObject({
    ...common,
    days: z.array(z.enum(DAYS, `must be some of ${DAYS.join(', ')}`)).min(1),
    from: timeOfDay.default('00:00'),
    to: timeOfDay.default('24:00'),
  })
  .refine(({ from, to }) => from !== to, 'begins and ends at the same time; for whole days leave both out');
const once = z
  .strictObject({ ...common, from: moment, to: moment })
  .refine(({ from, to }) => from < to, 'ends before it begins');
/** Judged as what it looks like: a union would say of a weekly window that it is no single one. */
const window = z.unknown().transform((given, context) => {
  const looksWeekly = typeof given === 'object' && given !== null && 'days' in given;
  const { data, error } = (looksWeekly ? weekly : once).safeParse(given);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
  return data ?? z.NEVER;
});
const file = z.strictObject({
  timeZone: timeZone.default('UTC'),
  windows: z.array(window).default([]),
  dates: z.array(date).default([]),
});

/** The windows in the file, or everything that is wrong with them. */
export function readFreezes(path: string): Read<FreezeWindow[]> {
  const json = readJson(path);
  if ('fault' in json) return { faults: [json.fault] };
  const parsed = file.safeParse(json.value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${path}: ${[issue.path.join('.'), issue.message].filter(Boolean).join(' ')}`,
    );
    return { faults };
  }
  const { timeZone: zone, windows, dates } = parsed.data;
  return {
    value: [...windows.map((window) => windowOf(window, zone)), ...dates.map((day) => wholeDay(day, zone))],
  };
}

/** Read at the very moment: what cannot be read then is not known, whatever was read before. */
export function freezeReader(path: string): () => FreezeReading {
  return () => {
    const read = readFreezes(path);
    return 'value' in read ? { windows: read.value } : { problem: read.faults.join('; ') };
  };
}

function windowOf(
  { timeZone: own, ...window }: z.output<typeof weekly> | z.output<typeof once>,
  zone: string,
): FreezeWindow {
  const { name, from, to } = window;
  const named = { name, timeZone: own ?? zone };
  if (!('days' in window)) return { kind: 'once', ...named, from, to };
  const days = window.days.map((day) => DAYS.indexOf(day));
  return { kind: 'weekly', ...named, days, from: minutesOf(from), to: minutesOf(to) };
}

function wholeDay(day: string, zone: string): FreezeWindow {
  const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
  return { kind: 'once', name: day, timeZone: zone, from: `${day}T00:00`, to: `${next}T00:00` };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().startsWith(text)
  );
}

function isMoment(text: string): boolean {
  const [day = '', time = ''] = text.split('T');
  return isDate(day) && /^([01]\d|2[0-3]):[0-5]\d$/.test(time);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}
