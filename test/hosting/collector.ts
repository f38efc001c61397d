import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  events: { name: string }[];
  status: { code: number; message?: string };
}

interface Body {
  resourceSpans: {
    resource: { attributes: Span['attributes'] };
    scopeSpans: { spans: Span[] }[];
  }[];
}

/** A collector that takes spans by OTLP over HTTP, as JSON; or one that takes them and never answers. */
export class Collector {
  readonly bodies: Body[] = [];
  requests = 0;

  private constructor(readonly server: Server) {}

  static async open({ answers = true } = {}): Promise<Collector> {
    const collector = new Collector(
      createServer(async (request, response) => {
        collector.requests += 1;
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        if (request.url !== '/v1/traces') response.writeHead(404).end();
        else if (answers) {
          collector.bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        }
      }),
    );
    collector.server.listen(0, '127.0.0.1');
    await once(collector.server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): Span[] {
    return this.bodies.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  get resource(): Record<string, string | number | undefined> {
    return attributesOf(this.bodies[0]?.resourceSpans[0]?.resource);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

export function attributesOf(
  holder: Pick<Span, 'attributes'> | undefined,
): Record<string, string | number | undefined> {
  return Object.fromEntries(
    (holder?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  );
}
