import { z } from 'zod';
import { changeSchema } from './changes';

const matchSchema = z.strictObject({
  method: z.string().optional(),
  /** The service in the path. */
  service: z.string().optional(),
  /** A part of the path, or a regular expression written `/…/`; without the query. */
  path: z.string().refine(isPattern, 'not a regular expression').optional(),
  /** Lets that many matching requests pass first (default 0). */
  after: z.number().int().min(0).default(0),
});

/** Milliseconds to wait first (default 0). */
const delayMs = z.number().min(0).default(0);

const common = {
  delayMs,
  /** Before or after the request is applied (default `before`: it never is, if this answers or cuts it). */
  when: z.enum(['before', 'after']).default('before'),
};

/** There is no reply before. */
const AFTER = z.literal('after').default('after');

const actionSchema = z.discriminatedUnion('type', [
  /** Answers with this status in the shape of Aiven's errors, or with this very body. */
  z.strictObject({
    ...common,
    type: z.literal('status'),
    status: z.number().int().min(200).max(599),
    message: z.string().optional(),
    /** Sent instead of an error body. */
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    /** Value of `Retry-After`: seconds, or an HTTP date. */
    retryAfter: z.union([z.number(), z.string()]).optional(),
  }),
  /** Answers with a web page, as a gateway in front of the API does. */
  z.strictObject({ ...common, type: z.literal('html'), status: z.number().int().default(502) }),
  /** Answers with the first half of the true reply, as valid HTTP. */
  z.strictObject({ delayMs, type: z.literal('cut-json'), when: AFTER }),
  /** Resets the connection (TCP RST). */
  z.strictObject({ ...common, type: z.literal('reset') }),
  /** Applies the request and closes the connection without an answer. */
  z.strictObject({ delayMs, type: z.literal('lose-reply'), when: AFTER }),
  /** Only slow. */
  z.strictObject({ ...common, type: z.literal('delay') }),
  /** Something else happens at that moment; the request itself goes on. */
  z.strictObject({ ...common, type: z.literal('change'), change: changeSchema }),
]);

export const faultSchema = z.strictObject({
  match: matchSchema.prefault({}),
  /** How many matching requests it meets (default 1); 0 or Infinity: all until it is cleared. */
  times: z.custom<number>((value) => typeof value === 'number' && value >= 0, 'not a count').default(1),
  do: actionSchema,
});

export type FaultInput = z.input<typeof faultSchema>;
export type Action = z.output<typeof actionSchema>;

export interface Fault extends z.output<typeof faultSchema> {
  id: number;
  /** Matching requests so far, those let pass among them. */
  seen: number;
}

export interface FaultTarget {
  method: string;
  path: string;
  service: string | null;
}

export class FaultBook {
  #faults: Fault[] = [];
  #count = 0;

  add(input: FaultInput): Fault {
    this.#count += 1;
    const fault = { ...faultSchema.parse(input), id: this.#count, seen: 0 };
    this.#faults.push(fault);
    return fault;
  }

  /** Those that can still meet a request. */
  list(): Fault[] {
    return this.#faults.filter((fault) => !isSpent(fault));
  }

  clear(id?: number): void {
    this.#faults = this.#faults.filter((fault) => id !== undefined && fault.id !== id);
  }

  /** What is to be done to this request, in the order in which the faults were added. */
  meet(request: FaultTarget): Action[] {
    return this.list()
      .filter((fault) => matches(fault, request))
      .filter((fault) => {
        fault.seen += 1;
        return fault.seen > fault.match.after;
      })
      .map((fault) => fault.do);
  }
}

function isSpent({ times, seen, match }: Fault): boolean {
  return times > 0 && seen >= match.after + times;
}

function matches({ match }: Fault, request: FaultTarget): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === request.method) &&
    (match.service === undefined || match.service === request.service) &&
    (match.path === undefined || pathMatches(match.path, request.path))
  );
}

function pathMatches(pattern: string, path: string): boolean {
  const expression = /^\/(.*)\/$/.exec(pattern)?.[1];
  return expression === undefined ? path.includes(pattern) : new RegExp(expression).test(path);
}

function isPattern(pattern: string): boolean {
  try {
    pathMatches(pattern, '');
    return true;
  } catch {
    return false;
  }
}
