import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { letGo, writesTo } from '../doors/stage';
import { serversOn, useEmbeddedCommand } from './embedded-command';

const { lab, freshPair, run } = useEmbeddedCommand();

test('brings its own Temporal and worker, that no other user and no web page can use, and leaves neither behind', async () => {
  const { pair, folder } = freshPair();
  mkdirSync(folder, { mode: 0o755 });
  pair.behave({ stuck: true });
  const command = run(pair, folder);
  await command.prints(/converge/);
  const [server = ''] = serversOn(folder);
  const [, port] = /--http-port (\d+)/.exec(server) ?? [];
  const start = JSON.stringify({
    workflowType: { name: 'switchbackWorkflow' },
    taskQueue: { name: 'switchback' },
  });
  const answers = await Promise.all(
    ['http://evil.example', undefined].map((origin) =>
      fetch(`http://127.0.0.1:${port}/api/v1/namespaces/default/workflows/by-a-web-page`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', ...(origin === undefined ? {} : { origin }) },
        body: start,
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(modes.filter(([, mode]) => (Number(mode) & 0o077) !== 0)).toEqual([]);
  expect(modes.map(([name]) => name)).toContain('temporal.db');

  await letGo(pair);
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(
    `Temporal and the worker run inside this command, on ${folder}. UI: http://127.0.0.1:`,
  );
  expect(stdout).toContain('✔ switched-back');
  expect(writesTo(pair)).toHaveLength(1);
  expect(serversOn(folder)).toEqual([]);
  expect(existsSync(join(folder, 'temporal.db'))).toBe(true);
  expect(stdout).not.toContain(lab().token);
});
