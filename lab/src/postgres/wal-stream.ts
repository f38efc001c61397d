import { TcpEndpoint } from '../network/tcp-endpoint';
import { Throttle } from '../network/throttle';

/** The way that WAL takes into one server, which the lab can narrow; what the server says back is never held up. */
export class WalStream {
  private constructor(
    readonly endpoint: TcpEndpoint,
    readonly throttle: Throttle,
  ) {}

  static async open(): Promise<WalStream> {
    const throttle = new Throttle();
    return new WalStream(await TcpEndpoint.listen({ throttle }), throttle);
  }

  get port(): number {
    return this.endpoint.port;
  }

  get isStopped(): boolean {
    return this.throttle.rate === 0;
  }

  comeFrom(port: number): void {
    this.endpoint.pointTo(port);
  }

  /** Bytes per second; 0: nothing, undefined: no limit. */
  limit(bytesPerSecond: number | undefined): void {
    this.throttle.limit(bytesPerSecond);
  }

  /** Not one byte more arrives; the function given back loses what is on its way and lets new connections pass as before. */
  hold(): () => void {
    const before = this.throttle.rate;
    this.throttle.limit(0);
    return () => {
      this.endpoint.cut();
      this.throttle.limit(before);
    };
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }
}
