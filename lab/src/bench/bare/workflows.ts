import { executeChild, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Step, Work } from './contract';

const { request } = proxyActivities<{ request(step: Step, service: string): Promise<void> }>({
  startToCloseTimeout: '5m',
});
const { nothing } = proxyLocalActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '5m' });

/** What a run is compared with: the same requests in as many activities, and nothing else. */
export async function bareWorkflow({ steps, locals }: Work, service: string): Promise<void> {
  const inTurn = async () => {
    for (const step of steps) await request(step, service);
  };
  // Where they cost least, so that the comparison is no easier than it must be.
  await Promise.all([inTurn(), ...Array.from({ length: locals }, () => nothing())]);
}

/** What a fleet is compared with: a child for each pair, all at once. */
export async function bareFleetWorkflow(work: Work, services: string[]): Promise<void> {
  await Promise.all(services.map((service) => executeChild(bareWorkflow, { args: [work, service] })));
}
