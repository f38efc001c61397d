import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab';

/**
 * Writes the file that gives a worker access to the databases of the lab, and the passwords that it refers to.
 *
 * @param probe as in the file; default: what the worker takes by itself.
 * @param through the port by which a worker reaches a port of the lab (default: the same).
 * @returns the path for SWITCHBACK_DATABASES.
 */
export function writeAccess(
  { project, pairs }: Lab,
  folder: string,
  probe: { rate?: number } = {},
  through = (port: number) => port,
): string {
  const entries = pairs.map((pair) => {
    const { primary, serviceUri, primaryUri, recoveryUri, resolvers } = pair;
    const { user, password } = pair.probe ?? { user: '', password: '' };
    const file = join(folder, `${primary}.password`);
    writeFileSync(file, password, { mode: 0o600 });
    const access = {
      serviceUri: asRole(user, through, serviceUri),
      primaryUri: asRole(user, through, primaryUri),
      recoveryUri: asRole(user, through, recoveryUri),
      password: { file },
      tls: 'off',
      probe,
      ...(resolvers.length > 0 ? { resolvers: resolvers.map(({ address }) => address) } : {}),
    };
    return [`${project}/${primary}`, access];
  });
  const path = join(folder, 'databases.json');
  writeFileSync(path, JSON.stringify(Object.fromEntries(entries), null, 2));
  return path;
}

/** The same server and database, with the least privileged role, and without a password. */
function asRole(user: string, through: (port: number) => number, uri: string | undefined): string {
  if (uri === undefined) throw new Error('the lab has no PostgreSQL behind it');
  const { hostname, port, pathname } = new URL(uri);
  return `postgres://${user}@${hostname}:${through(Number(port))}${pathname}`;
}
