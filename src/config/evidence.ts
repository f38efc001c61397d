import { join, resolve } from 'node:path';
import { compact } from '../util/compact';
import type { Env } from './environment';

/** Where a worker keeps the evidence of its runs; `undefined` keeps none. */
export type EvidenceSettings = { folder: string } | { s3: S3Settings } | undefined;

/** An S3-compatible store, by the variables that AWS's own tools read. */
export interface S3Settings {
  bucket: string;
  /** Without slashes at its ends; empty for the bucket itself. */
  prefix: string;
  /** Default: AWS in that region. */
  endpoint?: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** @param fallback the folder to use when nothing is configured. */
export function readEvidence(env: Env, fallback: string): { value: EvidenceSettings } | { faults: string[] } {
  const where = env.SWITCHBACK_EVIDENCE?.trim() || join(fallback, 'evidence');
  if (where === 'off') return { value: undefined };
  if (!where.includes('://')) return { value: { folder: resolve(where) } };
  return readS3(where, env);
}

function readS3(where: string, env: Env): { value: EvidenceSettings } | { faults: string[] } {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(where) ?? [];
  const faults: string[] = [];
  if (bucket === undefined) {
    faults.push('SWITCHBACK_EVIDENCE: must be a folder, s3://BUCKET/PREFIX, or off');
  }
  const text = (name: string) => env[name]?.trim() || undefined;
  const [accessKeyId, secretAccessKey] = [text('AWS_ACCESS_KEY_ID'), text('AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === undefined)
    faults.push('AWS_ACCESS_KEY_ID: is not set, and SWITCHBACK_EVIDENCE needs it');
  if (secretAccessKey === undefined)
    faults.push('AWS_SECRET_ACCESS_KEY: is not set, and SWITCHBACK_EVIDENCE needs it');
  const endpoint = text('AWS_ENDPOINT_URL_S3') ?? text('AWS_ENDPOINT_URL');
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint))
    faults.push('AWS_ENDPOINT_URL_S3: must be an http or https URL');
  const region = text('AWS_REGION') ?? text('AWS_DEFAULT_REGION');
  if (region === undefined && endpoint === undefined)
    faults.push('AWS_REGION: is not set, and SWITCHBACK_EVIDENCE needs it');
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined || faults.length > 0)
    return { faults };
  const sessionToken = text('AWS_SESSION_TOKEN');
  return {
    value: {
      s3: {
        bucket,
        prefix: prefix.replace(/^\/+|\/+$/g, ''),
        region: region ?? 'us-east-1',
        accessKeyId,
        secretAccessKey,
        ...compact({ endpoint, sessionToken }),
      },
    },
  };
}
