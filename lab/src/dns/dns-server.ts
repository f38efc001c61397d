import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AUTHORITATIVE_ANSWER, type DecodedPacket, decode, encode, type StringAnswer } from 'dns-packet';

const HOST = '127.0.0.1';
const TTL_S = 1;
const NXDOMAIN = 3;

/** A DNS server over UDP on loopback that knows a few names, each with one IPv4 address. */
export class DnsServer {
  readonly #socket: Socket;
  readonly #names = new Map<string, string>();

  private constructor() {
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (question, from) => {
      const answer = this.#answer(question);
      if (answer) this.#socket.send(answer, from.port, from.address);
    });
  }

  static async listen(): Promise<DnsServer> {
    const server = new DnsServer();
    server.#socket.bind(0, HOST);
    await once(server.#socket, 'listening');
    return server;
  }

  /** `127.0.0.1:5301` */
  get address(): string {
    return `${HOST}:${this.#socket.address().port}`;
  }

  set(name: string, address: string): void {
    this.#names.set(name.toLowerCase(), address);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #answer(message: Buffer): Buffer | undefined {
    const query = parse(message);
    const question = query?.questions?.[0];
    if (!query || !question) return undefined;
    const address = this.#names.get(question.name.toLowerCase());
    const answers: StringAnswer[] =
      address !== undefined && question.type === 'A'
        ? [{ type: 'A', name: question.name, ttl: TTL_S, data: address }]
        : [];
    return encode({
      type: 'response',
      ...(query.id === undefined ? {} : { id: query.id }),
      // dns-packet has no field for the code of the answer: it is the last four bits of the flags.
      flags: AUTHORITATIVE_ANSWER | (address === undefined ? NXDOMAIN : 0),
      questions: [question],
      answers,
    });
  }
}

/** What is no DNS query is left without an answer. */
function parse(message: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(message);
    return packet.type === 'query' ? packet : undefined;
  } catch {
    return undefined;
  }
}
