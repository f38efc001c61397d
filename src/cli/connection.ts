import { SwitchbackClient } from '../client';
import { loadTemporalConfig, type TemporalConfig, taskQueueOf } from '../config/temporal';
import { compact } from '../util/compact';
import type { CommandEnvironment } from './command-environment';

/** Connects to the Temporal server of the environment for as long as `work` takes. */
export function withClient<T>(
  env: CommandEnvironment['env'],
  work: (client: SwitchbackClient) => Promise<T>,
): Promise<T> {
  return withClientOf(loadTemporalConfig(env), env, work);
}

/** Connects to this Temporal server for as long as `work` takes. */
export async function withClientOf<T>(
  { connectionOptions, namespace }: TemporalConfig,
  env: CommandEnvironment['env'],
  work: (client: SwitchbackClient) => Promise<T>,
): Promise<T> {
  const { address, tls, apiKey, metadata } = connectionOptions;
  const client = await SwitchbackClient.connect({
    namespace,
    taskQueue: taskQueueOf(env),
    ...compact({ address, tls, apiKey, metadata }),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
