import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { otherSide, type Side } from '../model';
import { type Binaries, findBinaries } from '../postgres/binaries';
import { makeFolder, removeFolder, serversIn, sweep } from '../postgres/folder';
import { freePort } from '../postgres/ports';
import { PostgresServer } from '../postgres/server';
import { newPassword } from '../secrets';
import { TcpEndpoint } from '../tcp-endpoint';
import type { Backing, BackingFactory } from './backing';

const run = promisify(execFile);
const HOST = '127.0.0.1';
const PORT_TRIES = 5;

/** Two real servers per pair, in a folder that `close` removes; initialised once and copied. */
export async function postgresBacking(): Promise<BackingFactory> {
  await sweep();
  const folder = await makeFolder();
  try {
    const binaries = await findBinaries(folder);
    const servers = serversIn(folder);
    await mkdir(servers, { mode: 0o700 });
    await binaries.give(servers);
    const superuserPassword = newPassword();
    const template = join(servers, 'template');
    await initialise(binaries, template, superuserPassword);
    return {
      create: (names) => createPair(names, { binaries, servers, template, superuserPassword }),
      close: () => removeFolder(folder),
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

interface Workshop {
  binaries: Binaries;
  servers: string;
  template: string;
  superuserPassword: string;
}

async function initialise({ initdb, spawn, give }: Binaries, data: string, password: string): Promise<void> {
  const file = `${data}.password`;
  await writeFile(file, password, { mode: 0o600 });
  await give(file);
  const passwords = ['--username=postgres', `--pwfile=${file}`, '--auth=scram-sha-256'];
  const light = ['--no-sync', '--wal-segsize=1', '--encoding=UTF8', '--no-locale', '--no-instructions'];
  await run(initdb, [`--pgdata=${data}`, ...passwords, ...light], spawn);
  await rm(file);
}

/** Copies made before the first start have the same system identifier, so that each can stream from the other. */
async function createPair(names: Record<Side, string>, workshop: Workshop): Promise<Backing> {
  const { binaries, servers, template, superuserPassword } = workshop;
  const data = { primary: join(servers, names.primary), recovery: join(servers, names.recovery) };
  await Promise.all(Object.values(data).map((copy) => run('cp', ['-R', template, copy], binaries.spawn)));
  for (let tries = 1; ; tries += 1) {
    const ports = { primary: await freePort(), recovery: await freePort() };
    const server = (side: Side) =>
      new PostgresServer({
        binaries,
        data: data[side],
        port: ports[side],
        peerPort: ports[otherSide(side)],
        password: superuserPassword,
      });
    const pair = { primary: server('primary'), recovery: server('recovery') };
    try {
      await pair.primary.start('primary');
      await pair.recovery.start('standby');
      return await PostgresPair.begin(pair);
    } catch (error) {
      await Promise.all([pair.primary.stop('immediate'), pair.recovery.stop('immediate')]);
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

class PostgresPair implements Backing {
  readonly addresses: Backing['addresses'];
  readonly shared: Backing['shared'];
  #active: Side = 'primary';
  #work: Promise<void> = Promise.resolve();

  private constructor(
    readonly version: string,
    readonly password: string,
    readonly servers: Record<Side, PostgresServer>,
    readonly endpoint: TcpEndpoint,
  ) {
    const at = (port: number) => ({ host: HOST, port });
    this.addresses = { primary: at(servers.primary.port), recovery: at(servers.recovery.port) };
    this.shared = at(endpoint.port);
  }

  static async begin(servers: Record<Side, PostgresServer>): Promise<PostgresPair> {
    const password = newPassword();
    const [row] = await servers.primary.query(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
    );
    await servers.primary.query(
      `CREATE ROLE avnadmin LOGIN CREATEDB CREATEROLE REPLICATION PASSWORD '${password}'`,
    );
    await servers.primary.query('GRANT pg_monitor TO avnadmin');
    // Takes the place of the database that initdb made: creating one more is a third of a second of copying.
    await servers.primary.query('ALTER DATABASE postgres OWNER TO avnadmin');
    await servers.primary.query('ALTER DATABASE postgres RENAME TO defaultdb');
    await servers.primary.isFollowed();
    const pair = new PostgresPair(String(row?.version), password, servers, await TcpEndpoint.listen());
    pair.follow('primary');
    return pair;
  }

  swap(to: Side): Promise<void> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#swap(to));
    return this.#work;
  }

  follow(side: Side): void {
    this.endpoint.pointTo(this.servers[side].port);
  }

  async close(): Promise<void> {
    await this.#work.catch(() => undefined);
    await this.endpoint.close();
    await Promise.all([this.servers.primary.stop('immediate'), this.servers.recovery.stop('immediate')]);
  }

  /** Loses nothing: a fast stop ends only when the standby has it all, so neither side has to be rewound. */
  async #swap(to: Side): Promise<void> {
    if (this.#active === to) return;
    const [promoted, demoted] = [this.servers[to], this.servers[otherSide(to)]];
    await demoted.isFollowed();
    await demoted.stop('fast');
    await promoted.promote();
    this.#active = to;
    await demoted.start('standby');
    await promoted.isFollowed();
  }
}
