import { errors, exitCodes } from '../contract/errors';
import { type DoctorReport, diagnose } from '../doctor';
import type { CommandEnvironment } from './command-environment';
import { doctorLines } from './doctor-lines';
import type { PairName } from './pair';

/** `doctor`: everything that a switchback needs, looked at without changing anything. */
export async function doctor(
  pair: PairName | undefined,
  json: boolean,
  { env, terminal }: CommandEnvironment,
): Promise<number> {
  terminal.live('… looking');
  const report = await diagnose(env, pair);
  terminal.live(undefined);
  if (json) terminal.line(JSON.stringify(report));
  else for (const line of doctorLines(report, terminal.colour)) terminal.line(line);
  return exitCodeOf(report);
}

function exitCodeOf({ code }: DoctorReport): number {
  return code === undefined ? exitCodes.done : errors[code].exitCode;
}
