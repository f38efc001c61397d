import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DnsServer } from '../dns/dns-server';
import { type Binaries, findBinaries } from '../postgres/binaries';
import { makeFolder, removeFolder, serversIn, sweep } from '../postgres/folder';
import { newPassword } from '../secrets';
import type { BackingFactory } from './backing';
import { bringUpPair } from './bring-up';

const run = promisify(execFile);

/**
 * Two real servers per pair, in a folder that `close` removes; initialised once and copied.
 * With `dnsServers` of these, the shared address is a name that they know.
 */
export async function postgresBacking(dnsServers: number): Promise<BackingFactory> {
  await sweep();
  const folder = await makeFolder();
  const resolvers: DnsServer[] = [];
  const close = async () => {
    await Promise.all(resolvers.map((resolver) => resolver.close()));
    await removeFolder(folder);
  };
  try {
    for (let n = 0; n < dnsServers; n += 1) resolvers.push(await DnsServer.listen());
    const binaries = await findBinaries(folder);
    const servers = serversIn(folder);
    await mkdir(servers, { mode: 0o700 });
    await binaries.give(servers);
    const superuserPassword = newPassword();
    const template = join(servers, 'template');
    await initialise(binaries, template, superuserPassword);
    const workshop = { binaries, folder, template, superuserPassword, resolvers };
    let count = 0;
    return {
      create: (names) => {
        count += 1;
        return bringUpPair(names, count - 1, workshop);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
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
