import { AivenApiError, type AivenClient } from '../aiven';
import type { Pair, PairObservation, Situation } from '../contract/observation';
import type { RequestCounts } from '../contract/report';
import type { Fact } from '../rules/facts';
import { observePair, type PairFacts } from '../rules/observation';
import { situationOf } from '../rules/situation';

export interface PairReading {
  observed: PairObservation;
  situation: Situation;
}

/** One conversation with the API, of an activity or a command: counts the requests and remembers what could not be read. */
export class ApiSession {
  readonly requests: RequestCounts;
  readonly api: AivenClient;
  #unread: AivenApiError[] = [];

  constructor(
    client: AivenClient,
    private readonly signal: AbortSignal,
    requestsSoFar: RequestCounts = { reads: 0, writes: 0 },
  ) {
    this.requests = { ...requestsSoFar };
    this.api = client.observed(({ kind, sent }) => {
      if (kind === 'read') this.requests.reads += 1;
      else if (sent) this.requests.writes += 1;
    });
  }

  /** True when something could not be read that another attempt may well read. */
  get worthRetrying(): boolean {
    return this.#unread.some((error) => error.retryable);
  }

  /** The longest wait that the API asked for, in milliseconds. */
  get retryAfterMs(): number | undefined {
    const waits = this.#unread.flatMap((error) => error.retryAfterMs ?? []);
    return waits.length > 0 ? Math.max(...waits) : undefined;
  }

  /** Asks for one fact. An API failure is an answer too; a cancellation is not and is thrown. */
  async ask<T>(
    request: string,
    call: (api: AivenClient, options: { signal: AbortSignal }) => Promise<T>,
  ): Promise<Fact<T>> {
    try {
      const value = await call(this.api, { signal: this.signal });
      return { ok: true, value, request, at: new Date().toISOString() };
    } catch (error) {
      if (!(error instanceof AivenApiError)) throw error;
      this.#unread.push(error);
      const { message: why, status } = error;
      return {
        ok: false,
        why,
        request,
        at: new Date().toISOString(),
        ...(status === undefined ? {} : { status }),
      };
    }
  }

  askMe() {
    return this.ask('GET /me', (api, options) => api.getMe(options));
  }

  askService(project: string, service: string) {
    return this.ask(`GET service ${service}`, (api, options) => api.getService(project, service, options));
  }

  askDisasterRecovery(project: string, service: string) {
    return this.ask(`GET disaster-recovery of ${service}`, (api, options) =>
      api.getDisasterRecovery(project, service, options),
    );
  }

  /** Reads both services at once, and in the promote-to-master dialect the status of the pair. */
  async askPair({ project, primary, recovery, dialect }: Pair): Promise<PairFacts> {
    this.#unread = [];
    const [primaryFact, recoveryFact, disasterRecovery] = await Promise.all([
      this.askService(project, primary),
      this.askService(project, recovery),
      dialect === 'promote-to-master' ? this.askDisasterRecovery(project, primary) : undefined,
    ]);
    return {
      project,
      names: { primary, recovery },
      primary: primaryFact,
      recovery: recoveryFact,
      ...(disasterRecovery === undefined ? {} : { disasterRecovery }),
    };
  }

  async readPair(pair: Pair): Promise<PairReading> {
    const observed = observePair(await this.askPair(pair));
    return { observed, situation: situationOf(observed) };
  }
}
