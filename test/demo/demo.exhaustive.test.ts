import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyEvidence } from '../../src/evidence';
import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { isRunning } from '../support/processes';
import { useScratchFolder } from '../support/scratch';

useBuild();
const scratch = useScratchFolder();
const start = usePrograms();

/** The demo with a folder for temporary files of its own, so that nothing it leaves is overlooked. */
async function demo(name: string, args: string[], env: Record<string, string> = {}) {
  const TMPDIR = join(scratch(), name);
  await mkdir(TMPDIR);
  // PostgreSQL may run as another user.
  for (const folder of [scratch(), TMPDIR]) await chmod(folder, 0o755);
  const TEMPORAL_CLI_PATH = testEnvironment.temporalCli();
  return { program: start('../lab/dist/demo/main', args, { TMPDIR, TEMPORAL_CLI_PATH, ...env }), TMPDIR };
}

/** Every process that `pid` started, and those that these started. */
function descendantsOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const children = pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

test('switches two real servers in use back, and measures and proves it, on one line of JSON', async () => {
  const { program, TMPDIR } = await demo('json', ['--json', '--transition', '500ms']);
  const { code, stdout } = await program.ended;
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({
    proven: true,
    application: { missing: 0, unexpected: expect.any(Number) },
    report: {
      outcome: 'switched-back',
      requests: { writes: 1 },
      proof: { verdict: 'proven' },
      probe: { missing: { count: 0 }, gap: { ms: expect.any(Number) } },
    },
    link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/switchback\./),
  });
  const { evidence } = JSON.parse(stdout).report;
  expect(verifyEvidence(readFileSync(evidence.page), evidence.head)).toMatchObject({ holds: true });
  expect(code).toBe(0);
  expect(await readdir(TMPDIR)).toEqual([]);
});

test('Ctrl-C in the middle of the switch leaves no process and no file', async () => {
  const { program, TMPDIR } = await demo('interrupted', ['--transition', '1m']);
  await program.prints(/converge/);
  const started = descendantsOf(program.pid);
  // Temporal, a worker, and two servers with their own processes, at the least.
  expect(started.length).toBeGreaterThan(4);
  expect(await readdir(TMPDIR)).not.toEqual([]);
  const { code } = await program.kill('SIGINT');
  expect(code).toBe(130);
  await until('every process is gone', () => !started.some(isRunning));
  expect(await readdir(TMPDIR)).toEqual([]);
});

test('a stage that cannot be set is said in clear words, and leaves nothing', async () => {
  const { program, TMPDIR } = await demo('failing', [], { TEMPORAL_CLI_PATH: '/nowhere/temporal' });
  const { code, stderr } = await program.ended;
  expect(code).toBe(1);
  expect(stderr).toBe(
    'TEMPORAL_CLI_PATH is set to /nowhere/temporal, which is not an executable file. Point it at a Temporal CLI, or unset it to let one be found.\n',
  );
  expect(await readdir(TMPDIR)).toEqual([]);
});

test('an option that is none is refused before anything is started', async () => {
  const { program, TMPDIR } = await demo('options', ['--transition', 'soon']);
  const { code, stderr } = await program.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("option '--transition <duration>' argument 'soon' is invalid");
  expect(await readdir(TMPDIR)).toEqual([]);
});

test('a fleet parks when a second pair fails, is mended, and comes home', async () => {
  const { program, TMPDIR } = await demo('fleet', ['--fleet', '8', '--json', '--transition', '500ms']);
  const { code, stdout } = await program.ended;
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'completed',
    counts: { total: 8, done: 8 },
    acts: [{ act: 'retry', effect: '2 started again' }],
  });
  expect(code).toBe(0);
  expect(await readdir(TMPDIR)).toEqual([]);
});
