import {
  type AccessSnapshot,
  type ConnectionName,
  type Databases,
  type PairDatabase,
  PostgresError,
  readAccess,
} from '../postgres';
import { compact } from '../util/compact';
import { ask, type Finding, LIMIT_MS, type Question, skip } from './ask';
import type { NamedPair } from './pairs';
import type { DoctorCheck } from './report';

/** Opening a session and one statement must both fit. */
const STEP_MS = LIMIT_MS / 2 - 100;

const ACCESS: Question = {
  id: 'database-access',
  group: 'databases',
  title: 'access',
  remedy:
    'docs/database.md says how to give access. Without it, a run measures and proves nothing, and says so.',
};

const CONNECTIONS: Record<ConnectionName, string> = {
  service: 'Service URI',
  primary: 'primary',
  recovery: 'recovery',
};

/** What to do about a refusal, by its code. */
const REMEDIES: [pattern: RegExp, remedy: string][] = [
  [
    /^28|^no-password$/,
    'Check the user and the password that SWITCHBACK_DATABASES refers to: `\\password switchback` sets it.',
  ],
  [/^3D/, 'Check the name of the database in SWITCHBACK_DATABASES.'],
  [
    /TLS|CERT|SSL|SELF_SIGNED|no-tls|no-ca/i,
    'Check "tls" in SWITCHBACK_DATABASES: the CA of the project, or "off".',
  ],
  [
    /^(ECONN|EHOST|ENET|ENOTFOUND|EAI_|ETIME|timeout|connection-lost)/,
    'Check host and port in SWITCHBACK_DATABASES, and the network and ip_filter between here and there.',
  ],
];

/** Whether each address of each pair can be used as a run will. */
export async function examineDatabases(
  databases: Databases | undefined,
  pairs: readonly NamedPair[],
): Promise<DoctorCheck[]> {
  if (databases === undefined) return [skip(ACCESS, 'SWITCHBACK_DATABASES cannot be used')];
  if (databases.names.length === 0) return [skip(ACCESS, 'SWITCHBACK_DATABASES is not set', ACCESS.remedy)];
  const found = pairs.map(async ({ project, service }) => {
    const about = `${project}/${service}`;
    const database = databases.of({ project, primary: service });
    if (database === undefined) {
      const observed = `SWITCHBACK_DATABASES has no entry ${about}; it has ${databases.names.join(', ')}`;
      return [await ask({ ...ACCESS, about }, () => ({ verdict: 'warn', observed }))];
    }
    return Promise.all(
      (Object.keys(CONNECTIONS) as ConnectionName[]).map((connection) =>
        ask({ ...ACCESS, title: CONNECTIONS[connection], about }, (signal) =>
          judgeConnection(database, connection, signal),
        ),
      ),
    );
  });
  return (await Promise.all(found)).flat();
}

async function judgeConnection(
  database: PairDatabase,
  connection: ConnectionName,
  signal: AbortSignal,
): Promise<Finding> {
  const [resolver] = database.settings.resolvers;
  const options = {
    connectTimeoutMs: STEP_MS,
    statementTimeoutMs: STEP_MS,
    signal,
    // The shared name may be one that only the configured resolver knows.
    ...(connection === 'service' && resolver !== undefined ? { resolver } : {}),
  };
  try {
    return judgeAccess(await database.use(connection, readAccess, options), connection);
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(error.code)) ?? [];
    const observed = error.message.includes(error.code) ? error.message : `${error.message} (${error.code})`;
    return { verdict: 'fail', observed, ...compact({ remedy }) };
  }
}

function judgeAccess({ server, probe }: AccessSnapshot, connection: ConnectionName): Finding {
  const told = `PostgreSQL ${server.version}, ${server.inRecovery ? 'a standby' : 'takes writes'}, as ${server.user}`;
  const administrator = 'as an administrator, on the service that takes writes';
  if (!probe.exists) {
    const remedy = `Run deploy/database.sql once, ${administrator}, in the database that the URI names.`;
    return { verdict: 'fail', observed: `${told}; there is no table switchback.probe`, remedy };
  }
  if (!probe.allowed) {
    const remedy = `GRANT what deploy/database.sql grants to ${server.user}, ${administrator}.`;
    return { verdict: 'fail', observed: `${told}, which may not use switchback.probe`, remedy };
  }
  if (!server.seesAll) {
    const remedy = `GRANT pg_monitor TO ${server.user}, ${administrator}; without it some checks are not made.`;
    return { verdict: 'warn', observed: `${told}, which is no member of pg_monitor`, remedy };
  }
  if (connection === 'service' && server.inRecovery) {
    const remedy =
      'Check that serviceUri is the address that both services share: it should lead to the active one.';
    return { verdict: 'warn', observed: told, remedy };
  }
  return { verdict: 'ok', observed: told };
}
