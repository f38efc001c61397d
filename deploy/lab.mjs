// The lab in a container: it listens on loopback, for nothing it offers is to be reached from elsewhere by accident;
// this opens the one port that the worker's container needs. The token is the one that the worker was given.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { startLab } from '../lab/dist/lab.js';

const { AIVEN_TOKEN_FILE = '', LAB_PORT = '9200', LAB_DIALECT: dialect = 'role' } = process.env;

const lab = await startLab({ dialect, token: readFileSync(AIVEN_TOKEN_FILE, 'utf8').trim() });
const api = Number(new URL(lab.baseUrl).port);

const door = createServer((visitor) => {
  const inside = connect(api, '127.0.0.1');
  // A connection that breaks on either side ends on both.
  pipeline(visitor, inside, visitor, () => {});
}).listen(Number(LAB_PORT), '0.0.0.0');
await once(door, 'listening');
process.stdout.write(
  `The lab's API listens on port ${LAB_PORT}, project ${lab.project}, ` +
    `primary services ${lab.pairs.map(({ primary }) => primary).join(', ')}\n`,
);

await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
door.close();
await lab.close();
process.exit(); // visitors may still hold connections
