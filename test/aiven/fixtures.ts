import { AivenApiError, type AivenClient, type CallOptions } from '../../src/aiven';
import exampleReply from './service.json';

export const TOKEN = 'tok-0123456789abcdef';

/** A complete ServiceGet reply of `pg-demo`, passive and settled after a switchover; free to be changed. */
export function serviceReply(): { service: Record<string, unknown> } {
  return structuredClone(exampleReply);
}

export function serviceWith(changes: Record<string, unknown>): { service: Record<string, unknown> } {
  return { service: { ...serviceReply().service, ...changes } };
}

export function serviceWithout(field: string): { service: Record<string, unknown> } {
  const { [field]: _, ...service } = serviceReply().service;
  return { service };
}

/** The AivenApiError that a call rejects with; anything else fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<AivenApiError> {
  const outcome = await call.then(
    (value) => ({ resolved: value }),
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof AivenApiError) return outcome;
  throw new Error(`expected an AivenApiError, got ${String(outcome)}`, { cause: outcome });
}

export const read = (client: AivenClient, options?: CallOptions) =>
  client.getService('crdr-test', 'pg-demo', options);
export const write = (client: AivenClient, options?: CallOptions) =>
  client.promote('crdr-test', 'pg-demo', 'role', options);
