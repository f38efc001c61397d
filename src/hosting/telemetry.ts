import { type NativeConnection, Runtime, type Worker, type WorkerInterceptors } from '@temporalio/worker';
import type { AivenClient, Priority, RequestRecord } from '../aiven';
import type { WorkerConfig } from '../config/worker';
import { ApiTrouble } from './health/api-trouble';
import { polling, temporalAnswers, tokenReadable } from './health/checks';
import { type HealthServer, serveHealth } from './health/server';
import { logRequest } from './logging/log-request';
import { showBudget, turnRecorder } from './metrics/api-budget';
import { requestCounter } from './metrics/count-request';
import { showListedRuns } from './metrics/listed-runs';
import { showPractice } from './metrics/practice';
import { startTraces, type Traces } from './traces';

/** What is observed of one worker, for people and machines outside: requests, listed runs, traces, health. */
export class Telemetry {
  /** Of the worker; none when there is nothing to observe in activities. */
  readonly interceptors: WorkerInterceptors;
  /** Once there is one. */
  worker: Worker | undefined;
  readonly #runtime = Runtime.instance();
  readonly #stopping = new AbortController();
  readonly #traces: Traces | undefined;
  readonly #trouble: ApiTrouble;
  readonly #countRequest: (record: RequestRecord) => void;
  /** Of every request, when its turn has come. */
  readonly onGrant: (priority: Priority, waitedMs: number) => void;
  #health: HealthServer | undefined;

  /** @param aiven the client that tells {@link onRequest}; a function, since it is made with that. */
  constructor(
    private readonly config: WorkerConfig,
    private readonly aiven: () => AivenClient,
  ) {
    this.#traces = config.traces ? startTraces(this.#runtime.logger) : undefined;
    this.#trouble = new ApiTrouble(aiven);
    this.#countRequest = requestCounter(this.#runtime.metricMeter);
    this.onGrant = turnRecorder(this.#runtime.metricMeter);
    this.interceptors = this.#traces ? { activity: [this.#traces.onActivity] } : {};
  }

  /** Of every request to the Aiven API. */
  readonly onRequest = (record: RequestRecord): void => {
    this.#trouble.note(record);
    this.#countRequest(record);
    this.#traces?.onRequest(record);
    logRequest(record, this.#runtime.logger);
  };

  /**
   * Before the worker is made, so that an address which is taken is no reason to let go of a worker again.
   *
   * @param stop fires when the worker is told to stop.
   * @throws SwitchbackError CONFIG_INVALID when health cannot be served where it should.
   */
  async begin(connection: NativeConnection, namespace: string, stop: AbortSignal): Promise<void> {
    const { healthAddress, metricsAddress, aiven, databases } = this.config;
    const present = () => this.worker?.connection ?? connection;
    if (healthAddress !== undefined) {
      const worker = () => this.worker;
      this.#health = await serveHealth(healthAddress, worker, [
        polling(worker, stop),
        temporalAnswers(present, namespace),
        tokenReadable(aiven.token),
        this.#trouble,
      ]);
    }
    if (metricsAddress !== undefined) {
      const { metricMeter: meter, logger: log } = this.#runtime;
      const { budget } = this.aiven();
      if (budget !== undefined) showBudget(budget, meter, this.#stopping.signal);
      const listing = { connection: present, namespace, meter, log };
      void showListedRuns(listing, this.#stopping.signal);
      void showPractice(listing, databases.names, this.#stopping.signal);
    }
  }

  /** Once the worker has stopped, while its connection is still there. Takes 2 s at most, and never throws. */
  async end(): Promise<void> {
    this.#stopping.abort();
    this.#health?.close();
    await this.#traces?.close();
  }
}
