import type { Alarm } from '../../src/contract/alarm';
import type { EventType, RunEvent, RunIdentity } from '../../src/contract/events';
import type { Outcome } from '../../src/contract/outcome';

export const RUN: RunIdentity = {
  project: 'my-project',
  primary: 'pg-main',
  recovery: 'pg-main-recovery',
  workflowId: 'switchback.my-project.pg-main',
  runId: '01a2060a-abfc-76a1-89ac-96658c563d26',
  requestedBy: 'ops@example.com',
  reason: 'INC-123',
};

export const STALLED: Alarm = {
  cause: 'stalled',
  message: 'nothing has moved for 5 min',
  since: '2026-11-23T03:38:00.000Z',
};
export const BOTH: Alarm = {
  cause: 'both-active',
  message: 'both services are active: two writable primaries',
  since: '2026-11-23T03:39:00.000Z',
};

const BY = 'you@example.com';

/** Events as a run makes them, numbered as they come. */
export class Story {
  readonly events: RunEvent[] = [];

  constructor(private readonly startedAt = Date.parse('2026-11-23T03:37:00.000Z')) {}

  enter(phase: RunEvent['phase'], headline = `Now in ${phase}.`): this {
    return this.#add('switchback.phase.entered', { phase, headline, summary: headline });
  }

  raise(alarm: Alarm): this {
    return this.#add('switchback.alarm.raised', { severity: 'critical', summary: alarm.message, alarm });
  }

  clear(alarm: Alarm): this {
    return this.#add('switchback.alarm.cleared', { summary: `over: ${alarm.message}`, alarm });
  }

  need(severity: RunEvent['severity'] = 'warning'): this {
    const payload = { by: BY, reason: 'INC-123', fingerprint: 'abc123abc123' };
    const command = `switchback approve my-project/pg-main --fingerprint abc123abc123 --by ${BY} --reason INC-123`;
    return this.#add('switchback.person.needed', {
      severity,
      need: {
        for: 'the update approve for the plan abc123abc123',
        until: '2026-11-23T04:37:00.000Z',
        answers: [{ update: 'approve', does: 'lets the run write', payload, command }],
      },
    });
  }

  act(what = 'approved'): this {
    const summary = `lead@example.com: ${what} (INC-123)`;
    return this.#add('switchback.person.acted', {
      summary,
      act: { what, by: 'lead@example.com', reason: 'INC-123' },
    });
  }

  end(outcome: Outcome, severity: RunEvent['severity'] = 'info'): this {
    return this.#add('switchback.run.ended', {
      phase: 'report',
      severity,
      headline: `It ended: ${outcome}.`,
      summary: `It ended: ${outcome}.`,
      end: { outcome, next: 'Check that applications write.', wrote: true, standingAlarms: 0 },
    });
  }

  silence(): this {
    return this.#add('switchback.run.lost', {
      severity: 'critical',
      summary: 'The run was terminated in Temporal and left no report.',
      end: { outcome: 'no-report', next: 'Look at both services.', wrote: true, standingAlarms: 0 },
    });
  }

  #add(type: EventType, more: Partial<RunEvent>): this {
    const { phase = 'validate', headline = 'The run has started.' } = this.events.at(-1) ?? {};
    const seq = this.events.length + 1;
    const at = new Date(this.startedAt + seq * 1_000).toISOString();
    this.events.push({ seq, at, type, severity: 'info', phase, summary: headline, headline, ...more });
    return this;
  }
}

/** A run as it usually goes. */
export function usual(): Story {
  return new Story().enter('discover').enter('promote').enter('verify').end('switched-back');
}
