import { Client, Connection, type ScheduleHandle } from '@temporalio/client';
import type { LabPair } from '../../lab/src/lab';
import type { DrillSchedule } from '../../src/client';
import { scheduleIdOf, workflowIdOf } from '../../src/client';
import { useStage } from '../doors/stage';
import { until } from '../doors/until';
import { expectSchema } from '../schemas/validator';
import { useCommands } from './commands';
import { useStandIn } from './stand-in';

const stage = useStage({ pairs: 5, state: 'fresh' });
const command = useCommands();
const standIn = useStandIn(stage, command);

const WHY = ['--by', 'ann@example.com', '--reason', 'INC-123'];
/** Never in the time of a test. */
const DAILY = ['--cron', '0 3 * * *', '--time-zone', 'Europe/Helsinki'];

let connection: Connection;
let temporal: Client;
const made: string[] = [];
beforeAll(async () => {
  connection = await Connection.connect({ address: stage().address });
  temporal = new Client({ connection });
});
afterAll(async () => {
  await Promise.all(
    made.map((id) =>
      temporal.schedule
        .getHandle(id)
        .delete()
        .catch(() => undefined),
    ),
  );
  await connection?.close();
});

const nameOf = ({ primary }: LabPair) => `${stage().project}/${primary}`;

function handleOf({ primary }: LabPair, mode: 'rehearse' | 'drill' = 'rehearse'): ScheduleHandle {
  return temporal.schedule.getHandle(scheduleIdOf(stage().project, primary, mode));
}

async function drill(...args: string[]) {
  const [what, name] = args;
  if (what === 'schedule' && name !== undefined)
    for (const mode of ['rehearse', 'drill'] as const)
      made.push(scheduleIdOf(stage().project, name.split('/').at(-1) ?? '', mode));
  return standIn().call('drill', ...args);
}

async function jsonOf(...args: string[]): Promise<DrillSchedule> {
  const { code, stdout, stderr } = await drill(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const line: unknown = JSON.parse(stdout);
  expectSchema(args[0] === 'delete' ? 'drill-schedule-deleted' : 'drill-schedule', line);
  return line as DrillSchedule;
}

/** A schedule whose runs are over in a moment. */
function scheduleQuick({ primary }: LabPair, mode: 'rehearse' | 'drill' = 'rehearse') {
  const { project } = stage();
  made.push(scheduleIdOf(project, primary, mode));
  const input = { project, service: primary, settleWindow: '0s', soak: '0s', requestedBy: 'ann@example.com' };
  return standIn().client.scheduleDrill(input, { cron: '0 3 * * *', mode });
}

test('makes a Temporal Schedule of the pair: a rehearsal by default, and never two at once', async () => {
  const pair = stage().freshPair();
  const { stdout, code } = await drill(
    'schedule',
    nameOf(pair),
    ...DAILY,
    '--requested-by',
    'ann@example.com',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(`✔ rehearse of ${nameOf(pair)} scheduled: 0 3 * * *, Europe/Helsinki.`);
  const { action, spec, policies, info } = await handleOf(pair).describe();
  expect(policies).toEqual({ overlap: 'SKIP', catchupWindow: 3_600_000, pauseOnFailure: true });
  expect(spec).toMatchObject({ timezone: 'Europe/Helsinki', jitter: 600_000 });
  expect(action).toMatchObject({
    workflowType: 'drillWorkflow',
    workflowId: workflowIdOf(stage().project, pair.primary, 'drill'),
    args: [
      {
        project: stage().project,
        service: pair.primary,
        mode: 'rehearse',
        requestedBy: 'ann@example.com',
      },
    ],
  });
  for (const time of info.nextActionTimes.slice(0, 2)) {
    const local = new Intl.DateTimeFormat('en', {
      timeZone: 'Europe/Helsinki',
      hour: 'numeric',
      hourCycle: 'h23',
    });
    expect(local.format(time)).toBe('03');
  }
});

test('scheduling again changes the one that there is, and leaves it paused', async () => {
  const pair = stage().freshPair();
  await drill('schedule', nameOf(pair), ...DAILY);
  expect(await jsonOf('pause', nameOf(pair), ...WHY)).toMatchObject({
    paused: true,
    note: 'ann@example.com: INC-123',
  });
  const again = await jsonOf('schedule', nameOf(pair), '--cron', '30 4 * * 1');
  expect(again).toMatchObject({ mode: 'rehearse', cron: '30 4 * * 1', timeZone: 'UTC', paused: true });
  expect(await jsonOf('schedule', nameOf(pair), '--mode', 'drill', '--cron', '0 10 1 * *')).toMatchObject({
    mode: 'drill',
    paused: false,
  });
  const { stdout } = await until('both are listed', async () => {
    const listed = await drill('list', '--project', stage().project, '--service', pair.primary);
    return listed.stdout.split('\n').length === 4 && listed;
  });
  expect(stdout).toMatch(/rehearse +30 4 \* \* 1 UTC +– +– +paused: ann@example\.com: INC-123/);
  expect(stdout).toMatch(/drill +0 10 1 \* \* UTC +\d{4}-\d\d-01 1\d:\d\d:\d\d +– +active/);
  expect(await jsonOf('resume', nameOf(pair), ...WHY)).toMatchObject({ paused: false });
  expect(await jsonOf('delete', nameOf(pair), '--mode', 'drill')).toMatchObject({
    deleted: true,
    mode: 'drill',
  });
  const gone = await drill('delete', nameOf(pair), '--mode', 'drill');
  expect(gone.code).toBe(2);
  expect(gone.stderr).toContain(
    `SCHEDULE_NOT_FOUND There is no schedule drill.${stage().project}.${pair.primary}.`,
  );
});

test('a start of it is a rehearsal that says who scheduled it, and writes nothing', async () => {
  const pair = stage().freshPair();
  await scheduleQuick(pair);
  await handleOf(pair).trigger('SKIP');
  const { workflowId, runId } = await until('it has started a run', async () => {
    const { info } = await handleOf(pair).describe();
    const [last] = info.recentActions;
    return last && { ...last.action.workflow, runId: last.action.workflow.firstExecutionRunId };
  });
  expect(workflowId).toMatch(new RegExp(`^drill\\.${stage().project}\\.${pair.primary}-20`));
  const report = await standIn().client.result(workflowId, runId);
  expect(report).toMatchObject({ outcome: 'rehearsed', procedure: 'drill', requestedBy: 'ann@example.com' });
  expect(pair.requests().filter(({ method }) => method === 'PUT')).toEqual([]);
});

test('a start while the last run still goes on is skipped', async () => {
  const pair = stage().freshPair();
  pair.behave({ stuck: true });
  await scheduleQuick(pair, 'drill');
  const handle = handleOf(pair, 'drill');
  await handle.trigger('SKIP');
  await until('the drill has written', () => pair.requests().some(({ method }) => method === 'PUT'));
  await handle.trigger('SKIP');
  const { info } = await until('the second start was skipped', async () => {
    const description = await handle.describe();
    return description.info.numActionsSkippedOverlap === 1 && description;
  });
  expect(info.numActionsTaken).toBe(1);
  const [{ workflowId = '' } = {}] = info.runningActions.map(({ workflow }) => workflow);
  await temporal.workflow.getHandle(workflowId).terminate('by a test');
});

test('a run that fails pauses the schedule, and the list says why', async () => {
  const pair = stage().freshPair();
  pair.set('recovery', { role: 'failed' });
  await scheduleQuick(pair);
  await handleOf(pair).trigger('SKIP');
  await until('it is paused', async () => (await handleOf(pair).describe()).state.paused);
  const [listed] = await until('the list says so', async () => {
    const found = await standIn().client.drillSchedules({ service: pair.primary });
    return found[0]?.paused && found;
  });
  expect(listed?.note).toContain('paused due to workflow failure');
});

test('what is wrong is said at once, and nothing is scheduled', async () => {
  const wrong = await drill(
    'schedule',
    'p/s',
    '--cron',
    'daily',
    '--time-zone',
    'Mars/Base',
    '--jitter',
    'x',
    '--soak',
    '1',
  );
  expect(wrong.code).toBe(2);
  for (const fault of [
    '"cron" must be five fields',
    '"timeZone" must be',
    '"jitter" must be',
    '"soak" must be',
  ])
    expect(wrong.stderr).toContain(fault);
  const refused = await drill('schedule', 'p/s', '--cron', '99 3 * * *');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    'INVALID_INPUT Temporal refuses the schedule: Minute is not in range [0-59]',
  );
  const nobody = await drill('pause', 'p/s');
  expect(nobody.stderr).toContain('"by" must be a text; "reason" must be a text');
});
