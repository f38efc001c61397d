import { SwitchbackError } from '../contract/errors';
import { parseInput, type SwitchbackInput } from '../contract/input';

/** A pair as a command names it: by the project, and the service that its run was started for. */
export interface PairName {
  project: string;
  service: string;
}

/**
 * The pair that `SERVICE` with `--project P`, or `PROJECT/SERVICE`, names.
 *
 * @throws SwitchbackError INVALID_INPUT with every fault
 */
export function pairOf(named: string, project: string | undefined): PairName {
  const [service = '', given, ...more] = named.split('/').reverse();
  const faults = [
    ...(more.length > 0 ? [`"${named}" is neither SERVICE nor PROJECT/SERVICE`] : []),
    ...(given === undefined && project === undefined
      ? ['--project is missing, and so is PROJECT/ before the service']
      : []),
    ...(given !== undefined && project !== undefined && given !== project
      ? [`"${named}" and --project ${project} name two projects`]
      : []),
  ];
  if (faults.length > 0) throw new SwitchbackError('INVALID_INPUT', `${faults.join('; ')}.`);
  const pair = { project: project ?? given ?? '', service };
  assertValid(pair);
  return pair;
}

/** Before anything is connected or started for nothing. @throws SwitchbackError INVALID_INPUT with every fault */
export function assertValid(input: SwitchbackInput): void {
  const parsed = parseInput(input);
  if (!parsed.ok) throw new SwitchbackError('INVALID_INPUT', `${parsed.faults.join('; ')}.`);
}
