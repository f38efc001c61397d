import type { SwitchbackClient } from '../client';
import { exitCodes, SwitchbackError } from '../contract/errors';
import { faultsOf } from '../contract/messages';
import { untilAborted } from '../util/until-aborted';
import { type CommandEnvironment, INTERRUPTED } from './command-environment';
import { withClient } from './connection';
import { fail } from './failure';
import type { Answered } from './lines';
import { faultsOfInput, type PairName, pairOf } from './pair';

/** A message to a run: what is sent, and what its answer says to people. */
export interface Message<Answer> {
  /** The name of the update. */
  name: keyof typeof faultsOf;
  payload: object;
  send(client: SwitchbackClient, workflowId: string): Promise<Answer>;
  /** One line; with `late`, it was taken down and changes nothing. */
  say(answer: Answer): { text: string; late?: boolean };
}

/**
 * Sends a message to the newest run of the pair and says what the run answered, or why it refused.
 *
 * @param named `SERVICE`, or `PROJECT/SERVICE`.
 */
export async function send<Answer extends object>(
  named: string,
  project: string | undefined,
  message: Message<Answer>,
  json: boolean,
  environment: CommandEnvironment,
): Promise<number> {
  const pair = pairOf(named, project, (asked) => [
    ...faultsOfInput(asked),
    ...faultsOf[message.name](message.payload),
  ]);
  return sendTo(pair, message, json, environment);
}

function sendTo<Answer extends object>(
  { project, service }: PairName,
  message: Message<Answer>,
  json: boolean,
  { env, terminal, interrupted }: CommandEnvironment,
): Promise<number> {
  const { colour } = terminal;
  return withClient(env, async (client) => {
    const { workflowId, runId, closedAt } = await client.find(project, service);
    try {
      // Without a worker, a message would wait in silence; a question says so. A run that has ended needs none.
      const asked = closedAt === undefined ? client.status(workflowId, runId).then(() => true) : true;
      const isThere = await untilAborted(Promise.resolve(asked), interrupted);
      if (isThere === undefined) {
        terminal.error('Stopped before anything was sent.');
        return INTERRUPTED;
      }
      const answer = await untilAborted(message.send(client, workflowId), interrupted);
      if (answer === undefined) {
        terminal.error(
          'Stopped before the run answered: whether it took the message, `switchback get` tells.',
        );
        return INTERRUPTED;
      }
      const { text, late = false } = message.say(answer);
      const mark = late ? colour.yellow('!') : colour.green('✔');
      const line: Answered<Answer> = { workflowId, runId, ...answer };
      terminal.line(json ? JSON.stringify(line) : `${mark} ${workflowId}: ${text}.`);
      return late ? exitCodes.usage : exitCodes.done;
    } catch (error) {
      const refused = error instanceof SwitchbackError && error.code === 'INVALID_INPUT';
      if (!refused || json) return fail(error, json, terminal, service);
      // The remedy of a faulty input, to start again, is none here.
      terminal.error(`${colour.red('✘ refused')} by ${workflowId}: ${error.message}`);
      return exitCodes.usage;
    }
  });
}
