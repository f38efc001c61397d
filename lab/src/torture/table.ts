import type { Case } from './cases';
import type { Verdict } from './play';
import { tortured } from './procedures';

export interface Played extends Case {
  verdict: Verdict;
}

/** One row for each kind and dialect. */
export function rowsOf(played: readonly Played[]) {
  const names = new Set(played.map(groupOf));
  return [...names].map((name) => {
    const group = played.filter((one) => groupOf(one) === name);
    const [first] = group;
    const waits = group.flatMap(({ verdict }) => verdict.standstillMs ?? []).sort((a, b) => a - b);
    const right = tortured[first?.procedure ?? 'switchback'];
    const count = (is: (verdict: Verdict) => boolean) => group.filter(({ verdict }) => is(verdict)).length;
    return {
      'what breaks': first?.kind,
      dialect: first?.dialect,
      cases: group.length,
      'wrong ends': count(({ outcome, roles }) => outcome !== right.outcome || roles !== right.roles),
      'double writes': count(({ effective }) => effective > right.effective),
      'median s': seconds(waits[Math.floor(waits.length / 2)]),
      'worst s': seconds(waits.at(-1)),
    };
  });
}

function groupOf({ kind, dialect }: Case): string {
  return `${kind} ${dialect}`;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms / 100) / 10;
}
