import type { Alarm } from '../contract/alarm';
import type { PersonNeeded, RunEnd, RunEvent } from '../contract/events';

/** What is true of a run once an event has happened, as far as its events tell. */
export interface RunState {
  /** The number of that event. */
  seq: number;
  event: RunEvent;
  /** The alarms that stand, oldest first. */
  alarms: readonly Alarm[];
  /** What a person is asked for; a run asks for as long as it stays in the phase. */
  need: PersonNeeded | undefined;
  end: RunEnd | undefined;
}

/** The state after one more event. */
export function after(state: RunState | undefined, event: RunEvent): RunState {
  return {
    seq: event.seq,
    event,
    alarms: alarmsAfter(state?.alarms ?? [], event),
    need: event.need ?? (isStillAsked(state, event) ? state?.need : undefined),
    end: event.end ?? state?.end,
  };
}

function alarmsAfter(standing: readonly Alarm[], { type, alarm }: RunEvent): readonly Alarm[] {
  if (alarm === undefined) return standing;
  const others = standing.filter(({ cause }) => cause !== alarm.cause);
  return type === 'switchback.alarm.raised' ? [...others, alarm] : others;
}

function isStillAsked(state: RunState | undefined, event: RunEvent): boolean {
  return event.end === undefined && event.phase === state?.event.phase;
}
