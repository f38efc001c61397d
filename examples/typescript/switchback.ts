// A switchback with the TypeScript client: starts it, or follows the one that is going on; approves it where it asks;
// ends with the exit code of its end (docs/errors.md). After any error run it again: it finds the same run.
//
//   REASON=INC-123 npm start -- PROJECT SERVICE [APPROVER]
//
// PROJECT, SERVICE and APPROVER may be variables, too. Without an approver it shows what to send, and waits.
// SWITCHBACK_INPUT takes more fields of the input: '{"mode":"rehearse"}'. The server is TEMPORAL_ADDRESS.
import { userInfo } from 'node:os';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  errors,
  SwitchbackClient,
  SwitchbackError,
  SwitchbackFailedError,
  type SwitchbackInput,
  type SwitchbackReport,
  TASK_QUEUE,
} from 'switchback';

async function switchback(
  input: SwitchbackInput,
  reason: string,
  approver?: string,
): Promise<SwitchbackReport> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const taskQueue = process.env.SWITCHBACK_TASK_QUEUE ?? TASK_QUEUE;
  const client = await SwitchbackClient.connect({ ...connectionOptions, namespace, taskQueue });
  try {
    const { workflowId, runId, attached, differences } = await client.startOrAttach(input);
    console.log(attached ? `Following ${workflowId}, which is going on already.` : `Started ${workflowId}.`);
    for (const difference of differences) console.log(`It is not as you asked: ${difference}`);

    let said = '';
    for await (const { phase, headline, answers = [] } of client.watch(workflowId)) {
      const offers = answers.map(({ does, command }) => `\n  ${does}: ${command}`);
      const news = `${phase}: ${headline}${offers.join('')}`;
      if (news !== said) console.log(news);
      said = news;
      const fingerprint = answers.find(({ update }) => update === 'approve')?.payload.fingerprint;
      if (fingerprint === undefined || !approver) continue;
      // That of the state that was shown: it approves no other.
      const approved = await client.approve(workflowId, { fingerprint, by: approver, reason });
      console.log(`approved: ${approved.by}, fingerprint ${approved.fingerprint}`);
    }
    return await client.result(workflowId, runId);
  } finally {
    await client.close();
  }
}

const { env } = process;
const [project = env.PROJECT, service = env.SERVICE, approver = env.APPROVER] = process.argv.slice(2);
const reason = env.REASON;

if (!project || !service || !reason) {
  console.error('usage: REASON=INC-123 npm start -- PROJECT SERVICE [APPROVER]');
  process.exit(2);
}
const requestedBy = env.REQUESTED_BY ?? userInfo().username;
const more = JSON.parse(env.SWITCHBACK_INPUT ?? '{}') as Partial<SwitchbackInput>;

try {
  const report = await switchback({ project, service, reason, requestedBy, ...more }, reason, approver);
  console.log(`${report.outcome}: ${report.headline}\nnext: ${report.next}`);
} catch (error) {
  if (!(error instanceof SwitchbackError)) throw error;
  // A run that failed has a report; whatever else went wrong, the run itself goes on.
  const report = error instanceof SwitchbackFailedError ? error.report : undefined;
  console.error(
    `${error.code}: ${report?.headline ?? error.message}\nnext: ${report?.next ?? errors[error.code].remedy}`,
  );
  process.exitCode = errors[error.code].exitCode;
}
