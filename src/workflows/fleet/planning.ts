import { ActivityFailure } from '@temporalio/workflow';
import { rootMessage } from '../../util/root-cause';
import { terms } from '../engine/activity-proxies';
import { resolve } from './activity-proxies';
import { failureOf } from './conclusion';
import type { FleetRecord } from './fleet-record';

/** Finds out which pairs are meant, once; a later execution has the plan already. Nothing is started before it stands. */
export async function resolvePlan(record: FleetRecord): Promise<void> {
  const { fleet } = record;
  const { request, state } = fleet;
  // A worker that demands a second person demands one for a fleet, too.
  const { policy } = await terms();
  record.fourEyes = policy.fourEyes;
  if (state.fingerprint !== undefined) return;
  // An input that names the plan that was read has said its target twice.
  if (policy.confirmTarget && request.fingerprint === undefined && request.approval === 'none')
    request.approval = 'once';
  const isApproved = request.approval !== 'none' && request.mode !== 'plan';
  if (isApproved && policy.fourEyes && request.requestedBy.trim() === '')
    throw failureOf(record, {
      outcome: 'invalid-input',
      code: 'INVALID_INPUT',
      headline:
        'Nothing was started: a second person must approve the fleet, and the input does not say who asked for it.',
      next: 'Start again with "requestedBy" in the input.',
    });
  const found = await resolve('read which pairs are meant')
    .resolveFleet(request)
    .catch((error: unknown) => {
      if (!(error instanceof ActivityFailure)) throw error;
      throw failureOf(record, {
        outcome: 'unreadable',
        code: 'AIVEN_UNAVAILABLE',
        headline: `Nothing was started: the services could not be read (${rootMessage(error)}).`,
      });
    });
  if ('faults' in found)
    throw failureOf(record, {
      outcome: 'invalid-input',
      code: 'INVALID_INPUT',
      headline: `Nothing was started: ${found.faults.join('; ')}.`,
    });
  const { plan } = found;
  if (request.fingerprint !== undefined && request.fingerprint !== plan.fingerprint)
    throw failureOf(record, {
      outcome: 'invalid-input',
      code: 'INVALID_INPUT',
      headline: `Nothing was started: the plan has the fingerprint ${plan.fingerprint} now, not ${request.fingerprint}: the pairs, the waves or the options of the runs are others.`,
      next: 'Read the plan again (`switchback fleet plan`), and start with its fingerprint.',
    });
  fleet.plan(plan);
  record.refresh();
}
