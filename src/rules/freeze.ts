import type { FreezeWindow } from '../contract/freeze';

const DAY_MINUTES = 24 * 60;

/** A freeze that is on. */
export interface Freeze {
  name: string;
  /** When it is over, by the wall clock of its zone: `18:00 Europe/Helsinki`. */
  until: string;
}

/**
 * Which of the windows are on at a moment. A window is what a wall clock in its zone shows: an hour that comes twice, when
 * daylight saving ends, is in it twice.
 *
 * @param moment ISO 8601.
 */
export function freezesAt(windows: readonly FreezeWindow[], moment: string): Freeze[] {
  return windows.flatMap((window) => {
    const clock = wallClockAt(moment, window.timeZone);
    const until = window.kind === 'once' ? endOfSingle(window, clock) : endOfWeekly(window, clock);
    return until === undefined ? [] : [{ name: window.name, until: `${until} ${window.timeZone}` }];
  });
}

interface WallClock {
  /** `2026-12-18T12:00` */
  text: string;
  /** 0 is Sunday. */
  day: number;
  /** Since midnight. */
  minute: number;
}

function endOfSingle({ from, to }: Extract<FreezeWindow, { kind: 'once' }>, { text }: WallClock) {
  return from <= text && text < to ? to.replace('T', ' ') : undefined;
}

function endOfWeekly(
  { days, from, to }: Extract<FreezeWindow, { kind: 'weekly' }>,
  { day, minute }: WallClock,
): string | undefined {
  const yesterday = (day + 6) % 7;
  const isOvernight = to <= from;
  const isOn =
    (days.includes(day) && minute >= from && (isOvernight || minute < to)) ||
    (isOvernight && days.includes(yesterday) && minute < to);
  return isOn ? timeOf(to) : undefined;
}

/** `18:00`; the end of a day is the midnight that follows. */
function timeOf(minutes: number): string {
  const pad = (number: number) => String(number).padStart(2, '0');
  return `${pad(Math.floor((minutes % DAY_MINUTES) / 60))}:${pad(minutes % 60)}`;
}

const CLOCKS = new Map<string, Intl.DateTimeFormat>();

function wallClockAt(moment: string, timeZone: string): WallClock {
  // Making one takes longer than all the rest.
  const format = CLOCKS.get(timeZone) ?? clockOf(timeZone);
  CLOCKS.set(timeZone, format);
  const parts = Object.fromEntries(
    format.formatToParts(new Date(moment)).map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute } = parts;
  const date = `${year}-${month}-${day}`;
  return {
    text: `${date}T${hour}:${minute}`,
    day: new Date(`${date}T00:00:00Z`).getUTCDay(),
    minute: Number(hour) * 60 + Number(minute),
  };
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const digits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    ...digits,
  });
}
