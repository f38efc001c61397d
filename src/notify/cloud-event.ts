import type { EventType, RunEvent, RunIdentity } from '../contract/events';
import type { FeedEntry } from './event-feed';

/** The `data` of a CloudEvent: which run, what happened, and where to look. */
export interface EventData extends RunIdentity, RunEvent {
  links?: { ui: string };
}

/** A CloudEvent 1.0 with the extension `sequence`. */
export interface SwitchbackCloudEvent {
  specversion: '1.0';
  /** `RUN-ID/NUMBER`: the same however often it is sent. */
  id: string;
  /** `/switchback/WORKFLOW-ID`. */
  source: string;
  type: EventType;
  /** `PROJECT/PRIMARY-SERVICE`. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  /** The number of the event in its run. */
  sequence: string;
  sequencetype: 'Integer';
  data: EventData;
}

export function cloudEventOf(
  { run, event }: Pick<FeedEntry, 'run' | 'event'>,
  ui?: string,
): SwitchbackCloudEvent {
  return {
    specversion: '1.0',
    id: `${run.runId}/${event.seq}`,
    source: `/switchback/${encodeURIComponent(run.workflowId)}`,
    type: event.type,
    subject: `${run.project}/${run.primary}`,
    time: event.at,
    datacontenttype: 'application/json',
    sequence: String(event.seq),
    sequencetype: 'Integer',
    data: { ...run, ...event, ...(ui === undefined ? {} : { links: { ui } }) },
  };
}
