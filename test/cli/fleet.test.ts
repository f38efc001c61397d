import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../../src/contract/errors';
import { useBuild } from '../doors/build';
import { useStage } from '../doors/stage';
import { expectSchema } from '../schemas/validator';
import { useScratchFolder } from '../support/scratch';
import { useCommands } from './commands';

useBuild();
const stage = useStage({ pairs: 7 });
const command = useCommands();
const scratch = useScratchFolder();

const call = (...args: string[]) => command(['fleet', ...args], stage().env).ended;
const nameOf = (primary: string) => `${stage().project}/${primary}`;
const fresh = (count: number) => Array.from({ length: count }, () => stage().freshPair());
const idOf = () => `${stage().project}`;
const RUN = { settleWindow: '0s' };
const WHO = ['--by', 'ops@example.com', '--reason', 'INC-123'];

test('run takes one JSON file, follows the board to the end, and writes the page', async () => {
  const pairs = fresh(2).map(({ primary }) => nameOf(primary));
  const [file, page] = [join(scratch(), 'fleet.json'), join(scratch(), 'fleet.html')];
  const input = { pairs, run: RUN };
  expectSchema('fleet-input', input);
  writeFileSync(file, JSON.stringify(input));
  const name = `${idOf()}-a`;
  const { code, stdout, stderr } = await command(
    ['fleet', 'run', file, '--name', name, '--canary', '1', '--page', page],
    stage().env,
    80,
  ).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`Started fleet.${name}. Ctrl-C stops watching, never the fleet.`);
  expect(stdout).toMatch(/✔ completed.*Switchback of 2 pairs: 2 of 2 are done\./s);
  expect(readFileSync(page, 'utf8')).toContain(pairs[0]);
  const result = await call('result', name, '--json');
  expectSchema('fleet-report', JSON.parse(result.stdout));
  expect(JSON.parse(result.stdout)).toMatchObject({
    outcome: 'completed',
    counts: { done: 2 },
    waves: [{ name: 'canary' }, { name: 'wave 2' }],
  });
  const ended = await call('pause', name, ...WHO);
  expect(ended).toMatchObject({ code: exitCodes.usage });
  expect(ended.stderr).toContain('RUN_NOT_FOUND');
});

test('plan checks every pair, says which one is not ready, and writes nothing', async () => {
  const [ready, broken] = fresh(2);
  broken?.set('recovery', { role: 'failed' });
  const names = [ready, broken].map((pair) => nameOf(pair?.primary ?? ''));
  const { code, stdout } = await call('plan', '--pair', ...names, '--name', `${idOf()}-b`, '--json');
  expect(code).toBe(exitCodes.blocked);
  expect(JSON.parse(stdout)).toMatchObject({
    mode: 'plan',
    code: 'BLOCKED',
    counts: { done: 1, failed: 1 },
    pairs: [
      { pair: names[1], code: 'BLOCKED' },
      { pair: names[0], outcome: 'planned' },
    ],
  });
  const writes = [ready, broken].flatMap((pair) => pair?.requests().filter(({ method }) => method === 'PUT'));
  expect(writes).toEqual([]);
});

test('a fleet that waits is approved, paused, resumed and aborted by command; refusals say why', async () => {
  const name = `${idOf()}-c`;
  const [pair] = fresh(1);
  const started = await call(
    'run',
    '--pair',
    nameOf(pair?.primary ?? ''),
    ...['--name', name, '--approval', 'once', '--requested-by', 'ops@example.com', '--detach'],
  );
  expect(started).toMatchObject({ code: 0, stdout: `fleet.${name}\n` });
  const again = command(['fleet', 'watch', name], stage().env);
  await again.prints(/A person is needed: the plan [0-9a-f]{12} waits for an approval/);
  await again.interrupt();
  expect(again.stderr).toContain('The fleet goes on without you');

  const status = JSON.parse((await call('status', name, '--json')).stdout);
  expectSchema('fleet-status', status);
  const { fingerprint } = status;
  const own = await call('approve', name, '--fingerprint', fingerprint, ...WHO);
  expect(own.code).toBe(exitCodes.usage);
  expect(own.stderr).toContain('a second person must approve it (four eyes)');
  const faulty = await call('skip', name, '--by', 'me');
  expect(faulty.code).toBe(exitCodes.usage);
  expect(faulty.stderr).toMatch(/"reason" must be a text; "pairs" must be a list/);
  const paused = await call('pause', name, ...WHO);
  expect(paused.stdout).toBe(`✔ fleet.${name}: pause by ops@example.com; no new run; 0 go on.\n`);
  const resumed = JSON.parse((await call('resume', name, ...WHO, '--json')).stdout);
  expectSchema('fleet-act', resumed);
  expect(resumed).toMatchObject({ act: 'resume', by: 'ops@example.com', effect: 'goes on' });
  expect((await call('abort', name, ...WHO)).code).toBe(0);
  const result = await call('result', name);
  expect(result.code).toBe(exitCodes.aborted);
  expect(result.stdout).toContain('✘ aborted (FLEET_ABORTED)');
});

test('what is wrong with the options and the file is told at once, and nothing is started', async () => {
  const file = join(scratch(), 'faulty.json');
  writeFileSync(file, '{"pairs":["x"],"concurrency":0}');
  const { code, stderr } = await call('run', file, '--budget', 'many', '--sizes', '1,x', '--name', 'never');
  expect(code).toBe(exitCodes.usage);
  for (const fault of [
    '"pairs": each must be',
    '"concurrency" must be',
    '"budget.total" must be',
    '"waves.sizes" must be',
  ])
    expect(stderr).toContain(fault);
  const missing = await call('run', join(scratch(), 'nowhere.json'));
  expect(missing.stderr).toContain('cannot be taken as the input of a fleet');
  expect((await call('status', 'never')).stderr).toContain('RUN_NOT_FOUND');
});
