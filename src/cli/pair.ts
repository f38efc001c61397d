import { SwitchbackError } from '../contract/errors';
import { parseInput } from '../contract/input';
import type { Procedure } from '../contract/procedure';
import type { ProcedureInput } from '../contract/procedure-input';

/** A pair as a command names it: by the project, and the service that its run was started for. */
export interface PairName {
  project: string;
  service: string;
}

/**
 * The pair that `SERVICE` with `--project P`, or `PROJECT/SERVICE`, names.
 *
 * @param faultsOf what else is wrong with what was given, so that all of it is said at once.
 * @throws SwitchbackError INVALID_INPUT with every fault
 */
export function pairOf(
  named: string,
  project: string | undefined,
  faultsOf: (pair: PairName) => string[] = (pair) => faultsOfInput(pair),
): PairName {
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
  const pair = { project: project ?? given ?? '', service };
  // A project that is missing is not a wrong one, too.
  const asked = faults.length > 0 ? { ...pair, project: 'missing' } : pair;
  assertFaultless([...faults, ...faultsOf(asked)]);
  return pair;
}

/** What is wrong with an input; nothing is connected or started for it in vain. */
export function faultsOfInput(input: ProcedureInput, procedure?: Procedure): string[] {
  const parsed = parseInput(input, procedure);
  return parsed.ok ? [] : parsed.faults;
}

/** @throws SwitchbackError INVALID_INPUT with every fault */
export function assertFaultless(faults: string[]): void {
  if (faults.length > 0) throw new SwitchbackError('INVALID_INPUT', `${faults.join('; ')}.`);
}
