import type { CatchUpInput, CatchUpResult } from '../contract/activities';
import type { Databases } from '../postgres';

export async function catchUp(
  _databases: Databases,
  _input: CatchUpInput,
  _stopping: AbortSignal,
): Promise<CatchUpResult> {
  throw new Error('not built yet');
}
