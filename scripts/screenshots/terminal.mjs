import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AnsiUp } from 'ansi_up';
import { ROOT } from '../lib/project.mjs';

const [COLUMNS, LINES] = [124, 44];
const PATIENCE_MS = 60_000;

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A terminal of its own, by tmux, in which `switchback` is the command of this build; pictures of what it shows. */
export class Terminal {
  #socket = `switchback-${process.pid}`;

  constructor({ page, folder, env }) {
    this.page = page;
    this.folder = folder;
    const size = ['-x', String(COLUMNS), '-y', String(LINES)];
    const shell = ['env', 'PS1=$ ', 'bash', '--norc', '--noprofile'];
    this.#tmux(['new-session', '-d', '-s', 'shots', ...size, ...shell], { ...process.env, ...env });
    this.type(`switchback() { node ${join(ROOT, 'dist', 'starter.js')} "$@"; }; clear`);
  }

  type(command) {
    this.#tmux(['send-keys', '-t', 'shots', command, 'Enter']);
  }

  clear() {
    this.type('clear');
  }

  /** Waits until the screen shows a text, and makes a picture of the lines that are not empty. */
  async picture(name, shows) {
    const until = Date.now() + PATIENCE_MS;
    while (!this.#screen().includes(shows)) {
      if (Date.now() > until) throw new Error(`the terminal never showed "${shows}":\n${this.#screen()}`);
      await delay(100);
    }
    await this.page.setContent(pageOf(this.#screen('-e').trimEnd()));
    await this.page.locator('pre').screenshot({ path: join(this.folder, `${name}.png`) });
  }

  close() {
    this.#tmux(['kill-server']);
  }

  #screen(...options) {
    return this.#tmux(['capture-pane', '-p', ...options, '-t', 'shots']);
  }

  #tmux(args, env = process.env) {
    return execFileSync('tmux', ['-L', this.#socket, '-f', '/dev/null', ...args], { env, encoding: 'utf8' });
  }
}

function pageOf(screen) {
  const html = new AnsiUp().ansi_to_html(screen);
  const style =
    'font: 14px/1.45 "DejaVu Sans Mono", monospace; background: #16191d; color: #dfe3e8; padding: 18px 22px; margin: 0; display: inline-block';
  return `<!doctype html><body style="margin: 0"><pre style='${style}'>${html}</pre>`;
}
