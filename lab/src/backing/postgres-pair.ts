import { join } from 'node:path';
import type { Client } from 'pg';
import { otherSide, SIDES, type Side } from '../model';
import type { SharedAddress } from '../network/shared-address';
import type { TcpEndpoint } from '../network/tcp-endpoint';
import type { Binaries } from '../postgres/binaries';
import type { Settings } from '../postgres/configuration';
import type { Database } from '../postgres/database';
import { linkExtensions, offers } from '../postgres/extensions';
import { openTransaction } from '../postgres/long-transaction';
import type { PostgresServer } from '../postgres/server';
import { until } from '../postgres/until';
import type { WalStream } from '../postgres/wal-stream';
import type { Address, Backing, LostRows, PairData, RoleChange, Row } from './backing';
import { type Change, comeBack, handOver, takeOver } from './role-change';

const REPLAY_MS = 10_000;
const READ_ONLY = 'default_transaction_read_only';

export interface PostgresPairParts {
  /** The primary takes writes, the recovery side streams from it. */
  servers: Record<Side, PostgresServer>;
  /** The WAL into each side. */
  streams: Record<Side, WalStream>;
  database: Database;
  binaries: Binaries;
  /** The lab's own. */
  folder: string;
  shared: SharedAddress;
  addresses: Record<Side, Address>;
  doors: readonly TcpEndpoint[];
}

/** A pair of real servers: their role changes, one at a time, and what else is done to them. */
export class PostgresPair implements Backing, PairData {
  readonly data = this;
  readonly #parts: PostgresPairParts;
  readonly #held = new Map<Side, Client>();
  readonly #hidden: Record<Side, Set<string>> = { primary: new Set(), recovery: new Set() };
  #extensionFolders = 0;
  #active: Side = 'primary';
  #lost: LostRows = { count: 0, rows: [] };
  /** What restarts servers, in order. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(parts: PostgresPairParts) {
    this.#parts = parts;
  }

  get version(): string {
    return this.#parts.database.version;
  }

  get password(): string {
    return this.#parts.database.password;
  }

  get probe(): Database['probe'] {
    return this.#parts.database.probe;
  }

  get addresses(): Record<Side, Address> {
    return this.#parts.addresses;
  }

  get shared(): Address {
    return this.#parts.shared.address;
  }

  get active(): Side {
    return this.#active;
  }

  swap(to: Side, how: RoleChange = {}): Promise<void> {
    return this.#inOrder(() => this.#swap(to, how));
  }

  fail(side: Side, { loseRows, promoted }: Pick<RoleChange, 'loseRows' | 'promoted'> = {}): Promise<void> {
    return this.#inOrder(async () => {
      this.#lost = await takeOver(this.#changeTo(otherSide(side), promoted), loseRows);
    });
  }

  rebuild(side: Side): Promise<void> {
    return this.#inOrder(async () => {
      await comeBack(this.#changeTo(otherSide(side)));
      await this.#isFollowed();
    });
  }

  follow(side: Side): void {
    this.#parts.shared.pointTo(side);
  }

  lookUpShared(): Promise<Address> {
    return this.#parts.shared.lookUp();
  }

  get resolvers(): PairData['resolvers'] {
    return this.#parts.shared.resolvers;
  }

  letResolverFollow(resolver: number, follows: boolean): void {
    this.#parts.shared.letResolverFollow(resolver, follows);
  }

  async close(): Promise<void> {
    const { servers, streams, shared, doors } = this.#parts;
    // First, for they end whatever is waited for.
    await Promise.all(SIDES.map((side) => servers[side].close()));
    await this.#work.catch(() => undefined);
    await Promise.all(SIDES.map((side) => streams[side].close()));
    await Promise.all([shared.close(), ...doors.map((door) => door.close())]);
  }

  query(side: Side, sql: string): Promise<Row[]> {
    return this.#parts.servers[side].query(sql, 'defaultdb');
  }

  async pauseReplay(side: Side, paused: boolean): Promise<void> {
    await this.query(side, `SELECT pg_wal_replay_${paused ? 'pause' : 'resume'}()`);
    const asked = 'SELECT pg_get_wal_replay_pause_state() AS state';
    const wanted = paused ? 'paused' : 'not paused';
    const isSo = async () => (await this.query(side, asked))[0]?.state === wanted;
    await until(isSo, REPLAY_MS, `the replay was not ${wanted}`);
  }

  limitStream(into: Side, bytesPerSecond: number | undefined): void {
    this.#parts.streams[into].limit(bytesPerSecond);
  }

  setReadOnly(side: Side, on: boolean): Promise<void> {
    return this.#reload(side, { [READ_ONLY]: on ? 'on' : null });
  }

  async holdTransaction(side: Side, open: boolean): Promise<void> {
    await this.#held.get(side)?.end();
    this.#held.delete(side);
    if (open) this.#held.set(side, await openTransaction(this.#parts.servers[side]));
  }

  changeSettings(side: Side, settings: Record<string, string | null>): Promise<void> {
    const server = this.#parts.servers[side];
    return this.#inOrder(async () => {
      await server.restart(merged(server.settings, settings));
      await this.#isFollowed();
    });
  }

  async offerExtension(side: Side, name: string, available: boolean): Promise<void> {
    const { folder, binaries, servers } = this.#parts;
    if (!(await offers(binaries.extensions, name)))
      throw new Error(`PostgreSQL here has no extension ${name}`);
    const hidden = this.#hidden[side];
    if (available) hidden.delete(name);
    else hidden.add(name);
    this.#extensionFolders += 1;
    const links = join(folder, 'extensions', servers[side].name, String(this.#extensionFolders));
    if (hidden.size > 0) await linkExtensions(binaries.extensions, links, hidden);
    await this.#reload(side, { extension_control_path: hidden.size > 0 ? links : null });
  }

  async lostRows(): Promise<LostRows> {
    await this.#work.catch(() => undefined);
    return this.#lost;
  }

  async #swap(to: Side, { loseRows, readOnly, promoted }: RoleChange): Promise<void> {
    if (this.#active === to) return promoted?.();
    if (readOnly) await this.setReadOnly(to, true);
    const change = this.#changeTo(to, promoted);
    if (loseRows === undefined) await handOver(change);
    else {
      this.#lost = await takeOver(change, loseRows);
      await comeBack(change);
    }
    await this.#isFollowed();
  }

  #changeTo(to: Side, promoted?: () => void): Change {
    const { servers, streams, binaries } = this.#parts;
    return {
      promoted: servers[to],
      demoted: servers[otherSide(to)],
      stream: streams[to],
      binaries,
      hasTakenOver: () => {
        this.#active = to;
        promoted?.();
      },
    };
  }

  /** A stopped stream does not even begin. */
  async #isFollowed(): Promise<void> {
    const { servers, streams } = this.#parts;
    if (!streams[otherSide(this.#active)].isStopped) await servers[this.#active].isFollowed();
  }

  async #reload(side: Side, settings: Record<string, string | null>): Promise<void> {
    const server = this.#parts.servers[side];
    await server.reload(merged(server.settings, settings));
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.catch(() => undefined).then(work);
    this.#work = done;
    return done;
  }
}

/** Null takes one back. */
function merged(old: Settings, changes: Record<string, string | null>): Settings {
  const entries = Object.entries({ ...old, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}
