import { ApiError } from './errors';
import { EventLog } from './events';
import type { Dialect, Role, Side } from './model';
import type { Pair } from './pair';
import type { Service } from './service';

/** Who the token belongs to. */
export const USER = 'lab-user@example.com';

/** One Aiven project with its token, its pairs and its event log. */
export class World {
  readonly events = new EventLog();
  readonly pairs: Pair[] = [];
  tokenValid = true;
  /** Whether the API lists the services of the project. */
  servesList = true;
  /** Default: a year after the lab began. */
  tokenExpiry: Date | undefined;
  readonly #services = new Map<string, { pair: Pair; service: Service }>();

  constructor(
    readonly project: string,
    readonly token: string,
    readonly dialect: Dialect,
    readonly begun: Date,
  ) {}

  add(pair: Pair): void {
    this.pairs.push(pair);
    for (const service of [pair.primary, pair.recovery]) this.#services.set(service.name, { pair, service });
  }

  /** The service of that name, whether the API shows it or not. */
  find(name: string): { pair: Pair; service: Service } {
    const found = this.#services.get(name);
    if (!found) throw new ApiError(404, `Service ${name} does not exist`, 'service_does_not_exist');
    return found;
  }

  /** As `find`, for what the API shows. */
  visible(name: string): { pair: Pair; service: Service } {
    const found = this.find(name);
    if (found.service.vanished) {
      throw new ApiError(404, `Service ${name} does not exist`, 'service_does_not_exist');
    }
    return found;
  }

  /** A role change on behalf of an actor; says whether there was anything to change. */
  setRole(pair: Pair, side: Side, role: Role, actor: string): 'started' | 'already' {
    const outcome = pair.setRole(side, role);
    if (outcome === 'started') {
      const { name } = pair.service(side);
      const text = `Changed disaster recovery role of service '${name}' to ${role}`;
      this.events.add({ actor, type: 'service_update', service: name, text });
    }
    return outcome;
  }
}

/** The part of the world that a change can reach. */
export type Lookup = Pick<World, 'events' | 'find' | 'setRole' | 'tokenExpiry' | 'tokenValid'>;
