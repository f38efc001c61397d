import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { accessTo } from '../data/access';
import { approvePlan } from '../support/approve-plan';
import { FleetScene } from '../workflows/fleet-scene';
import { type Ended, type Scenario, useHarness } from '../workflows/harness';

// Not a test of every run; see README.md for when and how this is started.

const needsOperator = (it: Scenario) =>
  it.until('a person is asked', ({ phase }) => phase === 'needs-operator');

const role = useHarness({ dialect: 'role', project: 'histories-role' });
const promote = useHarness({ dialect: 'promote-to-master', project: 'histories-promote' });

const withData = useHarness({
  dialect: 'role',
  project: 'histories-data',
  backing: 'postgres',
  accessTo: accessTo(),
});

const fleet = useHarness({ dialect: 'role', project: 'histories-fleet', pairs: 5, serviceList: true });

const recordings = [
  { name: 'proven', outcome: 'switched-back', record: withData.scenario(recorded((it) => it.run())) },
  { name: 'switched-back-role', outcome: 'switched-back', record: role.scenario(recorded((it) => it.run())) },
  {
    name: 'switched-back-promote-to-master',
    outcome: 'switched-back',
    record: promote.scenario(recorded((it) => it.run())),
  },
  {
    name: 'approved',
    outcome: 'switched-back',
    record: role.scenario(
      recorded(async (it) => {
        await it.start({ approval: 'required', requestedBy: 'ops@example.com' });
        await it.until('it waits', ({ phase }) => phase === 'approval');
        await approvePlan(it.harness.client, it.workflowId, { by: 'lead@example.com', reason: 'INC-123' });
        return it.end();
      }),
    ),
  },
  {
    name: 'blocked',
    outcome: 'blocked',
    record: role.scenario(recorded((it) => it.run({ service: it.pair.recovery }))),
  },
  {
    name: 'lost-reply',
    outcome: 'switched-back',
    record: promote.scenario(
      recorded((it) => {
        it.faultOnWrite({ type: 'lose-reply' });
        return it.run();
      }),
    ),
  },
  {
    name: 'lost-request',
    outcome: 'switched-back',
    record: role.scenario(
      recorded((it) => {
        it.faultOnWrite({ type: 'reset' });
        return it.run();
      }),
    ),
  },
  {
    name: 'returned-to-recovery',
    outcome: 'returned-to-recovery',
    record: role.scenario(
      recorded((it) => {
        it.pair.behave({ stuck: true });
        return it.run({ convergeTimeout: '2s', decisionWindow: '0s' });
      }),
    ),
  },
  {
    name: 'cancelled-late-and-accepted',
    outcome: 'accepted',
    record: promote.scenario(
      recorded(async (it) => {
        it.pair.behave({ stuck: true });
        await it.start({ convergeTimeout: '2s', decisionWindow: '1m' });
        await it.until('it waits', ({ phase }) => phase === 'converge');
        await it.handle.cancel();
        await needsOperator(it);
        await it.decide('accept');
        return it.end();
      }),
    ),
  },
];

test.each(recordings)('$name', async ({ name, outcome, record }) => {
  const { ended, history } = await record();
  expect(ended.report.outcome).toBe(outcome);
  await keep(name, history);
});

const recordedFleet = fleet.scenario(async ({ harness }) => {
  const it = new FleetScene(harness, 4);
  it.breaks(2);
  await it.start({ waves: { canary: 1 }, concurrency: 2, pauseBetweenWaves: '1s' });
  await it.until('it is parked', ({ phase, counts }) => phase === 'needs-operator' && counts.running === 0);
  it.mends(2);
  await it.tell('retry');
  return { ended: await it.end(), history: historyToJSON(await it.handle.fetchHistory()) };
});

test('fleet', async () => {
  const { ended, history } = await recordedFleet();
  expect(ended.report.outcome).toBe('completed');
  await keep('fleet', history);
});

async function keep(name: string, history: string): Promise<void> {
  const path = join(__dirname, `${name}.json`);
  await writeFile(path, `${JSON.stringify(withoutMachine(JSON.parse(history)), undefined, 1)}\n`);
  expect(await readFile(path, 'utf8')).not.toContain(hostname());
}

function recorded(play: (it: Scenario) => Promise<Ended>) {
  return async (it: Scenario) => {
    const ended = await play(it);
    return { ended, history: await it.rawHistory() };
  };
}

/** Where the lab listens is where this machine listens. */
function withoutLoopback(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString();
  const cleaned = text.replaceAll('127.0.0.1', '192.0.2.1');
  return cleaned === text ? base64 : Buffer.from(cleaned).toString('base64');
}

/** Process ids and host names, also in the names of sticky queues, and the paths in stack traces. */
function withoutMachine(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutMachine(one));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, withoutMachine(inner, name)]),
    );
  }
  if (key === 'identity') return 'recorder';
  if (key === 'stackTrace') return '';
  if (key === 'data' && typeof value === 'string') return withoutLoopback(value);
  return typeof value === 'string' && value.includes(hostname()) ? 'recorder' : value;
}
