import type { ProveInput } from '../contract/activities';
import type { Proof } from '../contract/proof';
import type { Databases } from '../postgres';

export async function prove(
  _databases: Databases,
  _input: ProveInput,
  _stopping: AbortSignal,
): Promise<Proof> {
  throw new Error('not built yet');
}
