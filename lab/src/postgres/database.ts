import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newPassword } from '../secrets';
import type { PostgresServer } from './server';

/** As far from `src/lab/postgres` as from `dist/lab/postgres`. */
const SCRIPT = join(__dirname, '../../../deploy/database.sql');

/** What a pair's servers have beyond what initdb makes. */
export interface Database {
  /** `18.1` */
  version: string;
  /** Of `avnadmin`. */
  password: string;
  probe: { user: string; password: string };
}

/** On the server that takes writes: the administrator, `defaultdb`, and in it what the switchback's role needs. */
export async function setUpDatabase(server: PostgresServer): Promise<Database> {
  const [password, probe] = [newPassword(), { user: 'switchback', password: newPassword() }];
  const script = await readFile(SCRIPT, 'utf8');
  // The database takes the place of the one that initdb made: creating one more is a third of a second of copying.
  const [row] = await server.query(`
    CREATE ROLE avnadmin LOGIN CREATEDB CREATEROLE REPLICATION PASSWORD '${password}';
    GRANT pg_monitor TO avnadmin WITH ADMIN OPTION;
    ALTER DATABASE postgres OWNER TO avnadmin;
    ALTER DATABASE postgres RENAME TO defaultdb;
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version`);
  // As the administrator, for that is who runs it on Aiven.
  await server.query(
    `SET SESSION AUTHORIZATION avnadmin;\n${script}\n;ALTER ROLE ${probe.user} PASSWORD '${probe.password}'`,
    'defaultdb',
  );
  return { version: String(row?.version), password, probe };
}
