import { Client, Connection } from '@temporalio/client';
import type { RunSummary } from '../../src/client';
import { useStage } from '../doors/stage';
import { until } from '../doors/until';
import { useCommands } from './commands';
import { useStandIn } from './stand-in';

const stage = useStage({ pairs: 5 });
const command = useCommands();
const standIn = useStandIn(stage, command);

let ids: Record<'good' | 'bad' | 'asks' | 'moves' | 'gone', string>;
let badName: string;

/** One run of each kind, all of them listed. */
beforeAll(async () => {
  const { freshPair, project, address } = stage();
  const { client, begin, reaches } = standIn();
  const [good, bad, asks, moves, gone] = [freshPair(), freshPair(), freshPair(), freshPair(), freshPair()];
  badName = `${project}/${bad.recovery}`;
  for (const pair of [moves, gone]) pair.behave({ stuck: true });
  const begun = await Promise.all([
    begin(good),
    client.start({ project, service: bad.recovery }, { workflowId: `ui-${project}` }),
    begin(asks, { approval: 'required', requestedBy: 'ann@example.com' }),
    begin(moves),
    begin(gone),
  ]);
  const [goodId = '', badId = '', asksId = '', movesId = '', goneId = ''] = begun.map(
    ({ workflowId }) => workflowId,
  );
  ids = { good: goodId, bad: badId, asks: asksId, moves: movesId, gone: goneId };
  await client.result(ids.good);
  await client.result(ids.bad).catch(() => undefined);
  await reaches(asks, 'approval');
  for (const pair of [moves, gone]) await reaches(pair, 'converge');
  const connection = await Connection.connect({ address });
  await new Client({ connection }).workflow.getHandle(ids.gone).terminate('by a test');
  await connection.close();
  const listed = { [ids.good]: 'switched-back', [ids.bad]: 'blocked', [ids.gone]: 'terminated' };
  const expected = { ...listed, [ids.asks]: 'approval', [ids.moves]: 'converge' };
  await until('all are listed as they are', async () => {
    const runs = await client.list({ project });
    const known = runs.map((run) => [run.workflowId, stateOf(run)]);
    return JSON.stringify(known.sort()) === JSON.stringify(Object.entries(expected).sort());
  });
});

function stateOf({ closedAt, phase, outcome, status }: RunSummary): string | undefined {
  return closedAt === undefined ? phase : (outcome ?? status);
}

const list = (...more: string[]) => standIn().call('list', '--project', stage().project, ...more);

async function listedBy(...more: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await list(...more, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as RunSummary).workflowId).sort();
}

test('shows the pair of every run, its phase or how it ended, and when', async () => {
  const { code, stdout, stderr } = await list();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [head, ...rows] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^PAIR +STATE +STARTED \(UTC\) +TOOK$/);
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
  const took = String.raw`[\d.]+ (ms|s|min.*)`;
  const nameOf = (id: string) => id.replace('switchback.', '').replace('.', '/');
  const patterns = [
    `^${nameOf(ids.good)} +switched-back +${time} +${took}$`,
    // Its id says nothing of its database.
    `^${badName} \\(${ids.bad}\\) +blocked +${time} +${took}$`,
    `^${nameOf(ids.gone)} +terminated +${time} +${took}$`,
    `^${nameOf(ids.asks)} +approval +${time} +–$`,
    `^${nameOf(ids.moves)} +converge +${time} +–$`,
  ];
  expect(rows).toHaveLength(patterns.length);
  for (const pattern of patterns) expect(rows).toContainEqual(expect.stringMatching(new RegExp(pattern)));
});

test('--json prints one line for each run', async () => {
  const { stdout } = await list('--service', ids.good.split('.').at(-1) ?? '', '--json');
  expect(stdout.split('\n')).toHaveLength(2);
  expect(JSON.parse(stdout)).toEqual({
    workflowId: ids.good,
    runId: expect.any(String),
    procedure: 'switchback',
    project: stage().project,
    service: ids.good.split('.').at(-1),
    phase: expect.any(String),
    outcome: 'switched-back',
    status: 'completed',
    startedAt: expect.stringMatching(/Z$/),
    closedAt: expect.stringMatching(/Z$/),
  });
});

test('--running, --waiting and --failed show those only', async () => {
  const [all, running, waiting, failed] = await Promise.all([
    listedBy(),
    listedBy('--running'),
    listedBy('--waiting'),
    listedBy('--failed'),
  ]);
  expect(all).toEqual(Object.values(ids).sort());
  expect(running).toEqual([ids.asks, ids.moves].sort());
  expect(waiting).toEqual([ids.asks]);
  expect(failed).toEqual([ids.bad, ids.gone].sort());
});

test('--limit shows no more, and says that there are more', async () => {
  const [two, five] = await Promise.all([list('--limit', '2', '--json'), list('--limit', '5', '--json')]);
  expect(two.stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(two.stderr).toBe('There are more than 2; --limit shows more of them.\n');
  expect(five.stdout.trimEnd().split('\n')).toHaveLength(5);
  expect(five.stderr).toBe('');
});

test('no match is said', async () => {
  const { call } = standIn();
  expect(await call('list', '--project', 'nobody', '--json')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect((await call('list', '--project', 'nobody')).stdout).toBe('No run matches.\n');
});
