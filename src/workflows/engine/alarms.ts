import type { Alarm } from '../../contract/alarm';
import { now } from '../../util/now';
import { listAlarm } from './visibility';

/** The alarms of a run. The newest one that stands is what the workflow list shows. */
export class Alarms {
  readonly all: Alarm[] = [];
  #listed: Alarm['cause'] | undefined;

  /** @param changed told of every alarm when it is raised and when it is cleared. */
  constructor(private readonly changed: (alarm: Alarm) => void) {}

  get standing(): Alarm[] {
    return this.all.filter((alarm) => alarm.until === undefined);
  }

  /** Raises one; another of the same cause is over with that. */
  raise(cause: Alarm['cause'], message: string): void {
    this.#clear((alarm) => alarm.cause === cause);
    const alarm: Alarm = { cause, message, since: now() };
    this.all.push(alarm);
    this.changed(alarm);
    this.#list();
  }

  clear(which: (alarm: Alarm) => boolean): void {
    this.#clear(which);
    this.#list();
  }

  #clear(which: (alarm: Alarm) => boolean): void {
    for (const alarm of this.standing.filter(which)) {
      alarm.until = now();
      this.changed(alarm);
    }
  }

  #list(): void {
    const newest = this.standing.at(-1)?.cause;
    if (newest === this.#listed) return;
    this.#listed = newest;
    listAlarm(newest);
  }
}
