import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Lab } from '../lab';

/** Aiven's own command, from PyPI. */
export const AVN_VERSION = '4.18.0';
const FOLDER = resolve(__dirname, '../../../.cache/avn');
const PYTHON = resolve(FOLDER, 'bin/python3');
const INSTALL_MS = 180_000;

/** Once per checkout. @returns why not, if it cannot be done here. */
export function installAvn(): string | undefined {
  try {
    if (isInstalled()) return undefined;
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'pipe', timeout: INSTALL_MS });
    const options = ['--quiet', '--disable-pip-version-check', `aiven-client==${AVN_VERSION}`];
    execFileSync(PYTHON, ['-m', 'pip', 'install', ...options], { stdio: 'pipe', timeout: INSTALL_MS });
    return isInstalled() ? undefined : `aiven-client ${AVN_VERSION} does not start`;
  } catch (error) {
    return `aiven-client ${AVN_VERSION} cannot be installed with python3 and pip here: ${(error as Error).message}`;
  }
}

function isInstalled(): boolean {
  if (!existsSync(PYTHON)) return false;
  const version = execFileSync(PYTHON, ['-m', 'aiven.client', '--version'], { encoding: 'utf8' });
  return version.includes(AVN_VERSION);
}

/** `avn ARGS` against a lab. @throws Error unless it exits with 0 */
export async function avn(lab: Lab, ...args: string[]): Promise<void> {
  const env = {
    PATH: process.env.PATH,
    AIVEN_WEB_URL: lab.baseUrl,
    AIVEN_AUTH_TOKEN: lab.token,
    AIVEN_PROJECT: lab.project,
    AIVEN_CONFIG_DIR: FOLDER,
  };
  const [code] = await once(spawn(PYTHON, ['-m', 'aiven.client', ...args], { env, stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`avn ${args.join(' ')} exited with ${code}`);
}
