import { setTimeout as delay } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { fetch } from 'undici';
import { SwitchbackError } from '../../contract/errors';
import { outgoing } from '../../util/outgoing';
import { sha256 } from '../canonical';
import type { EvidenceStore } from './store';

/** A value, or where it comes from: asked before every file, so that a renewed one is picked up. */
export type Secret = string | (() => string | Promise<string>);

export interface S3Options {
  bucket: string;
  /** Put before the names, joined by a slash; empty for none. */
  prefix: string;
  /** Of another store than AWS: `https://minio.example.com:9000`. The bucket becomes part of the path then. */
  endpoint?: string;
  region: string;
  accessKeyId: Secret;
  secretAccessKey: Secret;
  sessionToken?: Secret;
  /** How long one attempt may take. Default 10 s. */
  timeoutMs?: number;
  /** How long to wait after a failed attempt; twice as long after the next. Default 500 ms. */
  pauseMs?: number;
}

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 500;
const PIECE_OF_ANSWER = 2_000;

/** What one attempt came to; `again` says whether another one makes sense. */
type Attempt = { ok: true } | { ok: false; again: boolean; why: string };

/** Objects in an S3-compatible store. A PUT is atomic there: the object is new as a whole, or as it was. */
export function s3Store(options: S3Options): EvidenceStore {
  const { bucket, prefix, pauseMs = PAUSE_MS } = options;
  return {
    put: async (name, bytes, contentType) => {
      const key = prefix === '' ? name : `${prefix}/${name}`;
      const location = `s3://${bucket}/${key}`;
      for (let attempt = 1; ; attempt += 1) {
        const end = await send(options, key, bytes, contentType);
        if (end.ok) return location;
        if (!end.again || attempt === ATTEMPTS) {
          const times = attempt === 1 ? '' : ` (${attempt} attempts)`;
          throw new SwitchbackError(
            'EVIDENCE_NOT_KEPT',
            `${location} could not be written: ${end.why}${times}.`,
          );
        }
        await delay(pauseMs * 2 ** (attempt - 1));
      }
    },
  };
}

async function send(
  options: S3Options,
  key: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<Attempt> {
  const { timeoutMs = TIMEOUT_MS } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const dispatcher = outgoing(timeoutMs);
  try {
    const client = await signerOf(options);
    const request = await client.sign(urlOf(options, key), {
      method: 'PUT',
      body: bytes,
      headers: {
        'content-type': contentType,
        // Signed with the request, so that the store refuses what was changed on its way.
        'x-amz-content-sha256': sha256(bytes),
      },
      // A redirect would carry the evidence to wherever it points.
      redirect: 'manual',
      signal,
    });
    const answer = await fetch(request.url, {
      method: 'PUT',
      headers: Object.fromEntries(request.headers),
      body: bytes,
      redirect: 'manual',
      signal,
      dispatcher,
    });
    if (answer.ok) {
      await answer.body?.cancel();
      return { ok: true };
    }
    const again = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    return { ok: false, again, why: explain(answer.status, await answer.text()) };
  } catch (error) {
    if (signal.aborted) return { ok: false, again: true, why: `no answer within ${timeoutMs / 1_000} s` };
    return { ok: false, again: true, why: networkWord(error) };
  } finally {
    await dispatcher.destroy();
  }
}

async function signerOf({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  region,
}: S3Options): Promise<AwsClient> {
  return new AwsClient({
    service: 's3',
    region,
    accessKeyId: await told(accessKeyId),
    secretAccessKey: await told(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: await told(sessionToken) }),
  });
}

function urlOf({ bucket, endpoint, region }: S3Options, key: string): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${bucket}/${path}`;
  // A wildcard certificate covers one label, so a bucket with a dot cannot be part of the host name.
  if (bucket.includes('.')) return `https://s3.${region}.amazonaws.com/${bucket}/${path}`;
  return `https://${bucket}.s3.${region}.amazonaws.com/${path}`;
}

/** `HTTP 403, AccessDenied`: S3's own code, never its whole answer, which can repeat what was signed. */
function explain(status: number, answer: string): string {
  const code = /<Code>([\w.-]{1,80})<\/Code>/.exec(answer.slice(0, PIECE_OF_ANSWER))?.[1];
  return code === undefined ? `HTTP ${status}` : `HTTP ${status}, ${code}`;
}

/** `ECONNREFUSED`, `bad port`: only words that are known to hold no header, since a header holds a credential. */
function networkWord(error: unknown): string {
  const { code, message } = ((error as Error).cause ?? error) as Partial<NodeJS.ErrnoException>;
  return code ?? (/^[a-z ]{1,60}$/.exec(message ?? '')?.[0] || 'the request could not be sent');
}

async function told(secret: Secret): Promise<string> {
  return typeof secret === 'function' ? secret() : secret;
}
