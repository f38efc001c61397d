/**
 * What a failed delivery means for what follows. `refused`: this event will not be taken, however often it is sent.
 * `gone`: nothing will be taken any more. `later`: somebody may mend it, or it mends itself.
 */
export type FailureKind = 'refused' | 'gone' | 'later';

/** A delivery failed; its message is for people, and holds nothing that came from a secret or from the answer. */
export class DeliveryFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** How long the other side asks to wait. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'DeliveryFailure';
  }
}

/**
 * The receiver has read the request and says that it cannot make sense of it, or that it is too large: the same bytes
 * will meet the same answer. Every other status may be mended without us: a receiver that is being deployed answers 404,
 * and one with a renewed token 401, until somebody has seen to it.
 */
const REFUSED = [400, 413, 415, 422];
const GONE = 410;

/** @throws DeliveryFailure unless the status is 2xx. */
export function checkStatus({ status, retryAfterMs }: { status: number; retryAfterMs?: number }): void {
  if (status >= 200 && status <= 299) return;
  const kind = REFUSED.includes(status) ? 'refused' : status === GONE ? 'gone' : 'later';
  throw new DeliveryFailure(kind, `HTTP ${status}`, retryAfterMs);
}
