import { getClient } from '@temporalio/activity';
import type { Asking, LookInput } from '../../contract/fleet-activities';
import { askingPhases } from '../../contract/phase';
import { searchAttributes } from '../../contract/search-attributes';
import { sleep } from '../../util/sleep';
import { abortable } from '../abortable';
import { withHeartbeat } from '../with-heartbeat';

/** One question for all runs, however many there are. */
const PAUSE_MS = 2_000;
/** More than anybody looks at; those who have read them all see the next ones. */
const MOST = 200;

/** Waits until Temporal's list shows other runs that need a person than those that are known. */
export function lookAtRuns({ workflowType, known }: LookInput, stopping: AbortSignal): Promise<Asking> {
  const { phase, alarm } = searchAttributes;
  const asks = askingPhases.map((name) => `'${name}'`).join(', ');
  const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Running' AND (${phase.name} IN (${asks}) OR ${alarm.name} IS NOT NULL)`;
  let count = Object.keys(known).length;
  return withHeartbeat(
    () => ({ observed: `${count} runs need a person`, at: new Date().toISOString() }),
    stopping,
    async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        // Temporal's list is a little behind, and may be away for a while.
        const found = await abortable(list(query), signal).catch(() => {
          signal.throwIfAborted();
          return undefined;
        });
        if (found !== undefined && !isSame(found, known)) return found;
        if (found !== undefined) count = Object.keys(found).length;
        await sleep(PAUSE_MS, signal);
      }
    },
  );
}

async function list(query: string): Promise<Asking> {
  const found: Asking = {};
  for await (const run of getClient().workflow.list({ query, pageSize: MOST })) {
    const { phase, alarm } = searchAttributes;
    const inPhase = run.typedSearchAttributes.get(phase) ?? '';
    const isAsking = askingPhases.some((name) => name === inPhase);
    found[run.workflowId] = run.typedSearchAttributes.get(alarm) ?? (isAsking ? inPhase : 'alarm');
    if (Object.keys(found).length >= MOST) break;
  }
  return found;
}

function isSame(one: Asking, other: Asking): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
