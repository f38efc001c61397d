import type { FeedEntry } from './event-feed';
import type { HttpRequest, Reply } from './post';

/** Something that can be told of events. */
export interface Sink {
  /**
   * Tells it of one event.
   *
   * @returns whether there was anything to tell.
   * @throws DeliveryFailure
   */
  deliver(delivery: Delivery): Promise<boolean>;
}

/** One event for one sink, and what the sink may use to tell it. */
export interface Delivery extends FeedEntry {
  /** All that is known by now, oldest first: also what comes after this event. */
  known: readonly FeedEntry[];
  /** Where this event is in them, from 0. */
  place: number;
  /** True for the events that this sink is configured for. */
  isWanted: (entry: FeedEntry) => boolean;
  /** Where people see the run; absent when that is not configured. */
  link: string | undefined;
  /** What the sink remembers of this run; kept from one event, and one worker, to the next. */
  memory: Record<string, string>;
  /** Sends one request. @throws DeliveryFailure when no answer comes in time. */
  post: (request: () => Promise<HttpRequest>) => Promise<Reply>;
}
