import type { EndpointInput } from '../contract/activities';
import type { EndpointReport } from '../contract/proof';
import type { Databases } from '../postgres';

export async function watchEndpoint(
  _databases: Databases,
  _input: EndpointInput,
  _stopping: AbortSignal,
): Promise<EndpointReport> {
  throw new Error('not built yet');
}
