import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../lib/project.mjs';
import { Look } from './look.mjs';
import { hasTmux, Terminal } from './terminal.mjs';

const require = createRequire(import.meta.url);
const { SwitchbackClient } = require(join(ROOT, 'dist', 'client', 'index.js'));

const ASKED = {
  requestedBy: 'sre@example.com',
  reason: 'INC-123: back to the primary region',
  settleWindow: '2s',
};
const OURS = `WorkflowType="switchbackWorkflow"`;

/** Runs in every state that a person may meet in the UI, and a picture of each. */
export async function playScenes({ stage, browser, folder }) {
  const { lab, server } = stage;
  const client = await SwitchbackClient.connect({ address: server.address });
  const [page = await browser.newPage()] = browser.pages();
  const look = new Look(page, server, folder);
  const [home, waiting, stuck, failed, form] = lab.pairs;
  const { project } = lab;
  const start = ({ primary }, more) => client.start({ project, service: primary, ...ASKED, ...more });
  const until = async ({ workflowId }, wanted) => {
    for await (const status of client.watch(workflowId, { pollMs: 200 }))
      if (status.phase === wanted) return status;
  };

  try {
    // All of them mostly wait, so they run beside each other.
    stuck.behave({ stuck: true });
    failed.set('primary', { role: 'failed' });
    const asks = await start(stuck, { convergeTimeout: '4s', onTimeout: 'hold' });
    const blocked = await start(failed);
    const approves = await start(waiting, { approval: 'required' });
    const well = await start(home);

    const { answers } = await until(approves, 'approval');
    // The form looks for a worker once, so that it is opened when one has shown itself.
    const service = form.primary;
    await look.startForm(`switchback.${project}.${service}`, { project, service, confirm: service });
    await look.timeline('approval', approves, 'time to approve or acknowledge', 900);
    await look.details('approval-details', approves, 'What you can do now', 1400);
    const { payload } = answers.find(({ update }) => update === 'approve');
    await look.approve(approves, { ...payload, by: 'lead@example.com' });

    await until(asks, 'needs-operator');
    await look.details('needs-operator', asks, 'ALARM since', 1420);
    await client.result(blocked.workflowId).catch(() => {});
    await look.timeline('blocked', blocked, 'BLOCKED: Nothing was written', 1100);
    await look.details('blocked-details', blocked, 'switchover-completed', 1500);
    await Promise.all([client.result(well.workflowId), client.result(approves.workflowId)]);
    await look.timeline('switched-back', well, 'point of no return', 1250);
    await look.details('switched-back-details', well, 'write gap', 1780);
    await look.list('board', OURS, 'switched-back');
    if (hasTmux) await playTerminal({ stage, page, folder, client, pair: form, until });
    else console.error('There is no tmux here: the pictures of the terminal are not made.');
  } finally {
    await client.close();
  }
}

/** The same in a terminal: a run that is followed, what it needs, and its end. */
async function playTerminal({ stage, page, folder, client, pair, until }) {
  const { env, lab } = stage;
  const terminal = new Terminal({ page, folder, env });
  const target = `${lab.project}/${pair.primary}`;
  const workflowId = `switchback.${lab.project}.${pair.primary}`;
  try {
    terminal.type(`switchback doctor ${target}`);
    await terminal.picture('terminal-doctor', 'ready');
    terminal.clear();
    terminal.type(
      `switchback run --project ${lab.project} ${pair.primary} --settle-window 2s --approval required --requested-by sre@example.com --reason INC-123`,
    );
    await terminal.picture('terminal-waiting', 'waiting for');
    const { answers } = await until({ workflowId }, 'approval');
    const { payload } = answers.find(({ update }) => update === 'approve');
    await client.approve(workflowId, { ...payload, by: 'lead@example.com' });
    await terminal.picture('terminal-end', 'reads,');
    terminal.clear();
    terminal.type('switchback list');
    await terminal.picture('terminal-list', 'ALARM');
  } finally {
    terminal.close();
  }
}
