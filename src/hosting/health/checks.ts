import type { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkerConfig } from '../../config/worker';
import type { Check } from './check';

/** Whether this worker takes work: it does not once it is told to stop. */
export function polling(worker: () => Worker | undefined, stop: AbortSignal): Check {
  return {
    name: 'worker',
    remedy: 'Starting or stopping: nothing. Otherwise: read its log and start it again.',
    look: async () => {
      if (stop.aborted) throw new Error('it is stopping and takes no more work');
      const status = worker()?.getStatus();
      if (status === undefined) throw new Error('it is starting');
      const { runState, workflowPollerState, activityPollerState } = status;
      const pollers = `workflows ${workflowPollerState}, activities ${activityPollerState}`;
      if (runState !== 'RUNNING' || workflowPollerState !== 'POLLING' || activityPollerState !== 'POLLING')
        throw new Error(`${runState}; ${pollers}`);
      return `${runState}; ${pollers}`;
    },
  };
}

export function temporalAnswers(present: () => NativeConnection, namespace: string): Check {
  return {
    name: 'temporal',
    remedy: 'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, the credentials, and that the server runs.',
    look: async () => {
      const connection = present();
      const describe = () => connection.workflowService.describeNamespace({ namespace });
      await connection.withDeadline(Date.now() + 2_000, describe);
      return `namespace ${namespace} is there`;
    },
  };
}

export function tokenReadable(token: WorkerConfig['aiven']['token']): Check {
  return {
    name: 'aiven-token',
    remedy: 'Put the token into the file that AIVEN_TOKEN_FILE names, readable for the worker.',
    look: async () => {
      const text = await token().catch(({ code }: NodeJS.ErrnoException) => {
        throw new Error(`it cannot be read (${code ?? 'unknown reason'})`);
      });
      if (text.trim() === '') throw new Error('it is empty');
      return 'it can be read';
    },
  };
}
