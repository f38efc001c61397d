import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { version } from '../version';
import { ask, type Finding, type Question, skip } from './ask';
import type { DoctorCheck } from './report';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;
/** A poll is answered within a minute, and Temporal lists whoever polled within five: longer than this is gone. */
const GONE_MS = 90_000;

const POLLS: Question = {
  id: 'worker-polls',
  group: 'temporal',
  title: 'worker',
  remedy:
    'Start one (`npm run worker`) with the same TEMPORAL_NAMESPACE and SWITCHBACK_TASK_QUEUE; or `switchback run --embedded`, which brings its own.',
};

const VERSION: Question = {
  id: 'worker-version',
  group: 'temporal',
  title: 'its version',
  remedy: 'Run the same version everywhere: install that of the worker here, or deploy this one there.',
};

export const WORKER_QUESTIONS: readonly Question[] = [POLLS, VERSION];

/** Who takes up the runs that are started from here. */
export async function examineWorkers(
  connection: Connection,
  namespace: string,
  taskQueue: string,
): Promise<DoctorCheck[]> {
  let identities: string[] = [];
  const polls = await ask(POLLS, async () => {
    const pollersOf = (type: temporal.api.enums.v1.TaskQueueType) =>
      pollers(connection, namespace, taskQueue, type);
    const [workflows, activities] = await Promise.all([
      pollersOf(TASK_QUEUE_TYPE_WORKFLOW),
      pollersOf(TASK_QUEUE_TYPE_ACTIVITY),
    ]);
    identities = [...new Set([...workflows, ...activities])].sort();
    return judgePollers(taskQueue, workflows, activities);
  });
  if (identities.length === 0) return [polls, skip(VERSION, 'no worker polls')];
  return [polls, await ask(VERSION, () => judgeVersions(identities))];
}

async function pollers(
  connection: Connection,
  namespace: string,
  name: string,
  taskQueueType: temporal.api.enums.v1.TaskQueueType,
): Promise<string[]> {
  const asked = { namespace, taskQueue: { name }, taskQueueType };
  const { pollers: found } = await connection.workflowService.describeTaskQueue(asked);
  return found.flatMap(({ identity, lastAccessTime }) => {
    const seen = Number(lastAccessTime?.seconds ?? 0) * 1_000;
    return identity && Date.now() - seen < GONE_MS ? [identity] : [];
  });
}

function judgePollers(taskQueue: string, workflows: string[], activities: string[]): Finding {
  const lacking = [
    ...(workflows.length === 0 ? ['workflows'] : []),
    ...(activities.length === 0 ? ['activities'] : []),
  ];
  if (lacking.length === 0) {
    const count = new Set([...workflows, ...activities]).size;
    return { verdict: 'ok', observed: `${count} on task queue ${taskQueue}` };
  }
  return { verdict: 'fail', observed: `none polls task queue ${taskQueue} for ${lacking.join(' and ')}` };
}

/** Workers name themselves `switchback/0.1.0 PID@HOST`. */
function judgeVersions(identities: readonly string[]): Finding {
  const others = identities.filter((identity) => !identity.startsWith(`switchback/${version} `));
  if (others.length === 0) return { verdict: 'ok', observed: version };
  return { verdict: 'warn', observed: `this is ${version}; not of this version: ${others.join(', ')}` };
}
