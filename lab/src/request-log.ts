/** A request to the Aiven API that the lab received, whether it was answered or not. */
export interface RequestEntry {
  /** Counts from 1, also across `clear`. */
  n: number;
  /** ISO 8601, when it arrived. */
  time: string;
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  /** The service in the path. */
  service: string | null;
  /** Null: still being answered, or the caller got none. */
  status: number | null;
  userAgent: string | null;
  /** Of requests that have one. */
  body?: unknown;
  /** Of writes: whether this very request began a role change. */
  effect?: 'role-change' | 'none';
}

export class RequestLog {
  #entries: RequestEntry[] = [];
  #count = 0;

  add(entry: Omit<RequestEntry, 'n' | 'time'>): RequestEntry {
    this.#count += 1;
    const added = { n: this.#count, time: new Date().toISOString(), ...entry };
    this.#entries.push(added);
    return added;
  }

  /** In order of arrival. */
  list(service?: string): RequestEntry[] {
    return this.#entries.filter((entry) => service === undefined || entry.service === service);
  }

  clear(): void {
    this.#entries = [];
  }
}
