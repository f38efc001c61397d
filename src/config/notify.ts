import type { SinkSettings } from '../notify/settings';

type Env = Readonly<Record<string, string | undefined>>;

/** The sinks in the file, or everything that is wrong with them. No message ever holds a value. */
export function readNotify(
  path: string | undefined,
  _env: Env,
): { value: SinkSettings[] } | { faults: string[] } {
  return path === undefined ? { value: [] } : { faults: ['not read yet'] };
}
