import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Numbers in the place of a protocol version. */
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

export interface FakeAnswers {
  /** What is sent to a start-up message; by default that it is accepted. */
  startup?: Buffer;
  /** What is sent to a request for TLS. */
  tls?: string;
  /** Goes on in TLS after that. */
  certificate?: { certificate: string; key: string };
  /** Answers a statement; by default that it is done. */
  statement?: (sql: string, socket: Socket) => void;
}

/** A message of PostgreSQL's protocol. */
export function message(type: string, body: Buffer | string = ''): Buffer {
  const content = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
}

/** `n`: of the kinds in the protocol's description. */
export function authentication(kind: number): Buffer {
  return message('R', Buffer.from([0, 0, 0, kind]));
}

export const READY = message('Z', 'I');
export const DONE = Buffer.concat([message('C', 'SET\0'), READY]);
/** One column called `a`. */
export const COLUMNS = message('T', Buffer.from(`\0\x01a\0${'\0'.repeat(18)}`, 'latin1'));

/** As much of a PostgreSQL server as it takes to misbehave. */
export class FakeServer {
  /** What clients sent, each connection by itself. */
  readonly received: Buffer[] = [];
  readonly #open = new Set<Socket>();

  private constructor(
    readonly server: Server,
    private readonly answers: FakeAnswers,
  ) {
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async listen(answers: FakeAnswers = {}): Promise<FakeServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeServer(server, answers);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when no connection is left. */
  async empty(): Promise<void> {
    while (this.#open.size > 0) await once(this.server, 'left');
  }

  /** Ends every connection. */
  hangUp(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.hangUp();
    await closed;
  }

  /** As far as the handshake. */
  #secure(socket: Socket, { certificate: cert, key }: { certificate: string; key: string }): void {
    socket.removeAllListeners('data');
    new TLSSocket(socket, { isServer: true, cert, key }).on('error', () => undefined).resume();
  }

  #serve(socket: Socket): void {
    const index = this.received.push(Buffer.alloc(0)) - 1;
    this.#open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#open.delete(socket);
      this.server.emit('left');
    });
    let isStarted = false;
    socket.on('data', (data) => {
      this.received[index] = Buffer.concat([this.received[index] ?? data, data]);
      if (!isStarted && data.readUInt32BE(4) === SSL_REQUEST) {
        if (this.answers.tls !== undefined) socket.write(this.answers.tls);
        if (this.answers.certificate !== undefined) this.#secure(socket, this.answers.certificate);
        return;
      }
      if (!isStarted && data.readUInt32BE(4) === CANCEL_REQUEST) {
        socket.end();
        return;
      }
      if (!isStarted) {
        isStarted = true;
        socket.write(this.answers.startup ?? Buffer.concat([authentication(0), READY]));
        return;
      }
      if (data.toString('latin1', 0, 1) !== 'Q') return;
      const sql = data.toString('utf8', 5, data.length - 1);
      if (sql.startsWith('SET ') || this.answers.statement === undefined) socket.write(DONE);
      else this.answers.statement(sql, socket);
    });
  }
}
