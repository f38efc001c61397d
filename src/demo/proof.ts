import { Client } from 'pg';

/** Rows that an application had before the switch. */
export const ROWS_BEFORE = 1_000;
const ARRIVAL_DEADLINE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** What PostgreSQL itself says after the switchback. */
export interface Proof {
  /** `pg_is_in_recovery()` of each side. */
  primaryInRecovery: boolean;
  recoveryInRecovery: boolean;
  rowsBefore: number;
  /** How many of them the primary has now. */
  rowsKept: number;
  /** True when a row written through the Service URI was read on the recovery side. */
  rowReplicated: boolean;
}

export interface Uris {
  serviceUri: string;
  primaryUri: string;
  recoveryUri: string;
}

/** Writes what an application would have written while it worked against the recovery service. */
export async function writeRows({ serviceUri }: Uris): Promise<void> {
  await withClient(serviceUri, async (client) => {
    await client.query(
      'CREATE TABLE orders (id integer PRIMARY KEY, placed timestamptz NOT NULL DEFAULT now())',
    );
    await client.query('INSERT INTO orders (id) SELECT generate_series(1, $1)', [ROWS_BEFORE]);
  });
}

/** Asks both servers by SQL which role they have, and writes a row to see it arrive on the other side. */
export async function prove({ serviceUri, primaryUri, recoveryUri }: Uris): Promise<Proof> {
  const newRow = ROWS_BEFORE + 1;
  const rowsKept = await withClient(serviceUri, async (client) => {
    const { rows } = await client.query<{ kept: number }>(
      'SELECT count(*)::int AS kept FROM orders WHERE id <= $1',
      [ROWS_BEFORE],
    );
    await client.query('INSERT INTO orders (id) VALUES ($1)', [newRow]);
    return rows[0]?.kept ?? 0;
  });
  return {
    primaryInRecovery: await isInRecovery(primaryUri),
    recoveryInRecovery: await isInRecovery(recoveryUri),
    rowsBefore: ROWS_BEFORE,
    rowsKept,
    rowReplicated: await withClient(recoveryUri, (client) => arrives(client, newRow)),
  };
}

export function isProven(proof: Proof): boolean {
  const { primaryInRecovery, recoveryInRecovery, rowsBefore, rowsKept, rowReplicated } = proof;
  return !primaryInRecovery && recoveryInRecovery && rowsKept === rowsBefore && rowReplicated;
}

async function isInRecovery(uri: string): Promise<boolean> {
  return withClient(uri, async (client) => {
    const { rows } = await client.query<{ in_recovery: boolean }>(
      'SELECT pg_is_in_recovery() AS in_recovery',
    );
    return rows[0]?.in_recovery === true;
  });
}

async function arrives(client: Client, id: number): Promise<boolean> {
  for (const deadline = Date.now() + ARRIVAL_DEADLINE_MS; Date.now() < deadline; ) {
    const { rowCount } = await client.query('SELECT 1 FROM orders WHERE id = $1', [id]);
    if (rowCount === 1) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return false;
}

async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
