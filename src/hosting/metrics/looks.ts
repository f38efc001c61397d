import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import type { Logger, NativeConnection } from '@temporalio/worker';

const LOOK_EVERY_MS = 15_000;

/** Whose lists are looked at, and where it shows. */
export interface Listing {
  /** The present connection: it may be another one tomorrow. */
  connection: () => NativeConnection;
  namespace: string;
  meter: MetricMeter;
  log: Logger;
  /** Default 15 s. */
  everyMs?: number;
}

interface Looks {
  look: (temporal: Client) => Promise<void>;
  /** How long one may take, milliseconds. */
  limitMs: number;
  /** Called each time that it cannot look. */
  blind?: () => void;
  /** What is logged when that begins. */
  problem: string;
}

/** Looks at Temporal's lists again and again. Never throws. */
export async function keepLooking(
  { connection, namespace, log, everyMs = LOOK_EVERY_MS }: Listing,
  { look, limitMs, blind, problem }: Looks,
  stop: AbortSignal,
): Promise<void> {
  let isFailing = false;
  while (!stop.aborted) {
    try {
      const present = connection();
      await present.withDeadline(Date.now() + limitMs, () =>
        look(new Client({ connection: present, namespace })),
      );
      isFailing = false;
    } catch (error) {
      if (stop.aborted) return;
      blind?.();
      if (!isFailing) log.warn(problem, { error });
      isFailing = true;
    }
    await delay(everyMs, undefined, { signal: stop, ref: false }).catch(() => {});
  }
}
