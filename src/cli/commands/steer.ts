import { Argument, type Command } from 'commander';
import type { ApproveInput, DecideInput, NamedReason } from '../../contract/messages';
import { compact } from '../../util/compact';
import { type CommandContext, offering, type PairOptions, withPair } from '../command-context';
import type { Message } from '../send';

/** What every message to a run takes; what is missing is said with all other faults. */
type SteerOptions = PairOptions & NamedReason;

const examples = (lines: readonly string[]) => ['\nExamples:', ...lines].join('\n  ');
const ACTIONS = [
  'wait',
  'return-to-recovery',
  'return-to-primary',
  'accept',
  'give-up',
] as const satisfies readonly DecideInput['action'][];
const WHO = '--by ops@example.com --reason INC-123';

/** `approve`, `reject`, `abort`, `ack` and `decide`: each is one update to the newest run of the pair. */
export function registerSteer(program: Command, context: CommandContext): void {
  steering(program, 'approve', 'approve the plan that the run shows')
    .option('--fingerprint <hash>', 'of the plan that you have read, as the run shows it')
    .option('--service <name>', 'for a failover: the service that it destroys, typed out')
    .addHelpText(
      'after',
      examples([`switchback approve my-project/pg-main ${WHO} --fingerprint 0f3a1c9b77d2`]),
    )
    .action((service: string, options: SteerOptions & Pick<ApproveInput, 'fingerprint' | 'service'>) => {
      const { by, reason, fingerprint, service: typed } = options;
      const payload = { by, reason, fingerprint, ...compact({ service: typed }) };
      return say(context, service, options, {
        name: 'approve',
        payload,
        send: (client, workflowId) => client.approve(workflowId, payload),
        say: (answer) => ({ text: `approved by ${answer.by}, fingerprint ${answer.fingerprint}` }),
      });
    });

  steering(program, 'reject', 'reject the plan that the run shows; it ends without a write')
    .addHelpText('after', examples([`switchback reject --project my-project pg-main ${WHO}`]))
    .action((service: string, options: SteerOptions) => {
      const { by, reason } = options;
      const payload = { by, reason };
      return say(context, service, options, {
        name: 'reject',
        payload,
        send: (client, workflowId) => client.reject(workflowId, payload),
        say: (answer) => ({ text: `rejected by ${answer.by}; the run ends without a write` }),
      });
    });

  steering(program, 'abort', 'stop the run as long as nothing was written')
    .addHelpText('after', examples([`switchback abort --project my-project pg-main ${WHO}`]))
    .action((service: string, options: SteerOptions) => {
      const { by, reason } = options;
      const payload = { by, reason };
      return say(context, service, options, {
        name: 'abort',
        payload,
        send: (client, workflowId) => client.abort(workflowId, payload),
        say: (answer) =>
          answer.effect === 'aborted'
            ? { text: `aborted by ${answer.by}; nothing was written and nothing will be` }
            : { text: 'too late to abort: the run finishes forward, and has recorded the wish', late: true },
      });
    });

  steering(program, 'ack', 'answer for a soft finding that the run waits for')
    .argument('<check>', 'the id of the check, as the run shows it')
    .addHelpText('after', examples([`switchback ack --project my-project pg-main disk-usage ${WHO}`]))
    .action((service: string, check: string, options: SteerOptions) => {
      const { by, reason } = options;
      const payload = { check, by, reason };
      return say(context, service, options, {
        name: 'acknowledge',
        payload,
        send: (client, workflowId) => client.acknowledge(workflowId, payload),
        say: (answer) => ({ text: `${answer.check} acknowledged by ${answer.by}` }),
      });
    });

  steering(program, 'decide', 'decide for a run that asks, or about which an alarm stands')
    .addArgument(offering(new Argument('<action>', 'the decision'), ACTIONS))
    .addHelpText(
      'after',
      examples([
        `switchback decide --project my-project pg-main wait ${WHO}`,
        `switchback decide my-project/pg-main return-to-recovery ${WHO}`,
      ]),
    )
    .action((service: string, action: DecideInput['action'], options: SteerOptions) => {
      const { by, reason } = options;
      const payload = { action, by, reason };
      return say(context, service, options, {
        name: 'decide',
        payload,
        send: (client, workflowId) => client.decide(workflowId, payload),
        say: (answer) => ({ text: `${answer.action} decided by ${answer.by}` }),
      });
    });
}

/** Sends it to the newest run of the pair. */
function say<Answer extends object>(
  { environment, act }: CommandContext,
  service: string,
  { project, json = false }: PairOptions,
  message: Message<Answer>,
): Promise<void> {
  return act(
    json,
    async () => {
      const { send } = require('../send') as typeof import('../send');
      return send(service, project, message, json, environment);
    },
    service,
  );
}

function steering(program: Command, name: string, description: string): Command {
  // Both are needed, and never guessed: a name is a claim.
  return withPair(program.command(name))
    .description(description)
    .option('--by <who>', 'who says so, for the record')
    .option('--reason <text>', 'why, for the record');
}
