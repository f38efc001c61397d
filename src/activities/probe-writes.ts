import type { ProbeInput } from '../contract/activities';
import type { ProbeReport } from '../contract/probe';
import type { Databases } from '../postgres';

export async function probeWrites(
  _databases: Databases,
  _input: ProbeInput,
  _stopping: AbortSignal,
): Promise<ProbeReport> {
  throw new Error('not built yet');
}
