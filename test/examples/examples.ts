import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Env } from '../doors/programs';
import { testEnvironment } from '../support/environment';
import { missingOf } from '../support/on-path';
import { compileAsConsumer } from './consumer';

const ROOT = join(__dirname, '..', '..');

/** How an example is called, once it is prepared. */
export interface Callable {
  interpreter: string;
  file: string;
  env?: Env;
}

export interface Example {
  name: string;
  /** Why it cannot be run on this machine. */
  lacks?: string | undefined;
  /** @param folder an empty one, of its own. */
  prepare(folder: string): Callable;
  /** Exit codes: of a run that is blocked, and without a Temporal server. */
  blocked: number;
  unreachable: number;
}

const lacking = (command: string | undefined) => command && `there is no ${command} on the PATH`;
const file = (...names: string[]) => join(ROOT, 'examples', ...names);

/** The example of each language. Those that a machine cannot run say why, and once. */
export function examples(): Example[] {
  const python = findPython();
  const all: Example[] = [
    {
      name: 'typescript',
      prepare: (folder) => ({
        interpreter: process.execPath,
        file: compileAsConsumer(join(folder, 'consumer')),
      }),
      blocked: 3,
      unreachable: 7,
    },
    {
      name: 'curl',
      lacks: lacking(missingOf('bash', 'curl', 'jq')),
      prepare: () => ({ interpreter: 'bash', file: file('curl', 'switchback.sh') }),
      blocked: 1,
      unreachable: 2,
    },
    {
      name: 'temporal-cli',
      lacks: lacking(missingOf('bash', 'jq')),
      prepare: (folder) => {
        const temporal = join(folder, 'temporal');
        symlinkSync(testEnvironment.temporalCli(), temporal);
        return {
          interpreter: 'bash',
          file: file('temporal-cli', 'switchback.sh'),
          env: { PATH: `${dirname(temporal)}${delimiter}${process.env.PATH}` },
        };
      },
      blocked: 1,
      unreachable: 2,
    },
    {
      name: 'python',
      lacks: python.lacks,
      prepare: () => ({ interpreter: python.path, file: file('python', 'switchback.py') }),
      blocked: 1,
      unreachable: 2,
    },
  ];
  for (const { name, lacks } of all)
    if (lacks) process.stderr.write(`examples/${name} is not tested here: ${lacks}\n`);
  return all;
}

/** A Python with Temporal's SDK, fetched when it is needed first. */
function findPython(): { path: string; lacks?: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'python-env.mjs')], {
    encoding: 'utf8',
  });
  return status === 0 ? { path: stdout.trim() } : { path: '', lacks: stderr.trim() };
}
