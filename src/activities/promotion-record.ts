import { activityInfo, getClient } from '@temporalio/activity';
import type { PromoteProgress } from '../contract/write';
import { withinLimit } from '../util/limit';

/** Well within the heartbeat time-out. */
const BEAT_MS = 2_000;
/** A record that the server does not acknowledge in this time is none. */
const RECORD_MS = 4_000;

/** What an attempt to promote tells Temporal about itself, so that its death says whether it can have written. */
export interface PromotionRecord {
  /**
   * Records durably that the write is about to leave. Once this has resolved, whoever finds the attempt dead knows that
   * it may have written; before that, that it has not.
   *
   * @throws Error when Temporal did not acknowledge it, or has the activity cancelled, paused or reset: then nothing may be
   * sent
   */
  aboutToSend(signal: AbortSignal): Promise<void>;
  /** Ends the beats. */
  end(): void;
}

export type BeginPromotionRecord = () => Promise<PromotionRecord>;

/**
 * The record in Temporal: heartbeat details of the attempt, sent straight to the server and one after the other. The
 * SDK's own heartbeats are held back and sent later, so that one of them could stand in the place of a newer one.
 */
export const beginPromotionRecord: BeginPromotionRecord = async () => {
  const { taskToken } = activityInfo();
  const { activity } = getClient();
  let progress: PromoteProgress = { stage: 'reading' };
  let last: Promise<void> = Promise.resolve();
  const beat = () => {
    const details = progress;
    last = last.then(() => activity.heartbeat(taskToken, details));
    return last;
  };
  // Without it nobody could tell this attempt from one of a worker that makes no such record.
  await beat();
  let isBeating = false;
  const beats = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    // One that fails makes every later one fail: what the server has then is not known.
    beat().then(
      () => {
        isBeating = false;
      },
      () => clearInterval(beats),
    );
  }, BEAT_MS);
  return {
    aboutToSend: (signal) =>
      withinLimit(RECORD_MS, signal, () => {
        progress = { stage: 'sending' };
        return beat();
      }),
    end: () => clearInterval(beats),
  };
};
