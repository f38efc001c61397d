import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { followToEnd, printReport } from './follow-to-end';
import type { PairName } from './pair';

/** `watch`: what `run` shows, of a run that somebody else has started. */
export function watch(
  { project, service }: PairName,
  json: boolean,
  environment: CommandEnvironment,
): Promise<number> {
  const { env, terminal } = environment;
  const again = `switchback watch --project ${project} ${service}`;
  const shown = { json, nextSteps: `The run goes on without you; watch it again with\n  ${again}` };
  return withClient(env, async (client) => {
    const run = await client.find(project, service);
    const { workflowId, closedAt } = run;
    if (closedAt !== undefined) {
      // Its report is in Temporal; its story would need a worker.
      if (!json) terminal.line(`The run ${workflowId} has ended already.`);
      return printReport(client, run, shown, environment);
    }
    if (!json) terminal.line(`Watching ${workflowId}. Ctrl-C stops watching, never the run.`);
    return followToEnd(client, run, shown, environment);
  });
}
