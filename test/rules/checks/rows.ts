import type { CheckResult } from '../../../src/contract/checks';
import { judge } from '../../../src/rules/checks';
import type { Finding } from '../../../src/rules/checks/row';
import type { Facts } from '../../../src/rules/facts';

/** A check, given some facts: what comes of it, and what an SRE has to be told. */
export type CheckRow = [id: string, what: string, facts: Facts, finding: Finding, told: RegExp];

export function checkOf(given: Facts, id: string): CheckResult {
  const check = judge(given).find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}
