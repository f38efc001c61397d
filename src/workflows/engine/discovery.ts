import { CancellationScope } from '@temporalio/workflow';
import { rootMessage } from '../../util/root-cause';
import { read, terms } from './activity-proxies';
import { blocked } from './blocked';
import { startNotifier } from './notifier';
import type { Run } from './run';

/** Finds the pair and the dialect, and asks the worker for its policy beside that. */
export async function discover(run: Run): Promise<void> {
  const { record, request } = run;
  const { project, service, recovery } = request;
  record.enter('discover', `Looking for the pair of ${service}.`);
  // Beside each other, and not one after the other: right after a local activity the workflow's clock is a little off
  // in a replay, and then an event would not be the same whenever it is asked for.
  const finding = read(`find the pair of ${service}`).discover({
    project,
    service,
    recovery,
    ...(record.moveName === 'switchback' ? {} : { move: record.moveName }),
  });
  run.policyKnown = CancellationScope.nonCancellable(() => fetchPolicy(run));
  const [found] = await Promise.all([finding, run.policyKnown]);
  record.count(found);
  if ('checks' in found) {
    record.checks = found.checks;
    throw blocked(run);
  }
  record.pair = found.pair;
  record.note(`${service} and ${found.pair.recovery} are a pair; the API speaks ${found.pair.dialect}`);
}

/** What the worker demands, and whether somebody is to be told. */
async function fetchPolicy(run: Run): Promise<void> {
  const { policy, notifies } = await terms();
  run.policy = policy;
  if (!notifies) return;
  const { project, service } = run.request;
  run.notifier = startNotifier(project, service).catch((error: unknown) => {
    run.record.note(`no notifications are sent for this run: ${rootMessage(error)}`);
    return undefined;
  });
}
