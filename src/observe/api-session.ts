import { AivenApiError, type AivenClient, type CallOptions, type Service } from '../aiven';
import type { Pair, PairObservation, Situation } from '../contract/observation';
import type { RequestCounts } from '../contract/report';
import { EVENTS_ASKED, type Fact } from '../rules/facts';
import { observePair, type PairFacts } from '../rules/observation';
import { situationOf } from '../rules/situation';
import { compact } from '../util/compact';
import { now } from '../util/now';
import { spread } from '../util/retry-after';
import type { ListUse } from './service-lists';

export interface PairReading {
  observed: PairObservation;
  situation: Situation;
}

/**
 * What a missing answer means: without a `vital` one nothing can be decided; a `needed` one is worth another attempt;
 * an `extra` one is asked for once.
 */
type Weight = 'vital' | 'needed' | 'extra';

/** One conversation with the API, of an activity or a command: counts the requests and remembers what could not be read. */
export class ApiSession {
  readonly requests: RequestCounts;
  #unread: { error: AivenApiError; weight: Weight; request: string }[] = [];

  constructor(
    private readonly client: AivenClient,
    private readonly signal: AbortSignal,
    requestsSoFar: RequestCounts = { reads: 0, writes: 0 },
    private readonly turn: Pick<CallOptions, 'priority' | 'isPaid'> = {},
  ) {
    this.requests = { ...requestsSoFar };
  }

  /** How far the API's clock is ahead of this one, in milliseconds; `undefined` before it has told. */
  get clockOffsetMs(): number | undefined {
    return this.client.clock.offsetMs();
  }

  /** The options of one request: it is counted, and `said` is told which id the API gave it. */
  options(said: (requestId: string) => void = () => {}): CallOptions {
    return {
      ...this.turn,
      signal: this.signal,
      onRequest: ({ kind, sent, requestId, shared }) => {
        // Whose reply is shared is counted where it was asked for.
        if (kind === 'read' && !shared) this.requests.reads += 1;
        else if (kind === 'write' && sent) this.requests.writes += 1;
        if (requestId !== undefined) said(requestId);
      },
    };
  }

  /** True when something could not be read, and another attempt may well read all that is vital. */
  get worthRetrying(): boolean {
    const inVain = this.#unread.some(({ error, weight }) => weight === 'vital' && !error.retryable);
    return !inVain && this.#unread.some(({ error, weight }) => weight !== 'extra' && error.retryable);
  }

  /** The longest wait that the API asked for, in milliseconds, and up to a quarter more. */
  get retryAfterMs(): number | undefined {
    const waits = this.#unread.flatMap(({ error }) => error.retryAfterMs ?? []);
    return waits.length > 0 ? spread(Math.max(...waits)) : undefined;
  }

  /** Asks for one fact. An API failure is an answer too; a cancellation is not and is thrown. */
  async ask<T>(
    request: string,
    call: (api: AivenClient, options: CallOptions) => Promise<T>,
    weight: Weight = 'vital',
  ): Promise<Fact<T>> {
    const id: { requestId?: string } = {};
    const options = this.options((requestId) => {
      id.requestId = requestId;
    });
    try {
      const value = await call(this.client, options);
      return { ok: true, value, request, at: now(), ...id };
    } catch (error) {
      if (!(error instanceof AivenApiError)) throw error;
      this.#unread.push({ error, weight, request });
      const { message: why, status } = error;
      return {
        ok: false,
        why,
        request,
        at: now(),
        ...id,
        ...compact({ status }),
      };
    }
  }

  askMe() {
    return this.ask('GET /me', (api, options) => api.getMe(shared(options)));
  }

  askService(project: string, service: string) {
    return this.ask(`GET service ${service}`, (api, options) => api.getService(project, service, options));
  }

  askServices(project: string) {
    return this.ask(`GET services of ${project}`, (api, options) => api.listServices(project, options));
  }

  askDisasterRecovery(project: string, service: string) {
    return this.ask(`GET disaster-recovery of ${service}`, (api, options) =>
      api.getDisasterRecovery(project, service, options),
    );
  }

  askEvents(project: string) {
    const call = (api: AivenClient, options: CallOptions) =>
      api.getEvents(project, EVENTS_ASKED, shared(options));
    return this.ask(`GET events of ${project}`, call, 'needed');
  }

  askAlerts(project: string) {
    const call = (api: AivenClient, options: CallOptions) => api.getAlerts(project, shared(options));
    return this.ask(`GET alerts of ${project}`, call, 'extra');
  }

  askAccessTokens() {
    return this.ask('GET /access_token', (api, options) => api.getAccessTokens(shared(options)), 'extra');
  }

  askMetrics(project: string, service: string) {
    const call = (api: AivenClient, options: CallOptions) =>
      api.getMetrics(project, service, 'hour', options);
    return this.ask(`POST metrics of ${service}`, call, 'needed');
  }

  /**
   * Reads both services at once, and in the promote-to-master dialect the status of the pair.
   *
   * @param list where one list for all pairs of the project may answer for the services; each that it does not tell in full
   * is read by itself. Never before a write, and never for what a run ends by.
   */
  async askPair(pair: Pair, list?: ListUse): Promise<PairFacts> {
    const { project, primary, recovery, dialect } = pair;
    this.#unread = [];
    const [[primaryFact, recoveryFact], disasterRecovery] = await Promise.all([
      list === undefined ? this.#askEach(pair) : this.#askList(pair, list),
      dialect === 'promote-to-master' ? this.askDisasterRecovery(project, primary) : undefined,
    ]);
    // Each service tells of both: where the primary does not answer, the recovery service does.
    const told =
      disasterRecovery?.ok === false && !primaryFact.ok && recoveryFact.ok
        ? await this.askDisasterRecovery(project, recovery)
        : disasterRecovery;
    return {
      project,
      names: { primary, recovery },
      primary: primaryFact,
      recovery: recoveryFact,
      ...compact({ disasterRecovery: told }),
    };
  }

  async readPair(pair: Pair, list?: ListUse): Promise<PairReading> {
    return readingOf(await this.askPair(pair, list));
  }

  #askEach({ project, primary, recovery }: Pair): Promise<BothServices> {
    return Promise.all([this.askService(project, primary), this.askService(project, recovery)]);
  }

  async #askList(pair: Pair, { lists, isEnough }: ListUse): Promise<BothServices> {
    const { project } = pair;
    if (!lists.isOfUse(project)) return this.#askEach(pair);
    const call = (api: AivenClient, options: CallOptions) =>
      api.getServices(project, { ...shared(options), timeoutMs: LIST_LIMIT_MS });
    const list = await this.ask(`GET services of ${project}`, call);
    if (!list.ok) {
      // Who was turned away for asking too much must not ask twice as much instead.
      if (list.status === 429) return [list, list];
      lists.avoid(project);
      this.#unread = this.#unread.filter(({ request }) => request !== list.request);
      return this.#askEach(pair);
    }
    const found = [pair.primary, pair.recovery].map((name) => list.value.of(name));
    if (found.some((service) => service !== undefined && !isEnough(service, pair.dialect)))
      lists.avoid(project);
    const factOf = async (name: string, service: Service | undefined): Promise<Fact<Service>> =>
      service !== undefined && isEnough(service, pair.dialect)
        ? { ...list, value: service }
        : this.askService(project, name);
    return Promise.all([factOf(pair.primary, found[0]), factOf(pair.recovery, found[1])]);
  }
}

/** Single reads are quick to take over where a list takes its time. */
const LIST_LIMIT_MS = 5_000;

type BothServices = [Fact<Service>, Fact<Service>];

/** A reply that answers others as well, all of whom asked before the request began. */
function shared(options: CallOptions): CallOptions {
  return { ...options, mayShare: true };
}

/** What the facts about a pair mean. */
export function readingOf(facts: PairFacts): PairReading {
  const observed = observePair(facts);
  return { observed, situation: situationOf(observed) };
}
