import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { SwitchbackError } from '../contract/errors';
import {
  FLEET_WORKFLOW_TYPE,
  type FleetAct,
  type FleetPair,
  type FleetReport,
  type FleetStatus,
  fleetIdOf,
} from '../contract/fleet';
import { describeRequest, type FleetInput } from '../contract/fleet-input';
import {
  type FleetApproveInput,
  type FleetPairsInput,
  fleetAbortUpdate,
  fleetApproveUpdate,
  fleetPairsQuery,
  fleetPauseUpdate,
  fleetResumeUpdate,
  fleetRetryUpdate,
  fleetSkipUpdate,
  fleetStatusQuery,
} from '../contract/fleet-messages';
import type { NamedReason } from '../contract/messages';
import { parseFleetInput } from '../contract/parse-fleet';
import { TASK_QUEUE } from '../contract/workflow-id';
import { untilAborted } from '../util/until-aborted';
import { fleetFailureOf, isSilence } from './failures';
import { TemporalSession } from './session';

/** How a fleet is started. */
export interface FleetStartOptions {
  /** What it is called; two of one name cannot go on at once. Default: its procedure. */
  name?: string;
  /** When a fleet of this name is going on, follow that one. Default false. */
  attach?: boolean;
}

/** A fleet that was started, or found running. */
export interface StartedFleet {
  /** As all other calls take it. */
  name: string;
  workflowId: string;
  /** True when it was going on already; its own input counts. */
  attached: boolean;
}

/** How {@link FleetClient.watch} watches. */
export interface FleetWatchOptions {
  /** How often, milliseconds. Default 1000. */
  pollMs?: number;
  /** Ends the watching at once and without an error; the fleet is left alone. */
  signal?: AbortSignal;
  /** Called when Temporal or the worker does not answer, until one of them does again. */
  onSilence?: (error: SwitchbackError) => void;
}

const PATIENCE_MS = 120_000;

/** Starts, watches and steers fleets: many pairs at once. Every name is that of a fleet, or its workflow id. */
export class FleetClient {
  readonly #session: TemporalSession;

  constructor(temporal: Client, taskQueue: string = TASK_QUEUE) {
    this.#session = new TemporalSession(temporal, taskQueue);
  }

  /** Gives up what is being asked; the connection is the caller's. */
  giveUp(): void {
    this.#session.giveUp();
  }

  /**
   * Starts a fleet and returns at once.
   *
   * @throws SwitchbackError INVALID_INPUT (nothing was started), ALREADY_RUNNING, TEMPORAL_UNREACHABLE
   */
  async start(input: FleetInput, { name, attach = false }: FleetStartOptions = {}): Promise<StartedFleet> {
    const parsed = parseFleetInput(input);
    if (!parsed.ok)
      throw new SwitchbackError('INVALID_INPUT', `Nothing was started: ${parsed.faults.join('; ')}.`);
    const { procedure, mode, requestedBy, reason } = parsed.request;
    const workflowId = fleetIdOf(name ?? procedure, mode);
    const { taskQueue, temporal } = this.#session;
    try {
      await this.#session.ask(() =>
        temporal.workflow.start(FLEET_WORKFLOW_TYPE, {
          workflowId,
          taskQueue,
          args: [input],
          staticSummary: `fleet: ${describeRequest(parsed.request)}`,
          staticDetails: `- asked for by: ${requestedBy || 'not said'}\n- reason: ${reason || 'not said'}`,
        }),
      );
      return { name: nameOf(workflowId), workflowId, attached: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError))
        throw this.#session.translate(error, workflowId);
      if (attach) return { name: nameOf(workflowId), workflowId, attached: true };
      const message = `The fleet ${workflowId} is going on already; nothing was started.`;
      throw new SwitchbackError('ALREADY_RUNNING', message);
    }
  }

  /**
   * What the fleet is doing now. Needs a worker.
   *
   * @throws SwitchbackError RUN_NOT_FOUND, NO_WORKER, TEMPORAL_UNREACHABLE
   */
  async status(name: string): Promise<FleetStatus> {
    return this.#ask(name, (handle) => this.#session.query(handle, fleetStatusQuery));
  }

  /** Every pair as it stands, in the order of the waves. Throws like {@link status}. */
  async pairs(name: string): Promise<FleetPair[]> {
    return this.#ask(name, (handle) => this.#session.query(handle, fleetPairsQuery));
  }

  /** False once the fleet has ended. Needs no worker. */
  isRunning(name: string): Promise<boolean> {
    return this.#session.isRunning(idOf(name));
  }

  /**
   * The status again and again, until the fleet has ended. A worker or a server that is away for less than two minutes is
   * waited for.
   *
   * @throws SwitchbackError NO_WORKER or TEMPORAL_UNREACHABLE after that; RUN_NOT_FOUND
   */
  async *watch(
    name: string,
    { pollMs = 1_000, signal, onSilence }: FleetWatchOptions = {},
  ): AsyncGenerator<FleetStatus, void> {
    let silentSince: number | undefined;
    while (!signal?.aborted) {
      try {
        const running = await untilAborted(this.isRunning(name), signal);
        const status = await untilAborted(this.status(name), signal);
        if (status === undefined) return;
        silentSince = undefined;
        yield status;
        if (status.outcome !== undefined || !running) return;
      } catch (error) {
        if (!isSilence(error)) throw error;
        if (silentSince === undefined) onSilence?.(error);
        silentSince ??= Date.now();
        if (Date.now() - silentSince > PATIENCE_MS) throw error;
      }
      await delay(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  /**
   * Lets the plan, or the wave that waits, begin.
   *
   * @throws SwitchbackError INVALID_INPUT when the fleet refuses it, with its reason; RUN_NOT_FOUND also when it has ended.
   */
  approve(name: string, approval: FleetApproveInput): Promise<FleetAct> {
    return this.#tell(name, fleetApproveUpdate, approval);
  }

  /** Starts no new run; those under way go on. Throws like {@link approve}. */
  pause(name: string, request: NamedReason): Promise<FleetAct> {
    return this.#tell(name, fleetPauseUpdate, request);
  }

  /** Goes on after a pause, or in spite of the failures so far. Throws like {@link approve}. */
  resume(name: string, request: NamedReason): Promise<FleetAct> {
    return this.#tell(name, fleetResumeUpdate, request);
  }

  /** Starts pairs again that failed or were stopped, and goes on. Throws like {@link approve}. */
  retry(name: string, request: FleetPairsInput): Promise<FleetAct> {
    return this.#tell(name, fleetRetryUpdate, request);
  }

  /** Leaves pairs out that are not running. Throws like {@link approve}. */
  skip(name: string, request: FleetPairsInput): Promise<FleetAct> {
    return this.#tell(name, fleetSkipUpdate, request);
  }

  /** Ends the fleet; runs past their point of no return finish. Throws like {@link approve}. */
  abort(name: string, request: NamedReason): Promise<FleetAct> {
    return this.#tell(name, fleetAbortUpdate, request);
  }

  /**
   * Waits for the end of the fleet.
   *
   * @throws FleetFailedError with the code and the report of one that ended badly.
   */
  async result(name: string): Promise<FleetReport> {
    const workflowId = idOf(name);
    const handle =
      this.#session.temporal.workflow.getHandle<(input: unknown) => Promise<FleetReport>>(workflowId);
    try {
      return await this.#session.ask(() => handle.result());
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw fleetFailureOf(error, workflowId);
      throw this.#session.translate(error, workflowId);
    }
  }

  #tell<Payload>(
    name: string,
    update: UpdateDefinition<FleetAct, [Payload]>,
    payload: Payload,
  ): Promise<FleetAct> {
    return this.#session.update(idOf(name), update, payload);
  }

  async #ask<T>(
    name: string,
    question: (handle: ReturnType<TemporalSession['temporal']['workflow']['getHandle']>) => Promise<T>,
  ): Promise<T> {
    const workflowId = idOf(name);
    try {
      return await question(this.#session.temporal.workflow.getHandle(workflowId));
    } catch (error) {
      throw this.#session.translate(error, workflowId);
    }
  }
}

function idOf(name: string): string {
  return name.startsWith('fleet.') ? name : fleetIdOf(name);
}

function nameOf(workflowId: string): string {
  return workflowId.replace(/^fleet\./, '');
}
