import type { Binaries } from '../postgres/binaries';
import { acknowledgeUnshipped, probeRows, rowsMissing } from '../postgres/losing-rows';
import type { PostgresServer } from '../postgres/server';
import { copyAsStandby } from '../postgres/standby-copy';
import type { WalStream } from '../postgres/wal-stream';
import type { LostRows } from './backing';

/** Two servers that are to change roles. */
export interface Change {
  promoted: PostgresServer;
  demoted: PostgresServer;
  /** The WAL into the one that is promoted. */
  stream: WalStream;
  binaries: Binaries;
  /** Called as soon as the promoted one takes writes. */
  hasTakenOver(): void;
}

/** Loses nothing: a fast stop ends only when the standby has it all, so neither side has to be rewound. */
export async function handOver({ promoted, demoted, hasTakenOver }: Change): Promise<void> {
  await demoted.isFollowed();
  await demoted.stop('fast');
  await promoted.promote();
  hasTakenOver();
  await demoted.start('standby');
}

/**
 * The active server dies having acknowledged `count` rows of `switchback.probe` that the other one never sees; without a
 * count, with whatever the other one has not got by then. What the dead one has is a history of its own, for `comeBack`
 * to throw away.
 */
export async function takeOver(change: Change, count?: number): Promise<LostRows> {
  const { promoted, demoted, stream, hasTakenOver } = change;
  await demoted.isFollowed();
  const unshipped =
    count === undefined ? undefined : await acknowledgeUnshipped(demoted, promoted, { stream, count });
  const before = unshipped?.rows ?? (await probeRows(demoted));
  await demoted.stop('immediate');
  unshipped?.release();
  await promoted.promote();
  const rows = rowsMissing(before, await probeRows(promoted));
  hasTakenOver();
  return { count: rows.length, rows };
}

/** A server that died comes back as a copy of the one that took over. */
export async function comeBack({ promoted, demoted, binaries }: Change): Promise<void> {
  await copyAsStandby(promoted, demoted, binaries);
  await demoted.start('standby');
}
