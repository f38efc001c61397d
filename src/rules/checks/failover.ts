import type { Facts } from '../facts';
import { hasFailed, isHealthy } from '../moves';
import { type Answer, type Context, missingNodes, type Row, said } from './row';

/** Before a primary is destroyed: that it may be, that there is a cause, and that something is left. */
export const FAILOVER: readonly Row<Facts>[] = [
  {
    id: 'failover-allowed',
    title: 'This worker allows failovers',
    moves: ['failover'],
    guards: 'run',
    looksAt: 'SWITCHBACK_FAILOVER of the worker',
    wanted: 'allowed',
    remedy:
      'Set SWITCHBACK_FAILOVER=allowed for the worker, restart it, and start again: a failover destroys the primary.',
    judge: ({ facts: { failover } }) => {
      const evidence = 'the configuration of the worker';
      return failover?.allowed === true
        ? { finding: 'pass', observed: 'allowed', evidence }
        : { finding: 'block', observed: 'this worker allows no failover', evidence };
    },
  },
  {
    id: 'failover-needed',
    title: 'The primary is active and in trouble, or does not answer',
    moves: ['failover'],
    guards: 'run',
    looksAt: 'disaster_recovery_role, state and node_states of the primary',
    wanted: 'active and not in good order, or no answer; else "drill": true in the input',
    remedy:
      'Move a healthy pair with `switchback switchover`: it loses nothing. To DESTROY THIS PRIMARY all the same, start again with "drill": true.',
    judge: judgeNeed,
  },
  {
    id: 'recovery-ready',
    title: 'The recovery service is passive and settled',
    moves: ['failover'],
    guards: 'run',
    looksAt: 'disaster_recovery_role, state, node_states and node_count of the recovery service',
    wanted: 'passive, RUNNING, every node running and none missing',
    remedy:
      'Do not fail the primary while nothing can take its place. Look at the recovery service in Aiven; ask Aiven support.',
    judge: judgeRecovery,
  },
];

function judgeNeed({ facts, observed }: Context): Answer {
  const { primary } = observed;
  const evidence = [facts.primary, facts.disasterRecovery];
  const told = { observed: said(primary), evidence };
  if (hasFailed(observed)) return { finding: 'pass', ...told };
  if (!primary.readable) return { finding: primary.gone ? 'block' : 'pass', ...told };
  if (primary.role !== 'active') {
    const remedy =
      'Nothing is failed over that is not active. Look at both services: `switchback get` says where the pair stands.';
    return { finding: 'block', remedy, ...told };
  }
  if (!isHealthy(primary)) return { finding: 'pass', ...told };
  if (facts.failover?.drill !== true) return { finding: 'block', ...told };
  return {
    finding: 'pass',
    evidence,
    observed: `${told.observed}: HEALTHY, AND TO BE DESTROYED ALL THE SAME`,
  };
}

function judgeRecovery({ facts, observed }: Context): Answer {
  const { recovery } = observed;
  const evidence = [facts.recovery, facts.disasterRecovery];
  const missing = facts.recovery.ok ? missingNodes(facts.recovery.value) : [];
  const told = { observed: [said(recovery), ...missing].join('; '), evidence };
  if (!recovery.readable || recovery.state === 'unknown') return { finding: 'unknown', ...told };
  // Once the primary has failed there is only the end to wait for.
  if (hasFailed(observed)) return { finding: 'pass', ...told };
  const isReady = recovery.role === 'passive' && recovery.settled && missing.length === 0;
  return { finding: isReady ? 'pass' : 'block', ...told };
}
