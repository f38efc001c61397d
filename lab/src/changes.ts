import { z } from 'zod';
import { applyDataChange, dataChangeSchemas } from './data-changes';
import type { Lookup } from './world';

const side = z.enum(['primary', 'recovery']);
/** Any service's name; where a change is about a pair, either of the two will do. */
const service = z.string();

export const behaviourSchema = z.strictObject({
  flip: z.enum(['at-once', 'early', 'late', 'primary-first', 'recovery-first', 'flap']).optional(),
  stuck: z.boolean().optional(),
  failMidway: side.optional(),
  loseRows: z.number().int().min(0).optional(),
  readOnly: z.boolean().optional(),
  rebuildMs: z.number().int().min(0).optional(),
});

export const overridesSchema = z.strictObject({
  set: z.record(z.string(), z.unknown()).optional(),
  remove: z.array(z.string()).optional(),
});

/** ISO 8601, UTC. */
const time = z.iso.datetime();
const ANOTHER_USER = 'another-user@example.com';

const statusSchema = z.strictObject({
  role: z.enum(['active', 'passive', 'failed']),
  state: z.enum(['RUNNING', 'REBUILDING', 'REBALANCING', 'POWEROFF']),
});

/**
 * Something that happens to a service, a pair or the token. At once through the control path,
 * or carried by a fault to the moment of a request.
 */
export const changeSchema = z.discriminatedUnion('kind', [
  /** The API shows the service with these fields changed; what the service is and does stays as it was. */
  z.strictObject({ kind: z.literal('override'), service, ...overridesSchema.shape }),
  /** Takes back every override, metric and alert of the service, and its vanishing. */
  z.strictObject({ kind: z.literal('restore'), service }),
  /** What the service really is: its state machine goes on from there. */
  z.strictObject({ kind: z.literal('set'), service, ...statusSchema.partial().shape }),
  /** The API answers 404 for the service until it is restored. */
  z.strictObject({ kind: z.literal('vanish'), service }),
  /** Someone other than the token's user makes this service active. */
  z.strictObject({
    kind: z.literal('promote'),
    service,
    actor: z.string().default(ANOTHER_USER),
  }),
  /** Somebody destroys this service, so that the other one takes over. */
  z.strictObject({ kind: z.literal('fail'), service, actor: z.string().default(ANOTHER_USER) }),
  /** Somebody has this failed service rebuilt from the other one. */
  z.strictObject({ kind: z.literal('rebuild'), service, actor: z.string().default(ANOTHER_USER) }),
  /** How the next role change of the pair goes. */
  z.strictObject({ kind: z.literal('behave'), service, ...behaviourSchema.shape }),
  /** Whether the address that the two services share goes along with role changes. */
  z.strictObject({ kind: z.literal('endpoint'), service, follows: z.boolean() }),
  /** An entry of the project's event log, by default of now. */
  z.strictObject({
    kind: z.literal('event'),
    service,
    type: z.string(),
    actor: z.string().default(ANOTHER_USER),
    text: z.string().default(''),
    at: time.optional(),
  }),
  /** An alert that stays open. */
  z.strictObject({
    kind: z.literal('alert'),
    service,
    event: z.string(),
    severity: z.string().default('critical'),
  }),
  /** What is measured on every node of the service, such as `{"disk_usage":97}`. */
  z.strictObject({ kind: z.literal('metrics'), service, set: z.record(z.string(), z.number()) }),
  /** Whether the API takes the token, and when it says that the token expires. */
  z.strictObject({ kind: z.literal('token'), valid: z.boolean().optional(), expires: time.optional() }),
  ...dataChangeSchemas,
]);

export type Change = z.input<typeof changeSchema>;

/**
 * What is only the lab's own state changes before this returns, and what is wrong with that is thrown at once;
 * the promise is about what PostgreSQL must do.
 */
export function applyChange(world: Lookup, input: Change): Promise<void> {
  const change = changeSchema.parse(input);
  if (change.kind === 'token') {
    world.tokenValid = change.valid ?? world.tokenValid;
    if (change.expires !== undefined) world.tokenExpiry = new Date(change.expires);
    return DONE;
  }
  const { pair, service: target } = world.find(change.service);
  switch (change.kind) {
    case 'override':
      target.override(change);
      break;
    case 'restore':
      target.restore();
      break;
    case 'set':
      target.change({
        ...(change.role ? { role: change.role } : {}),
        ...(change.state ? { state: change.state } : {}),
      });
      break;
    case 'vanish':
      target.vanished = true;
      break;
    case 'promote':
      world.setRole(pair, target.side, 'active', change.actor);
      break;
    case 'fail':
    case 'rebuild':
      world.setRole(pair, target.side, change.kind === 'fail' ? 'failed' : 'passive', change.actor);
      break;
    case 'behave':
      pair.behave(behaviourSchema.strip().parse(change));
      break;
    case 'event': {
      const { actor, type, text, at } = change;
      world.events.add({
        actor,
        type,
        service: target.name,
        text,
        ...(at === undefined ? {} : { at: new Date(at) }),
      });
      break;
    }
    case 'alert':
      target.alerts.push({ event: change.event, severity: change.severity, time: new Date() });
      break;
    case 'metrics':
      Object.assign(target.metrics, change.set);
      break;
    case 'endpoint':
      pair.letEndpointFollow(change.follows);
      break;
    default:
      return applyDataChange(pair, target.side, change);
  }
  return DONE;
}

const DONE = Promise.resolve();
