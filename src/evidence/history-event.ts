import { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
export type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

const { EventType } = temporal.api.enums.v1;

/** `ACTIVITY_TASK_SCHEDULED`; a type that this SDK does not know is its number. */
export function nameOf({ eventType }: HistoryEvent): string {
  const name = EventType[eventType ?? 0] as string | undefined;
  return name === undefined ? String(eventType) : name.replace('EVENT_TYPE_', '');
}

/** Milliseconds since 1970, cut and not rounded: as the workflow's own clock has it. */
export function msOf({ eventTime }: HistoryEvent): number {
  return millis(eventTime) ?? 0;
}

export function isoOf(event: HistoryEvent): string {
  return new Date(msOf(event)).toISOString();
}

/** A protobuf timestamp or duration in milliseconds. */
export function millis(value: Timestamp): number | undefined {
  if (!value) return undefined;
  return Number(value.seconds ?? 0) * 1_000 + Math.floor((value.nanos ?? 0) / 1_000_000);
}
