import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DnsServer } from '../dns/dns-server';
import { SharedName } from '../dns/shared-name';
import { otherSide, SIDES, type Side } from '../model';
import { loopbackAddresses } from '../network/loopback';
import type { SharedAddress } from '../network/shared-address';
import { SharedPort } from '../network/shared-port';
import { TcpEndpoint } from '../network/tcp-endpoint';
import type { Binaries } from '../postgres/binaries';
import { setUpDatabase } from '../postgres/database';
import { serversIn } from '../postgres/folder';
import { freePort } from '../postgres/ports';
import { PostgresServer } from '../postgres/server';
import { arrivesOn, flushedPosition } from '../postgres/wal-position';
import { WalStream } from '../postgres/wal-stream';
import type { Address, Backing } from './backing';
import { PostgresPair } from './postgres-pair';

const run = promisify(execFile);
const HOST = '127.0.0.1';
const PORT_TRIES = 5;
/** Until the standby has what the primary was set up with. */
const SET_UP_MS = 30_000;

/** What the pairs of a lab are made with. */
export interface Workshop {
  binaries: Binaries;
  /** The lab's own. */
  folder: string;
  /** An initialised data directory that never ran. */
  template: string;
  superuserPassword: string;
  /** DNS servers that are to know the shared name; none: the shared address is a port. */
  resolvers: readonly DnsServer[];
}

/** Both servers, the stream between them, and every way to reach them. `number` counts the lab's pairs from 0. */
export async function bringUpPair(
  names: Record<Side, string>,
  number: number,
  workshop: Workshop,
): Promise<Backing> {
  const { template, binaries, folder } = workshop;
  const servers = serversIn(folder);
  const data = { primary: join(servers, names.primary), recovery: join(servers, names.recovery) };
  // Copies made before the first start have the same system identifier, so that each can stream from the other.
  await Promise.all(SIDES.map((side) => run('cp', ['-R', template, data[side]], binaries.spawn)));
  const streams = { primary: await WalStream.open(), recovery: await WalStream.open() };
  try {
    const { servers, database } = await startServers(names, data, streams, workshop);
    try {
      const reached = await openDoors(names, number, servers, workshop.resolvers);
      return new PostgresPair({ servers, streams, database, binaries, folder, ...reached });
    } catch (error) {
      await Promise.all(SIDES.map((side) => servers[side].close()));
      throw error;
    }
  } catch (error) {
    await Promise.all(SIDES.map((side) => streams[side].close()));
    throw error;
  }
}

async function startServers(
  names: Record<Side, string>,
  data: Record<Side, string>,
  streams: Record<Side, WalStream>,
  { binaries, superuserPassword }: Workshop,
) {
  return withFreePorts(async () => {
    const server = async (side: Side) =>
      new PostgresServer({
        name: names[side],
        binaries,
        data: data[side],
        port: await freePort(),
        streamPort: streams[side].port,
        password: superuserPassword,
      });
    const servers = { primary: await server('primary'), recovery: await server('recovery') };
    for (const side of SIDES) streams[side].comeFrom(servers[otherSide(side)].port);
    try {
      await servers.primary.start('primary');
      const [database] = await Promise.all([
        setUpDatabase(servers.primary),
        servers.recovery.start('standby'),
      ]);
      await arrivesOn(servers.recovery, await flushedPosition(servers.primary), 'replayed', SET_UP_MS);
      return { servers, database };
    } catch (error) {
      await Promise.all(SIDES.map((side) => servers[side].close()));
      throw error;
    }
  });
}

interface Doors {
  shared: SharedAddress;
  addresses: Record<Side, Address>;
  /** Stand before the servers, one at each side's own address. */
  doors: TcpEndpoint[];
}

/** With DNS both sides have the same port at addresses of their own; without, each server is reached directly. */
async function openDoors(
  names: Record<Side, string>,
  number: number,
  servers: Record<Side, PostgresServer>,
  resolvers: readonly DnsServer[],
): Promise<Doors> {
  const ports = { primary: servers.primary.port, recovery: servers.recovery.port };
  const at = (hosts: Record<Side, string>, { primary, recovery }: Record<Side, number>) => ({
    primary: { host: hosts.primary, port: primary },
    recovery: { host: hosts.recovery, port: recovery },
  });
  if (resolvers.length === 0) {
    const shared = await SharedPort.open(ports);
    shared.pointTo('primary');
    return { shared, addresses: at({ primary: HOST, recovery: HOST }, ports), doors: [] };
  }
  const hosts = loopbackAddresses(number);
  const { port, doors } = await withFreePorts(() => openAtOnePort(hosts, ports));
  const addresses = at(hosts, { primary: port, recovery: port });
  const shared = new SharedName(`dr-${names.primary}.lab.test`, addresses, resolvers);
  shared.pointTo('primary');
  return { shared, addresses, doors };
}

async function openAtOnePort(hosts: Record<Side, string>, to: Record<Side, number>) {
  const port = await freePort();
  const doors: TcpEndpoint[] = [];
  try {
    for (const side of SIDES) {
      const door = await TcpEndpoint.listen({ host: hosts[side], port });
      door.pointTo(to[side]);
      doors.push(door);
    }
    return { port, doors };
  } catch (error) {
    await Promise.all(doors.map((door) => door.close()));
    throw error;
  }
}

/** A port that was free a moment ago may be taken by now. */
async function withFreePorts<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const taken = error instanceof Error && /Address already in use|EADDRINUSE/.test(error.message);
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}
