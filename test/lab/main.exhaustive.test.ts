import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { run } from '../../lab/src/cli';
import { until } from './client';

jest.setTimeout(60_000);

const ROOT = resolve(__dirname, '../..');

/** A process that has ended but that nobody has asked about yet does not count. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

describe('as a process', () => {
  let built: string;
  const children: ChildProcess[] = [];

  beforeAll(() => {
    // Node does not run TypeScript by itself: a build of this very source, somewhere else than that of others.
    built = mkdtempSync(join(tmpdir(), 'switchback-lab-test-'));
    const tsc = resolve(ROOT, 'node_modules/typescript/bin/tsc');
    const sources = ['--rootDir', 'lab/src', '--outDir', join(built, 'lab/dist'), 'lab/src/main.ts'];
    const settings = [
      '--ignoreConfig',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
      '--strict',
      '--skipLibCheck',
    ];
    execFileSync(process.execPath, [tsc, ...settings, ...sources], { cwd: ROOT });
    for (const name of ['node_modules', 'deploy']) symlinkSync(join(ROOT, name), join(built, name));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(built, { recursive: true, force: true });
  });

  /** Resolves at the first line that it prints. */
  async function start(...args: string[]) {
    const child = spawn(process.execPath, [join(built, 'lab/dist/main.js'), '--json', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    const output = createInterface({ input: child.stdout });
    output.on('line', (line) => lines.push(line));
    await once(output, 'line');
    return { child, lines, info: JSON.parse(lines[0] ?? '') };
  }

  const foldersOf = (pid: number | undefined) =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`switchback-lab-${pid}-`));
  const serversOf = (pid: number | undefined) =>
    foldersOf(pid).flatMap((folder) =>
      ['pg-demo', 'pg-demo-recovery'].map((name) =>
        Number.parseInt(readFileSync(join(tmpdir(), folder, 'servers', name, 'postmaster.pid'), 'utf8'), 10),
      ),
    );
  const alive = (pids: number[]) => pids.filter(isRunning);

  test('prints one line when all is up, and SIGTERM leaves nothing behind', async () => {
    const { child, lines, info } = await start('--transition', '200ms', '--dialect', 'promote-to-master');
    const { baseUrl, token, project, pairs } = info;
    expect(info).toMatchObject({
      dialect: 'promote-to-master',
      pairs: [{ primary: 'pg-demo', recovery: 'pg-demo-recovery' }],
    });
    const response = await fetch(`${baseUrl}/v1/project/${project}/service/pg-demo/disaster-recovery`, {
      headers: { authorization: `aivenv1 ${token}` },
    });
    expect(await response.json()).toMatchObject({ disaster_recovery: { recovery: { status: 'Active' } } });
    const client = new Client({ connectionString: pairs[0].serviceUri });
    client.on('error', () => undefined);
    await client.connect();
    expect((await client.query('SELECT pg_is_in_recovery()')).rows).toEqual([{ pg_is_in_recovery: false }]);
    const servers = serversOf(child.pid);
    expect(alive(servers)).toHaveLength(2);

    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(lines).toHaveLength(1);
    expect(alive(servers)).toEqual([]);
    expect(foldersOf(child.pid)).toEqual([]);
    await expect(fetch(baseUrl)).rejects.toThrow();
  });

  test('that was killed is swept away by the next one, which leaves a living one alone', async () => {
    const living = await start();
    const killed = await start();
    const servers = serversOf(killed.child.pid);
    const exited = once(killed.child, 'exit');
    killed.child.kill('SIGKILL');
    await exited;
    expect(alive(servers)).toHaveLength(2);

    const next = await start('--state', 'fresh');
    await until(
      () => [...alive(servers), ...foldersOf(killed.child.pid)],
      (left) => left.length === 0,
    );
    expect(alive(serversOf(living.child.pid))).toHaveLength(2);
    for (const { child } of [living, next]) {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      expect(await gone).toEqual([0, null]);
      expect(foldersOf(child.pid)).toEqual([]);
    }
  });
});

describe('the command', () => {
  async function runUntilUp(...args: string[]) {
    let stop = () => {};
    const printed: string[] = [];
    const over = run(args, {
      out: (text) => printed.push(text),
      err: (text) => printed.push(text),
      stop: new Promise((done) => {
        stop = done;
      }),
    });
    await until(
      () => printed.length,
      (lines) => lines > 0,
    );
    stop();
    return { code: await over, text: printed.join('') };
  }

  test('says where the lab is and how to reach it', async () => {
    const { code, text } = await runUntilUp('--backing', 'memory', '--pairs', '2');
    expect(code).toBe(0);
    expect(text).toMatch(/export AIVEN_WEB_URL=http:\/\/127\.0\.0\.1:\d+ AIVEN_TOKEN=lab-\w+\n/);
    expect(text).toMatch(/avn --url \S+ --auth-token \S+ service get pg-demo --project crdr-lab/);
    expect(text).toContain('pg-demo-2-recovery');
  });

  test('--load writes, and says at the end what became of it', async () => {
    const { code, text } = await runUntilUp('--load', '100', '--transition', '50ms', '--resolvers', '1');
    expect(code).toBe(0);
    expect(text).toMatch(/pg-demo: \d+ rows acknowledged, 0 missing, 0 unexpected\n$/);
  });

  test.each([
    [['--pairs', '0'], /a whole number above 0/],
    [['--transition', 'soon'], /a duration such as 200ms/],
    [['--dialect', 'klingon'], /Allowed choices are role, promote-to-master/],
    [['--port', '99999'], /a TCP port/],
  ])('refuses %j', async (args, message) => {
    const { code, text } = await runUntilUp(...args);
    expect(code).toBe(1);
    expect(text).toMatch(message);
  });
});
