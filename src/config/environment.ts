import { homedir } from 'node:os';
import { join } from 'node:path';
import { SwitchbackError } from '../contract/errors';
import { fewFaults } from '../util/text';

export type Env = Readonly<Record<string, string | undefined>>;

/** A value, or everything that is wrong with it. */
export type Read<T> = { value: T } | { faults: string[] };

/** @throws SwitchbackError CONFIG_INVALID, whose message lists the faults of all parts */
export function allOrThrow<T extends object>(parts: { [K in keyof T]: Read<T[K]> }): T {
  const entries = Object.entries<Read<unknown>>(parts);
  const faults = entries.flatMap(([, part]) => ('faults' in part ? part.faults : []));
  if (faults.length > 0) {
    throw new SwitchbackError(
      'CONFIG_INVALID',
      `The configuration is not valid:\n  - ${fewFaults(faults).join('\n  - ')}`,
    );
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, 'value' in part && part.value])) as T;
}

/** Where a command keeps its state between calls: `XDG_STATE_HOME`, by default `~/.local/state`. */
export function stateFolder(env: Env): string {
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'switchback');
}

/** An empty variable means "not set", as a compose file or a CI system leaves it. */
export function withoutEmpty(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  );
}
