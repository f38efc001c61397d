import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import type { DoctorCheck, DoctorReport } from '../../src/doctor';
import type { Ended, Env } from '../doors/programs';
import type { useCommands } from './commands';

/** No API, and settings of Temporal that cannot be used: neither is waited for. */
export const NOTHING: Env = {
  AIVEN_WEB_URL: 'http://127.0.0.1:1',
  TEMPORAL_TLS: 'True',
  SWITCHBACK_EVIDENCE: 'off',
};

/** What `doctor --json` said, and how it ended. */
export interface Consultation extends Pick<Ended, 'code'> {
  report: DoctorReport;
  /** The one check of that id; of one address or sink, by its title. */
  check(id: string, title?: string): DoctorCheck;
  /** Ids of what failed. */
  failed: string[];
}

/** Asks the doctor; whatever it says must not hold one of the secrets. */
export async function consult(
  command: ReturnType<typeof useCommands>,
  env: Env,
  ...args: string[]
): Promise<Consultation> {
  const { code, stdout, stderr } = await command(['doctor', '--json', ...args], env).ended;
  expect({ stderr, lines: stdout.split('\n').length }).toEqual({ stderr: '', lines: 2 });
  for (const [name, value] of Object.entries(env)) {
    if (name === 'AIVEN_TOKEN') expect(stdout).not.toContain(value);
  }
  const report = JSON.parse(stdout) as DoctorReport;
  return {
    code,
    report,
    check: (id, title) => {
      const found = report.checks.filter(
        (check) => check.id === id && (title === undefined || check.title === title),
      );
      if (found.length !== 1 || found[0] === undefined)
        throw new Error(`${found.length} checks ${id} ${title}`);
      return found[0];
    },
    failed: report.checks.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id),
  };
}

/** Servers on loopback, closed after the tests of the file. */
export function useServers(): {
  http(answer: RequestListener): Promise<string>;
  /** One that takes connections and says nothing. */
  silent(): Promise<string>;
} {
  const open: (Server | TcpServer)[] = [];
  afterAll(() => {
    for (const server of open) server.close();
  });
  const listen = async (server: Server | TcpServer): Promise<string> => {
    open.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    server.unref();
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  return {
    http: async (answer) => `http://${await listen(createServer(answer))}`,
    silent: () => listen(createTcpServer((socket) => socket.on('error', () => {}).unref())),
  };
}
