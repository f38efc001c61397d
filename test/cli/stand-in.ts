import type { LabPair } from '../../lab/src/lab';
import { type LiveStatus, SwitchbackClient, type SwitchbackInput, workflowIdOf } from '../../src/client';
import type { Ended } from '../doors/programs';
import type { Stage } from '../doors/stage';
import { until } from '../doors/until';
import type { Call, useCommands } from './commands';

/** Somebody else who starts runs and looks at them, and the commands of one who has no Aiven token. */
export interface StandIn {
  client: SwitchbackClient;
  /** Starts a run of the pair, quick to settle; answers with its ids. */
  begin(pair: LabPair, input?: Partial<SwitchbackInput>): Promise<{ workflowId: string; runId: string }>;
  /** Resolves when the run of the pair is in this phase. */
  reaches(pair: LabPair, phase: LiveStatus['phase']): Promise<LiveStatus>;
  /** A command with Temporal's address and the task queue, and nothing else. */
  open(...args: string[]): Call;
  call(...args: string[]): Promise<Ended>;
}

export function useStandIn(stage: () => Stage, command: ReturnType<typeof useCommands>): () => StandIn {
  let client: SwitchbackClient | undefined;
  beforeAll(async () => {
    const { address, taskQueue } = stage();
    client = await SwitchbackClient.connect({ address, taskQueue });
  });
  afterAll(() => client?.close());
  return () => {
    if (client === undefined) throw new Error('the client is not connected');
    const connected = client;
    const { project, address, taskQueue } = stage();
    const open = (...args: string[]) =>
      command(args, { TEMPORAL_ADDRESS: address, SWITCHBACK_TASK_QUEUE: taskQueue });
    return {
      client: connected,
      begin: (pair, input = {}) =>
        connected.start({ project, service: pair.primary, settleWindow: '0s', ...input }),
      reaches: (pair, phase) =>
        until(`the run is in ${phase}`, async () => {
          const status = await connected.status(workflowIdOf(project, pair.primary));
          return status.phase === phase && status;
        }),
      open,
      call: (...args) => open(...args).ended,
    };
  };
}
