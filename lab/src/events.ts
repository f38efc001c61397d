import { randomUUID } from 'node:crypto';

/** An entry of a project's event log (Aiven docs: `events`). */
export interface ProjectEvent {
  id: string;
  /** ISO 8601, UTC. */
  time: string;
  actor: string;
  event_type: string;
  service_name: string | null;
  event_desc: string;
}

/** Actor of what the platform does by itself. */
export const AUTOMATION = 'Aiven Automation';

export class EventLog {
  readonly #events: ProjectEvent[] = [];

  add(event: { actor: string; type: string; service: string; text: string; at?: Date }): void {
    this.#events.push({
      id: randomUUID(),
      time: (event.at ?? new Date()).toISOString(),
      actor: event.actor,
      event_type: event.type,
      service_name: event.service,
      event_desc: event.text,
    });
  }

  /** Newest first; of two of the same time, the one that was added later. */
  latest(limit: number): ProjectEvent[] {
    const newestFirst = this.#events.toReversed().toSorted((a, b) => b.time.localeCompare(a.time));
    return newestFirst.slice(0, limit);
  }
}
