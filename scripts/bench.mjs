// How much a durable run costs, as ratios of things measured side by side:
// npm run bench [-- --json] [--rounds N] [--switch MILLISECONDS ...]
// A real Temporal server, the worker, and the lab without PostgreSQL; a machine that is busy otherwise blurs them.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { build } from './build.mjs';
import { ROOT } from './lib/project.mjs';

const require = createRequire(import.meta.url);
const from = (...path) => require(join(ROOT, 'dist', ...path));

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    /** How often each pair of things is timed. */
    rounds: { type: 'string', default: '40' },
    /** How long the services take to change their roles: a quick switch, and a slow one. */
    switch: { type: 'string', multiple: true, default: ['5000', '30000'] },
  },
});
/** In the first rounds all is loaded and compiled. */
const WARM_UP = 5;
const PAIRS = 3;
const BARE = 'bare';

await build();
const { SwitchbackClient } = from('client', 'index.js');
const { loadWorkerConfig } = from('config', 'worker.js');
const { findTemporalCli, startDevServer } = from('dev-server', 'index.js');
const { installRuntime } = from('hosting', 'runtime.js');
const { createWorker } = from('hosting', 'worker.js');
const { startLab } = from('..', 'lab', 'dist', 'lab.js');

const undo = [];
try {
  await installRuntime({ logLevel: 'error' });
  const cli = await findTemporalCli({ log: console.error });
  const server = await startDevServer({ cliPath: cli.path });
  undo.push(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  undo.push(() => connection.close());
  const temporal = new Client({ connection, namespace: server.namespace });
  const results = [await planAgainstBare(temporal, server)];
  // They wait, so that they can do so beside each other.
  results.push(
    ...(await Promise.all(options.switch.map((ms) => runAgainstSwitch(temporal, server, Number(ms))))),
  );
  for (const result of results) console.log(options.json ? JSON.stringify(result) : said(result));
} finally {
  for (const step of undo.reverse()) await step();
}

/** All that a run does but for waiting, against a workflow whose activities make the same requests and no more. */
async function planAgainstBare(temporal, server) {
  const { client, lab } = await hostSwitchback(temporal, server, { pairs: 1 });
  await hostBare(server, lab);
  const [{ primary: service }] = lab.pairs;
  const plan = () => finish(client, { project: lab.project, service, mode: 'plan' });
  await plan();
  const [first, ...others] = lab.requests().map(({ method, path }) => ({ method, path }));
  // One activity finds the pair, the other one asks for all the rest at once.
  const args = [[[first], others]];
  const bare = () => temporal.workflow.execute('bareWorkflow', { workflowId: BARE, taskQueue: BARE, args });
  const ratios = [];
  for (let round = 0; round < WARM_UP + Number(options.rounds); round += 1) {
    // In turns, so that neither is always the one that follows the other.
    const [first, second] = round % 2 === 0 ? [plan, bare] : [bare, plan];
    const times = new Map([
      [first, await timed(first)],
      [second, await timed(second)],
    ]);
    if (round >= WARM_UP) ratios.push(times.get(plan) / times.get(bare));
  }
  const against = `a bare workflow that makes the same ${others.length + 1} requests`;
  return { measured: 'a plan', against, ...spread(ratios) };
}

/** A whole run, from start to report, against the time that the services take to change their roles. */
async function runAgainstSwitch(temporal, server, transitionMs) {
  const { client, lab } = await hostSwitchback(temporal, server, { pairs: PAIRS, transitionMs });
  const ratios = [];
  for (const { primary: service } of lab.pairs) {
    const input = { project: lab.project, service, settleWindow: '1s' };
    ratios.push((await timed(() => finish(client, input))) / transitionMs);
  }
  const against = `the ${transitionMs / 1_000} s that the services take (settle window 1 s)`;
  return { measured: 'a run', against, ...spread(ratios) };
}

async function finish(client, input) {
  const run = await client.start(input);
  await client.result(run.workflowId, run.runId);
  return run;
}

/** The product's worker, as it is hosted in production, in front of a lab of its own. */
async function hostSwitchback(temporal, { address, namespace }, options) {
  const project = `bench-${options.transitionMs ?? 'plan'}`;
  const lab = await startLab({ backing: 'memory', project, ...options });
  undo.push(() => lab.close());
  const config = loadWorkerConfig({
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_TOKEN: lab.token,
    SWITCHBACK_TASK_QUEUE: project,
  });
  const worker = await createWorker(config, { namespace, connectionOptions: { address }, summary: address });
  undo.push(running((signal) => worker.run(signal)));
  return { lab, client: new SwitchbackClient(temporal, project) };
}

async function hostBare({ address, namespace }, { baseUrl, token }) {
  const connection = await NativeConnection.connect({ address });
  const headers = { authorization: `aivenv1 ${token}`, 'content-type': 'application/json' };
  const request = async ({ method, path }) => {
    const body = method === 'POST' ? '{}' : undefined;
    const reply = await fetch(`${baseUrl}${path}`, { method, headers, body });
    await reply.json();
  };
  undo.push(() => connection.close());
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: BARE,
    workflowsPath: join(ROOT, 'scripts', 'bench', 'bare-workflow.js'),
    activities: { request: (requests) => Promise.all(requests.map(request)).then(() => {}) },
  });
  undo.push(
    running((signal) => {
      signal.addEventListener('abort', () => worker.shutdown());
      return worker.run();
    }),
  );
}

/** Runs it; the answer ends it. */
function running(run) {
  const stop = new AbortController();
  const end = run(stop.signal);
  return async () => {
    stop.abort();
    await end;
  };
}

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** The middle of the ratios, and between what half of them lie. */
function spread(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share) => Number(sorted[Math.round(share * (sorted.length - 1))].toFixed(2));
  return { ratio: at(0.5), quartiles: [at(0.25), at(0.75)], times: ratios.length };
}

function said({ measured, against, ratio, quartiles, times }) {
  return `${measured}: ${ratio} × ${against}; half of ${times} between ${quartiles.join(' and ')}`;
}
