import type { AivenClient, RequestRecord } from '../../aiven';
import type { Check } from './check';

/** How often a check may ask the API itself, however often it is asked. */
const ASK_EVERY_MS = 5_000;

/**
 * Whether the Aiven API answers this worker and takes its token, by the last request that anybody made. When there was
 * none yet, or the last one met trouble, the check asks itself whose token it is: what was mended is to show without a
 * run. A missing permission is no trouble here, since some requests may do without.
 */
export class ApiTrouble implements Check {
  readonly name = 'aiven-api';
  readonly remedy =
    'Refused: renew the token (AIVEN_TOKEN_FILE is read again for every request; AIVEN_TOKEN needs a restart). ' +
    'No reply: check AIVEN_WEB_URL and the way out of this network.';
  #last: RequestRecord | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  note = (record: RequestRecord): void => {
    if (record.error !== 'cancelled') this.#last = record;
  };

  constructor(private readonly aiven: () => AivenClient) {}

  look = async (): Promise<string> => {
    if (this.#last === undefined || troubleOf(this.#last) !== undefined) await this.#ask();
    if (this.#last === undefined) throw new Error('no request was answered yet');
    const trouble = troubleOf(this.#last);
    if (trouble !== undefined) throw new Error(trouble);
    return `answered ${this.#last.status} at ${this.#last.startedAt}`;
  };

  async #ask(): Promise<void> {
    const now = performance.now();
    if (now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    await this.aiven()
      .getMe({ timeoutMs: 1_500 })
      .catch(() => {}); // noted like every request
  }
}

function troubleOf({ method, path, status, error, startedAt }: RequestRecord): string | undefined {
  const isWell = status !== undefined && status !== 401 && status < 500;
  return isWell ? undefined : `${error ?? `${method} ${path}: ${status}`}, at ${startedAt}`;
}
