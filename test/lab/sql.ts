import { Client } from 'pg';

/** One statement on a connection of its own; the first column. */
export async function sql(uri: string | undefined, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.map((row) => row[0]);
  } finally {
    await client.end();
  }
}

export const isInRecovery = async (uri: string | undefined) =>
  (await sql(uri, 'SELECT pg_is_in_recovery()'))[0];
