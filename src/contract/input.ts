import { cut, fewFaults } from '../util/text';
import { type Acknowledgement, EXAMPLE_ACKNOWLEDGEMENT, faultsOfAcknowledgement } from './checks';
import { formatDuration, parseDuration } from './duration';
import { type FieldsOf, type InputField, inputFields, leftOut, moreFields } from './input-fields';
import { type LagLimit, parseLagLimit } from './lag';
import { moves, type Procedure, procedures } from './procedure';
import { faultOfText } from './text';

/** What the deadline's policy does when nobody decides. See docs/architecture.md, "Compensation". */
export type OnTimeout = 'return-to-recovery' | 'hold';

/** `plan` stops before the write; `rehearse` goes on to the end without it. */
export type Mode = 'execute' | 'plan' | 'rehearse';

/** The one JSON object that starts `switchbackWorkflow`. `{"project":"P","service":"PRIMARY"}` is enough. */
export interface SwitchbackInput {
  /** Aiven project that holds both services. */
  project: string;
  /** The primary service: the one to make active again. */
  service: string;
  /** The recovery service. Found when left out; naming both confirms which one is the primary. */
  recovery?: string;
  /**
   * The primary service once more, for those who start runs by hand: it must be the same as `service`. A worker can
   * demand that a run is told its target twice, here or by the workflow id `switchback.PROJECT.SERVICE`.
   */
  confirm?: string;
  /** Default `execute`. */
  mode?: Mode;
  /** `required`: a person approves the checked state before the write. Default `none`; a worker may demand it. */
  approval?: 'none' | 'required';
  /** Soft findings that may be passed over. Default none. */
  acknowledge?: Acknowledgement[];
  /** After `convergeTimeout` and an unanswered `decisionWindow`. Default `return-to-recovery`. */
  onTimeout?: OnTimeout;
  /** How long the two services may take to settle after the promotion. Default `"30m"`. */
  convergeTimeout?: string;
  /** Success needs three good reads in a row that span this long. Default `"10s"`. */
  settleWindow?: string;
  /** How long an unanswered write must be seen to have had no effect before it is sent once more. Default `"1m"`. */
  quietWindow?: string;
  /** How long the run waits for an approval or an acknowledgement. Default `"1h"`. */
  approvalWindow?: string;
  /** How long a service that moves may show no change before an alarm is raised. Default `"10m"`. */
  stallWindow?: string;
  /** How long a person has to decide before the policy acts. Default `"10m"`. */
  decisionWindow?: string;
  /** The replication lag with which the run goes on, an age or a size: `"5s"` (default), `"16MB"`. Needs database access. */
  maxLag?: string;
  /** How long to wait for the lag to shrink before the run ends without a write. Default `"30m"`. */
  catchUpTimeout?: string;
  /** How long all resolvers may take to lead to the primary, before the report says who does not. Default `"5m"`. */
  endpointTimeout?: string;
  /** Who asked, for the record. */
  requestedBy?: string;
  /** Why, for the record. */
  reason?: string;
}

/** The input with every default filled in and every duration in milliseconds. */
export type SwitchbackRequest = Record<'project' | 'service', string> &
  Record<'recovery' | 'confirm', string | undefined> &
  Record<FieldsOf<'text'>, string> &
  Record<`${FieldsOf<'duration'>}Ms`, number> & {
    procedure: Procedure;
    mode: Mode;
    approvalRequired: boolean;
    acknowledge: Acknowledgement[];
    onTimeout: OnTimeout | 'return-to-primary' | 'undo';
    maxLag: LagLimit;
    /** Of a failover: it is wanted although the API calls the primary healthy. */
    drill?: boolean;
    /** Of a drill. */
    soakMs?: number;
    /** Of a failback, like the next two. */
    rebuildTimeoutMs?: number;
    takeOver?: 'at-once' | 'on-approval';
    /** ISO 8601; undefined: at once. */
    takeOverAt?: string | undefined;
  };

export type ParsedInput =
  | { ok: true; request: SwitchbackRequest }
  /** Every fault at once, each a sentence that names its field. */
  | { ok: false; faults: string[] };

/** The smallest input that works; shown with every complaint about an input. */
export const EXAMPLE_INPUT = '{"project":"my-project","service":"my-primary-service"}';

/** No field of the type is without its row. */
const everyField: Record<keyof SwitchbackInput, InputField> = inputFields;

type ChoiceField = Extract<InputField, { kind: 'choice' }>;

/** Aiven's own names are shorter; this only keeps what could not be a name out of URLs, ids and lists. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
/** ISO 8601; without a zone it would be another moment on every worker. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
/** One answer for each check that there is, and room for those of other versions. */
const MOST_ACKNOWLEDGEMENTS = 100;

/**
 * Checks an input of unknown shape by hand: a schema library inside workflow code is evaluated again for every
 * cached run and costs over half a megabyte each.
 */
export function parseInput(input: unknown, procedure: Procedure = 'switchback'): ParsedInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, faults: [`the input must be one JSON object, but it is ${describe(input)}`] };
  }
  const fields = new Fields(input as Record<string, unknown>);
  const known = fieldsOf(procedure);
  // What is left out has its default.
  const read = Object.entries({ ...everyField, ...known }).map(([name, field]) => fields.read(name, field));
  const request = { ...Object.fromEntries(read), procedure } as unknown as SwitchbackRequest;
  if (request.recovery !== undefined && request.recovery === request.service) {
    fields.faults.push('"service" and "recovery" name the same service; "service" is the primary');
  }
  if (request.confirm !== undefined && request.service !== '' && request.confirm !== request.service) {
    fields.faults.push(
      `"confirm" is "${request.confirm}", but "service" is "${request.service}": they must name the same primary service`,
    );
  }
  fields.rejectUnknown(Object.keys(known));
  return fields.faults.length > 0 ? { ok: false, faults: fewFaults(fields.faults) } : { ok: true, request };
}

/** The fields of a procedure's input, in the order in which they are shown. */
export function fieldsOf(procedure: Procedure): Record<string, InputField> {
  const [only, ...more] = procedures[procedure].moves;
  // What undoes a move is called by where it leads; of several, each has its own.
  const undo = (more.length === 0 ? moves[only].undo?.action : undefined) ?? 'undo';
  const onTimeout: InputField = { ...inputFields.onTimeout, choices: [undo, 'hold'], default: undo };
  const all = { ...everyField, onTimeout, ...moreFields[procedure] };
  const isTaken = ([name]: [string, InputField]) => !leftOut[procedure]?.some((field) => field === name);
  return Object.fromEntries(Object.entries<InputField>(all).filter(isTaken));
}

/** For the record only: two who ask for the same may be two people. */
const NOT_COMPARED: readonly (keyof SwitchbackRequest)[] = ['procedure', 'requestedBy', 'reason', 'confirm'];

/** What somebody asks for that a run does otherwise, a sentence for each field; none when it does what they want. */
export function differencesBetween(input: unknown, run: SwitchbackRequest): string[] {
  const parsed = parseInput(input, run.procedure);
  if (!parsed.ok) return parsed.faults;
  const { request } = parsed;
  const fields = (Object.keys(request) as (keyof SwitchbackRequest)[]).filter(
    (field) => !NOT_COMPARED.includes(field) && !(field === 'recovery' && request.recovery === undefined),
  );
  return fields
    .filter((field) => JSON.stringify(request[field]) !== JSON.stringify(run[field]))
    .map((field) => {
      const name = field.replace(/Ms$|Required$/, '');
      const shown = (value: unknown) => {
        if (field.endsWith('Ms')) return formatDuration(value as number);
        return describe(field === 'approvalRequired' ? (value ? 'required' : 'none') : value);
      };
      return `${name}: ${shown(request[field])} was asked for, the run has ${shown(run[field])}`;
    });
}

/** Reads fields one by one, and collects every fault. */
class Fields {
  readonly faults: string[] = [];

  constructor(private readonly values: Record<string, unknown>) {}

  /** The field of the request, and its value; something of the same type where it has a fault. */
  read(name: string, field: InputField): [string, unknown] {
    const given = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    switch (field.kind) {
      case 'name':
        return [name, this.#name(name, given, field.isRequired === true)];
      case 'choice': {
        const chosen = this.#choice(name, absent(given, field.default), field);
        return name === 'approval' ? ['approvalRequired', chosen === 'required'] : [name, chosen];
      }
      case 'duration':
        return [`${name}Ms`, this.#duration(name, absent(given, field.default), field.leastMs ?? 0)];
      case 'time':
        return [name, this.#time(name, given)];
      case 'lag':
        return [name, this.#lagLimit(name, absent(given, field.default))];
      case 'text':
        return [name, this.#text(name, absent(given, ''), field.isRequired === true)];
      case 'flag':
        return [name, this.#flag(name, absent(given, false))];
      case 'acknowledgements':
        return [name, this.#acknowledgements(name, given ?? [])];
    }
  }

  #name(field: string, value: unknown, isRequired: boolean): string | undefined {
    if (value === undefined) {
      if (isRequired) this.faults.push(`"${field}" is missing`);
      return isRequired ? '' : undefined;
    }
    if (typeof value === 'string' && NAME.test(value)) return value;
    this.faults.push(`"${field}" must be a name of letters, digits, "-" and "_", not ${describe(value)}`);
    return isRequired ? '' : undefined;
  }

  #choice(field: string, value: unknown, { choices, default: fallback }: ChoiceField): string {
    if (typeof value === 'string' && choices.includes(value)) return value;
    this.faults.push(
      `"${field}" must be one of ${choices.map((a) => `"${a}"`).join(', ')}, not ${describe(value)}`,
    );
    return fallback;
  }

  #duration(field: string, value: unknown, leastMs: number): number {
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms === undefined) {
      this.faults.push(`"${field}" must be a duration such as "30s" or "10m", not ${describe(value)}`);
      return 0;
    }
    if (ms < leastMs)
      this.faults.push(`"${field}" must be at least ${leastMs / 1_000} s, not ${describe(value)}`);
    return ms;
  }

  #time(field: string, value: unknown): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))) return value;
    this.faults.push(
      `"${field}" must be a time with a zone such as "2026-12-01T02:00:00Z", not ${describe(value)}`,
    );
    return undefined;
  }

  #lagLimit(field: string, value: unknown): LagLimit {
    const limit = typeof value === 'string' ? parseLagLimit(value) : undefined;
    if (limit !== undefined) return limit;
    this.faults.push(`"${field}" must be an age or a size such as "5s" or "16MB", not ${describe(value)}`);
    return { seconds: 0 };
  }

  #flag(field: string, value: unknown): boolean {
    if (typeof value === 'boolean') return value;
    this.faults.push(`"${field}" must be true or false, not ${describe(value)}`);
    return false;
  }

  #text(field: string, value: unknown, isRequired: boolean): string {
    if (isRequired && value === '') {
      this.faults.push(`"${field}" is missing`);
      return '';
    }
    const fault = faultOfText(field, value, isRequired);
    if (fault === undefined) return value as string;
    this.faults.push(`${fault}, not ${describe(value)}`);
    return '';
  }

  #acknowledgements(field: string, value: unknown): Acknowledgement[] {
    if (!Array.isArray(value)) {
      this.faults.push(
        `"${field}" must be a list such as [${EXAMPLE_ACKNOWLEDGEMENT}], not ${describe(value)}`,
      );
      return [];
    }
    if (value.length > MOST_ACKNOWLEDGEMENTS) {
      this.faults.push(`"${field}" has ${value.length} entries; at most ${MOST_ACKNOWLEDGEMENTS} are taken`);
      return [];
    }
    value.forEach((item: unknown, index) => {
      for (const fault of faultsOfAcknowledgement(item)) {
        this.faults.push(`"${field}[${index}]": ${fault}`);
      }
    });
    return value as Acknowledgement[];
  }

  rejectUnknown(known: string[]): void {
    const unknown = Object.keys(this.values).filter((field) => !known.includes(field));
    unknown.forEach((field, index) => {
      const names = index === 0 ? `; known are ${known.join(', ')}` : '';
      this.faults.push(`"${cut(field, 60)}" is not a known field${names}`);
    });
  }
}

/** Only a field that is not there at all gets its default, so that a null is a wrong type. */
function absent(value: unknown, fallback: string | boolean): unknown {
  return value === undefined ? fallback : value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return cut(text, 60);
}
