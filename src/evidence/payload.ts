import type { temporal } from '@temporalio/proto';
import { type Json, sha256 } from './canonical';

type Payload = temporal.api.common.v1.IPayload;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;
type Failure = temporal.api.failure.v1.IFailure | null | undefined;

/** A payload as JSON; one of another encoding (somebody's codec) as a note of its encoding, size and hash. */
export function decode({ data, metadata }: Payload): Json {
  const encoding = Buffer.from(metadata?.encoding ?? []).toString();
  const bytes = data ?? new Uint8Array();
  if (encoding === 'binary/null') return null;
  if (encoding === 'json/plain') {
    try {
      return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
    } catch {
      // A note like that of any other payload that nobody can read.
    }
  }
  return { undecodable: encoding || 'no encoding', bytes: bytes.length, sha256: sha256(bytes) };
}

/** Nothing, the one value, or the list of several. */
export function decodeAll(payloads: Payloads): Json | undefined {
  const values = (payloads?.payloads ?? []).map(decode);
  return values.length > 1 ? values : values[0];
}

/** The failure and its causes, outermost first, each a sentence: `PROMOTE_REFUSED: the API said …`. */
export function causesOf(failure: Failure): string[] {
  if (!failure) return [];
  const kind = failure.applicationFailureInfo?.type;
  const message = failure.message || 'no message';
  const said = kind && !message.startsWith(`${kind}: `) ? `${kind}: ${message}` : message;
  return [said, ...causesOf(failure.cause)];
}
