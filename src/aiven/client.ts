import type { z } from 'zod';
import type { Dialect } from '../contract/observation';
import {
  type FailBody,
  failBody,
  type PromotionBody,
  promotions,
  type RebuildBody,
  rebuildBody,
} from '../contract/promotion';
import { compact } from '../util/compact';
import type { ApiClock } from './api-clock';
import type { RequestBudget } from './budget/request-budget';
import { AivenApiError, AivenOptionsError } from './errors';
import { FailoverWarrant } from './failover-warrant';
import { type RequestAttempt, unreadable } from './failures';
import { type Call, send } from './http';
import { type AivenClientOptions, type CallOptions, normalise, type Settings } from './options';
import { faults, parsed } from './parsed';
import { projectPath, servicePath } from './path';
import {
  type AccessToken,
  type Alert,
  accessTokensReply,
  alertsReply,
  type DisasterRecovery,
  disasterRecoveryReply,
  eventsReply,
  type ListEntry,
  type Me,
  type Metrics,
  type MetricsPeriod,
  meReply,
  metricsReply,
  type ProjectEvent,
  promotionReply,
  type Service,
  type ServiceList,
  serviceListReply,
  serviceReply,
  servicesReply,
} from './replies';
import { SharedReads } from './shared-reads';

/** What the reply to a write tells, as far as it does. */
export interface WriteReply {
  /** When the service was changed last, as the API says it, ISO 8601. */
  updateTime?: string;
  /** When the request was about to be written, by the API's clock, milliseconds; right to a second. */
  sentAtMs?: number;
}

/**
 * The part of the Aiven API that the procedures need: reads, and three writes. One promotes a service, one has a failed one
 * rebuilt, and one makes a service fail, for which it needs a warrant.
 *
 * Every method makes exactly one request and never repeats it; redirects are not followed. Methods reject with
 * - `AivenApiError` when the request failed; for a write, its `outcome` says whether it can have been applied;
 * - `AivenOptionsError` when an argument is unusable; nothing was sent;
 * - the reason of the caller's `signal` when that fired, with one exception: a write that had already been
 *   sent rejects with an `AivenApiError` of kind `cancelled`, outcome `maybe-applied`, the reason as `cause`.
 *
 * Sources: Aiven docs "Switch back to the primary region" (crdr-switchback); aiven-client's `client.py` for
 * the `aivenv1` scheme, the encoding of paths and the reading of replies.
 */
export class AivenClient {
  readonly #settings: Settings;
  readonly #ownsDispatcher: boolean;
  readonly #shared = new SharedReads();
  #closed: Promise<void> | undefined;

  /** @throws AivenOptionsError when an option is unusable. */
  constructor(options: AivenClientOptions) {
    this.#settings = normalise(options);
    this.#ownsDispatcher = options.dispatcher === undefined;
  }

  /** `GET /v1/me`: whose token this is. */
  async getMe(options?: CallOptions): Promise<Me> {
    return this.#get('/v1/me', meReply, ({ user }) => user, options);
  }

  /**
   * `GET /v1/project/P/service/S`. Secrets are not asked for, and dropped if they come.
   * A reply about a service of another name is refused as unreadable.
   */
  async getService(project: string, service: string, options?: CallOptions): Promise<Service> {
    return this.#get(
      servicePath(project, service),
      serviceReply,
      ({ service: found }, attempt) => {
        if (found.serviceName !== service) throw unreadable(attempt, 'it is about another service');
        return found;
      },
      options,
    );
  }

  /**
   * `GET /v1/project/P/service`: all services of a project, each as {@link getService} tells it. One that cannot be read, or
   * is not there, spoils no other.
   */
  async getServices(project: string, options?: CallOptions): Promise<ServiceList> {
    return this.#get(`${projectPath(project)}/service`, servicesReply, (list) => list, options);
  }

  /**
   * `GET /v1/project/P/service/S/disaster-recovery`, of the promote-to-master dialect only; an API without
   * it answers 404. A reply in which neither side is the service asked for is refused as unreadable.
   */
  async getDisasterRecovery(
    project: string,
    service: string,
    options?: CallOptions,
  ): Promise<DisasterRecovery> {
    return this.#get(
      `${servicePath(project, service)}/disaster-recovery`,
      disasterRecoveryReply,
      ({ disaster_recovery: found }, attempt) => {
        const names = [found.primary.serviceName, found.recovery.serviceName];
        if (!names.includes(service)) throw unreadable(attempt, 'it is about other services');
        return found;
      },
      options,
    );
  }

  /**
   * `GET /v1/project/P/events`: the newest entries of the project's event log, the newest first.
   * Needs a permission of its own (`project:event_logs:read`).
   */
  async getEvents(project: string, limit: number, options?: CallOptions): Promise<readonly ProjectEvent[]> {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new AivenOptionsError('limit must be a whole number from 1');
    }
    return this.#get(
      `${projectPath(project)}/events?limit=${limit}`,
      eventsReply,
      ({ events }) => events,
      options,
    );
  }

  /** `GET /v1/project/P/service`: every service of the project, of every type, in few words. */
  async listServices(project: string, options?: CallOptions): Promise<readonly ListEntry[]> {
    const path = `${projectPath(project)}/service`;
    return this.#get(path, serviceListReply, ({ services }) => services, options);
  }

  /** `GET /v1/project/P/alerts`: the open alerts of all services of the project. */
  async getAlerts(project: string, options?: CallOptions): Promise<readonly Alert[]> {
    return this.#get(`${projectPath(project)}/alerts`, alertsReply, ({ alerts }) => alerts, options);
  }

  /** `GET /v1/access_token`: when the tokens of this user expire; never the tokens themselves. */
  async getAccessTokens(options?: CallOptions): Promise<readonly AccessToken[]> {
    return this.#get('/v1/access_token', accessTokensReply, ({ tokens }) => tokens, options);
  }

  /** `POST /v1/project/P/service/S/metrics`, a read in spite of its method: the latest value of each metric. */
  async getMetrics(
    project: string,
    service: string,
    period: MetricsPeriod,
    options?: CallOptions,
  ): Promise<Metrics> {
    const call = {
      method: 'POST',
      path: `${servicePath(project, service)}/metrics`,
      body: { period },
    } as const;
    return this.#read(call, metricsReply, ({ metrics }) => metrics, options);
  }

  /**
   * `PUT /v1/project/P/service/S`: asks to make this service the active one of its pair.
   *
   * Resolves when the API has accepted the request. That is no proof of a promotion: read both services.
   */
  async promote(
    project: string,
    service: string,
    dialect: Dialect,
    options?: CallOptions,
  ): Promise<WriteReply> {
    if (!Object.hasOwn(promotions, dialect)) {
      throw new AivenOptionsError(`dialect must be one of: ${Object.keys(promotions).join(', ')}`);
    }
    return this.#write(servicePath(project, service), promotions[dialect], options);
  }

  /**
   * `PUT /v1/project/P/service/S`: asks to have this service fail for good, so that the other one of its pair becomes active. It
   * is powered off, and what the other one had not received is lost. The form is the same in both dialects (Aiven docs,
   * "Fail over to the recovery region").
   *
   * Resolves when the API has accepted the request. That is no proof of a failover: read both services.
   *
   * @param warrant of this very service, and not used before; it is used up, whatever becomes of the request.
   */
  async fail(
    project: string,
    service: string,
    warrant: FailoverWarrant,
    options?: CallOptions,
  ): Promise<WriteReply> {
    if (!(warrant instanceof FailoverWarrant)) throw new AivenOptionsError('a failover needs a warrant');
    const path = servicePath(project, service);
    warrant.spend(project, service);
    return this.#write(path, failBody, options);
  }

  /**
   * `PUT /v1/project/P/service/S`: asks to have this failed service rebuilt as a standby of the other one of its pair. What it
   * had is lost. The form is the same in both dialects (Aiven docs, "Revert to the primary region").
   *
   * Resolves when the API has accepted the request. That is no proof of a rebuild: read both services.
   */
  async rebuild(project: string, service: string, options?: CallOptions): Promise<WriteReply> {
    return this.#write(servicePath(project, service), rebuildBody, options);
  }

  async #write(
    path: string,
    body: PromotionBody | FailBody | RebuildBody,
    options: CallOptions | undefined,
  ): Promise<WriteReply> {
    const call = { method: 'PUT', path, body } as const;
    const { clock } = this.#settings;
    let sentAtMs: number | undefined;
    const holdBack = () => {
      sentAtMs = clock.nowMs();
      return options?.holdBack?.();
    };
    const read = (body: unknown) => promotionReply.safeParse(body).data?.service.update_time;
    const updateTime = await send(this.#settings, call, read, {
      signal: options?.signal,
      onRequest: options?.onRequest,
      holdBack,
    });
    return compact({ updateTime, sentAtMs });
  }

  /** Who may send when; `undefined` when everybody may at once. */
  get budget(): RequestBudget | undefined {
    return this.#settings.budget;
  }

  /** The API's clock, as its replies tell it. */
  get clock(): ApiClock {
    return this.#settings.clock;
  }

  /**
   * Closes the connections once the requests under way are over, and connections being made are made or
   * given up: in about `requestTimeoutMs` at most. A dispatcher that was passed in stays open. Can be called
   * again.
   */
  async close(): Promise<void> {
    if (this.#ownsDispatcher) this.#closed ??= this.#settings.dispatcher.close();
    await this.#closed;
  }

  async #get<Schema extends z.ZodType, T>(
    path: string,
    schema: Schema,
    pick: (body: z.output<Schema>, attempt: RequestAttempt) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    return this.#read({ method: 'GET', path }, schema, pick, options);
  }

  async #read<Schema extends z.ZodType, T>(
    call: Call,
    schema: Schema,
    pick: (body: z.output<Schema>, attempt: RequestAttempt) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    const read = (body: unknown, attempt: RequestAttempt): T => {
      const checked = parsed(schema, body, attempt);
      if (!checked.success) throw unreadable(attempt, faults(checked.error));
      try {
        return pick(checked.data, attempt);
      } catch (error) {
        if (error instanceof AivenApiError) throw error;
        // A fault of ours, or a reply that was made for it: an activity would try again for ever.
        throw unreadable(attempt, `it cannot be taken in (${error instanceof Error ? error.name : 'error'})`);
      }
    };
    if (!options?.mayShare) return send(this.#settings, call, read, options);
    const { signal, onRequest, priority } = options;
    const key = JSON.stringify([priority, call]);
    return this.#shared.ask(key, { signal, onRequest }, (mine, begin) =>
      send(this.#settings, call, read, { ...options, ...mine }, begin),
    );
  }
}
