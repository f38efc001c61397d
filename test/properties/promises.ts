import { parseDuration } from '../../src/contract/duration';
import { errors } from '../../src/contract/errors';
import type { Played } from './play';
import type { Scenario } from './scenario';

const HOME = 'active RUNNING, passive RUNNING';

/** What a run promises, whatever happens to it. */
export function check(
  { code, report, model, isTruthNew }: Played,
  { input, approvalByPolicy }: Scenario,
): void {
  const quietWindowMs = parseDuration(String(input.quietWindow)) ?? 0;

  // It ends in a named outcome.
  if (code === undefined) {
    expect(['switched-back', 'already-primary', 'accepted', 'planned', 'rehearsed']).toContain(
      report?.outcome,
    );
  } else expect(Object.keys(errors)).toContain(code);

  // Zero or one effective write, each allowed by what was read right before it.
  expect(model.writes.flatMap(({ faults }) => faults)).toEqual([]);
  expect(model.effective('primary')).toBeLessThanOrEqual(1);
  expect(model.effective('recovery')).toBeLessThanOrEqual(1);
  if (input.mode !== 'execute') expect(model.sent).toEqual([]);
  // After one whose fate is unknown nothing is sent before the pair has stood still for the quiet window.
  for (const [index, { at, side }] of model.sent.entries()) {
    const unknown = model.sent.slice(0, index).filter((one) => !one.isAnswered && one.side === side);
    expect(unknown.length).toBeLessThan(2);
    for (const one of unknown) expect(at - one.at).toBeGreaterThanOrEqual(quietWindowMs);
  }
  if (report !== undefined) expect(report.requests.writes).toBeGreaterThanOrEqual(model.writes.length);

  // What was checked, acknowledged and approved is what was written upon.
  for (const { side, seen } of model.writes) {
    if (side === 'recovery') continue;
    const { 'primary pg-a update time': primary, 'recovery pg-b update time': recovery } =
      report?.plan?.facts ?? {};
    expect(seen).toEqual({ 'pg-a': primary, 'pg-b': recovery });
  }

  // What it says is true.
  if (report?.outcome === 'switched-back' && !isTruthNew) expect(model.truth).toBe(HOME);
  if (report?.outcome === 'not-switched' && !isTruthNew)
    expect(model.truth).toBe('passive RUNNING, active RUNNING');
  const unwritten = ['blocked', 'aborted', 'invalid-input', 'already-primary'];
  if (code === 'CANCELLED' || unwritten.includes(report?.outcome ?? '')) {
    expect(model.effective('primary') + model.effective('recovery')).toBe(0);
  }

  // Nobody but another person opens the gate.
  if (model.writes.length > 0 && (approvalByPolicy || input.approval === 'required')) {
    const counted = report?.approvals?.filter(({ verdict, voidedBy }) => verdict === 'approved' && !voidedBy);
    expect(counted?.map(({ by }) => by)).toEqual(['lead@example.com']);
  }
}
