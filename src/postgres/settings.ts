/** How to open a session with one server, or with whichever server a shared name leads to. */
export interface ConnectionSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  /** Asked before every connection, so that a renewed credential is picked up. */
  password: () => Promise<string>;
  /** Absent: no TLS. The server's certificate and name are always verified, against `ca` or else the system's authorities. */
  tls?: {
    ca: (() => Promise<string>) | undefined;
    /** The name that the certificate must be for; default: `host`. For a tunnel, a private link or a bare address. */
    servername?: string;
  };
}

/** Where a session leads: the address that both services share, or one of them by itself. */
export type ConnectionName = 'service' | 'primary' | 'recovery';

/** Database access to one pair. */
export interface PairSettings {
  connections: Readonly<Record<ConnectionName, ConnectionSettings>>;
  /** `system`, or the address of a DNS server as `10.0.0.2` or `10.0.0.2:53`; the first one is what the probe uses. */
  resolvers: readonly string[];
  /** Client sessions that stay on the passive side after the switch are ended. Default: they are counted. */
  endOldSessions?: true;
  probe: {
    /** Rows per second. */
    rate: number;
    /** Rows of earlier runs are kept this long. */
    retentionMs: number;
  };
}
