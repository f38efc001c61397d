import type { SwitchbackRun } from '../../../../dist/client';
import type { Scene, Stage } from '../stage';
import type { Sent, Step, Work } from './contract';

interface HistoryEvent {
  activityTaskCompletedEventAttributes?: {
    scheduledEventId?: unknown;
    result?: { payloads?: { data?: Uint8Array | null }[] | null } | null;
  } | null;
  markerRecordedEventAttributes?: { markerName?: string | null } | null;
}

/** What a run of the product has done, for a bare workflow to do as well: its activities, and the requests of each. */
export async function workOf(
  stage: Stage,
  { lab }: Scene,
  { workflowId, runId }: SwitchbackRun,
  service: string,
): Promise<Work> {
  const { events } = await stage.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
  const all = (events ?? []) as HistoryEvent[];
  const counts = all.flatMap(({ activityTaskCompletedEventAttributes: done }) =>
    done ? [requestsIn(done.result?.payloads?.[0]?.data)] : [],
  );
  const sent = lab.requests().map(({ method, path, body }): Sent => {
    // The recovery service's name begins with the primary's.
    const general = path.replaceAll(`/${service}`, '/{service}');
    return body === undefined ? { method, path: general } : { method, path: general, body };
  });
  const steps = counts.map((count): Step => ({ requests: sent.splice(0, count) }));
  steps.at(-1)?.requests.push(...sent);
  const locals = all.filter(
    ({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_local_activity',
  ).length;
  return { steps, locals };
}

/** The same up to and with its write. */
export function upToWrite({ steps, locals }: Work): Work {
  const writes = steps.findIndex(({ requests }) => requests.some(({ method }) => method === 'PUT'));
  const until = steps.slice(0, writes + 1);
  const last = until.at(-1);
  const end = last?.requests.findIndex(({ method }) => method === 'PUT') ?? -1;
  return { steps: [...until.slice(0, -1), { requests: last?.requests.slice(0, end + 1) ?? [] }], locals };
}

export function requestsOf({ steps }: Work): number {
  return steps.reduce((sum, { requests }) => sum + requests.length, 0);
}

/** Every activity that makes requests counts them in its answer. */
function requestsIn(data: Uint8Array | null | undefined): number {
  if (!data) return 0;
  const { requests } = (JSON.parse(Buffer.from(data).toString()) ?? {}) as {
    requests?: { reads: number; writes: number };
  };
  return requests === undefined ? 0 : requests.reads + requests.writes;
}
