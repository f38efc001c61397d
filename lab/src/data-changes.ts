import { z } from 'zod';
import type { Side } from './model';
import type { Pair } from './pair';

/** Any service's name. */
const service = z.string();

/**
 * What happens to the servers and to the data on them; each of these needs real servers, and each is over when
 * PostgreSQL says that it is so.
 */
export const dataChangeSchemas = [
  /** The standby goes on receiving WAL but stops replaying it (`pg_wal_replay_pause`), and the other way round. */
  z.strictObject({ kind: z.literal('replay'), service, paused: z.boolean() }),
  /** WAL reaches this service at no more than that speed while it is the standby; 0: not at all, null: no limit. */
  z.strictObject({ kind: z.literal('stream'), service, bytesPerSecond: z.number().min(0).nullable() }),
  /** The server takes no writes unless a session insists (`default_transaction_read_only`), whatever its role is. */
  z.strictObject({ kind: z.literal('read-only'), service, on: z.boolean() }),
  /** A session holds a transaction open that has a transaction id, until it is let go or the server stops. */
  z.strictObject({ kind: z.literal('long-transaction'), service, open: z.boolean() }),
  /** Restarts the server with these in its configuration; null takes one back. If it does not come up, nothing changes. */
  z.strictObject({ kind: z.literal('settings'), service, set: z.record(z.string(), z.string().nullable()) }),
  /** Whether the server offers an extension in `pg_available_extensions`. */
  z.strictObject({
    kind: z.literal('extension'),
    service,
    name: z.string().regex(/^[\w-]+$/),
    available: z.boolean(),
  }),
  /** Whether that DNS server, counted from 1, goes along when the shared name moves. */
  z.strictObject({
    kind: z.literal('resolver'),
    service,
    resolver: z.number().int().min(1),
    follows: z.boolean(),
  }),
] as const;

export type DataChange = z.output<(typeof dataChangeSchemas)[number]>;

export async function applyDataChange(pair: Pair, side: Side, change: DataChange): Promise<void> {
  const data = pair.dataFor(change.kind);
  switch (change.kind) {
    case 'replay':
      return data.pauseReplay(side, change.paused);
    case 'stream':
      return data.limitStream(side, change.bytesPerSecond ?? undefined);
    case 'read-only':
      return data.setReadOnly(side, change.on);
    case 'long-transaction':
      return data.holdTransaction(side, change.open);
    case 'settings':
      return data.changeSettings(side, change.set);
    case 'extension':
      return data.offerExtension(side, change.name, change.available);
    case 'resolver':
      return data.letResolverFollow(change.resolver, change.follows);
  }
}
