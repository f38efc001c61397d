import type { Command } from 'commander';
import { type CommandContext, type PairOptions, withPair } from './command-context';
import type { CommandEnvironment } from './command-environment';
import { withClient } from './connection';
import { followToEnd, printReport } from './follow-to-end';
import { type PairName, pairOf } from './pair';

const EXAMPLES = `
Examples:
  switchback watch --project my-project pg-main
  switchback watch my-project/pg-main --json | jq .outcome`;

/** `watch`: what `run` shows, of a run that somebody else has started. */
export function registerWatch(program: Command, { environment, act }: CommandContext): void {
  withPair(program.command('watch'))
    .description('follow the newest run of the pair to its end; Ctrl-C stops watching, never the run')
    .addHelpText('after', EXAMPLES)
    .action((service: string, { project, json = false }: PairOptions) =>
      act(json, async () => watch(pairOf(service, project), json, environment)),
    );
}

function watch(
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
