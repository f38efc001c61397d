import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

/** What every password and token that a lab makes looks like; a URI with a password holds one. */
const patterns = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'scripts', 'lib', 'secret-patterns.json'), 'utf8'),
) as string[];
const SECRET = new RegExp(patterns.join('|'));
/** Histories that are fetched at a time. */
const AT_ONCE = 20;

/** Where a secret of a lab is in a text, with what stands before it and without the secret; or nothing. */
export function secretIn(text: string): string | undefined {
  const found = SECRET.exec(text);
  return found === null ? undefined : `…${text.slice(Math.max(0, found.index - 60), found.index)}***`;
}

/** The files below a folder that hold a secret of a lab. */
export function secretsInFolder(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const found = secretIn(readFileSync(path, 'utf8'));
    return found === undefined ? [] : [`${relative(folder, path)}: ${found}`];
  });
}

/** The histories of a server that hold a secret of a lab, and how many were searched. */
export async function secretsInHistories(
  address: string,
  namespace = 'default',
): Promise<{ searched: number; found: string[] }> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection, namespace });
    const runs: { workflowId: string; runId: string }[] = [];
    for await (const run of workflow.list()) runs.push(run);
    const found: string[] = [];
    const searchNext = async () => {
      for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
        const history = await workflow.getHandle(run.workflowId, run.runId).fetchHistory();
        const secret = secretIn(decoded(historyToJSON(history)));
        if (secret !== undefined) found.push(`history of ${run.workflowId}: ${secret}`);
      }
    };
    const searched = runs.length;
    await Promise.all(Array.from({ length: AT_ONCE }, searchNext));
    return { searched, found };
  } finally {
    await connection.close();
  }
}

/** With every payload as the text that it is. */
function decoded(json: string): string {
  return json.replace(/"data": ?"([^"]*)"/g, (_, data) => `"data":${Buffer.from(data, 'base64')}`);
}
