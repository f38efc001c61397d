import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab/lab';

/**
 * Writes the file that gives a worker access to the databases of the lab, and the passwords that it refers to.
 *
 * @returns the path for SWITCHBACK_DATABASES.
 */
export function writeAccess({ project, pairs }: Lab, folder: string): string {
  const entries = pairs.map((pair) => {
    const password = join(folder, `${pair.primary}.password`);
    writeFileSync(password, pair.probe?.password ?? '', { mode: 0o600 });
    const uri = (text: string | undefined) => asRole(pair.probe?.user ?? '', text ?? '');
    const { serviceUri, primaryUri, recoveryUri } = pair;
    const uris = {
      serviceUri: uri(serviceUri),
      primaryUri: uri(primaryUri),
      recoveryUri: uri(recoveryUri),
    };
    return [`${project}/${pair.primary}`, { ...uris, password: { file: password }, tls: 'off' }];
  });
  const path = join(folder, 'databases.json');
  writeFileSync(path, JSON.stringify(Object.fromEntries(entries), null, 2));
  return path;
}

/** The same server and database, with the least privileged role, and without a password. */
function asRole(user: string, uri: string): string {
  const { host, pathname } = new URL(uri);
  return `postgres://${user}@${host}${pathname}`;
}
