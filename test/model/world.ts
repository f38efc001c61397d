import type { PairObservation } from '../../src/contract/observation';
import { pairOf } from '../rules/observations';

/** A service of the model: it settles some time, or never. */
export interface ModelService {
  role: 'active' | 'passive' | 'failed';
  state: 'RUNNING' | 'REBUILDING' | 'POWEROFF';
}

export type ModelWrite =
  | { kind: 'promote'; side: 'primary' | 'recovery'; isUndo: boolean }
  | { kind: 'fail' | 'rebuild'; side: 'primary'; isUndo: false };

export interface World {
  primary: ModelService;
  recovery: ModelService;
  /** A request of ours that may yet arrive, or never. */
  inFlight?: ModelWrite;
  /** How often somebody else may still act. */
  others: number;
}

const ACTIVE: ModelService = { role: 'active', state: 'REBUILDING' };
const FAILED: ModelService = { role: 'failed', state: 'POWEROFF' };
const PASSIVE: ModelService = { role: 'passive', state: 'REBUILDING' };

export function observe({ primary, recovery }: World): PairObservation {
  return pairOf(primary, recovery);
}

/**
 * What becomes of the world when a write arrives; the same one when it has no effect. The API of the model is more lenient than
 * any that would be sane: it promotes a passive service whatever its state.
 */
export function applied(world: World, { kind, side }: Pick<ModelWrite, 'kind' | 'side'>): World {
  if (kind === 'rebuild') {
    const { primary, recovery } = world;
    const isAllowed = primary.role === 'failed' && recovery.role === 'active';
    return isAllowed ? { ...world, primary: PASSIVE } : world;
  }
  if (kind === 'fail') {
    const { primary, recovery } = world;
    const next = recovery.role === 'passive' ? ACTIVE : recovery;
    return primary.role === 'failed' ? world : { ...world, primary: FAILED, recovery: next };
  }
  const other = side === 'primary' ? 'recovery' : 'primary';
  if (world[side].role !== 'passive') return world;
  const demoted = world[other].role === 'failed' ? world[other] : PASSIVE;
  return { ...world, [side]: ACTIVE, [other]: demoted };
}

/** All that can happen without us: services settle, somebody else acts, and what we sent arrives or is lost. */
export function worldSteps(world: World): { what: string; next: World; arrived?: ModelWrite }[] {
  const steps: { what: string; next: World; arrived?: ModelWrite }[] = [];
  for (const side of ['primary', 'recovery'] as const) {
    if (world[side].state === 'REBUILDING')
      steps.push({
        what: `${side} settles`,
        next: { ...world, [side]: { ...world[side], state: 'RUNNING' } },
      });
  }
  const { inFlight, ...rest } = world;
  if (inFlight !== undefined) {
    steps.push({ what: 'the write is lost', next: rest });
    const next = applied(rest, inFlight);
    steps.push({ what: 'the write arrives', next, ...(next === rest ? {} : { arrived: inFlight }) });
  }
  if (world.others === 0) return steps;
  const after = { ...world, others: world.others - 1 };
  for (const side of ['primary', 'recovery'] as const) {
    const next = applied(after, { kind: 'promote', side });
    if (next !== after) steps.push({ what: `somebody promotes ${side}`, next });
  }
  const rebuilt = applied(after, { kind: 'rebuild', side: 'primary' });
  if (rebuilt !== after) steps.push({ what: 'somebody has the primary rebuilt', next: rebuilt });
  if (world.primary.role === 'active' && world.recovery.role === 'passive') {
    steps.push({ what: 'somebody fails over', next: applied(after, { kind: 'fail', side: 'primary' }) });
    if (world.primary.state === 'RUNNING')
      steps.push({ what: 'the primary gets into trouble', next: { ...after, primary: ACTIVE } });
  }
  return steps;
}
