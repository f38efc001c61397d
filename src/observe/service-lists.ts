import type { Service } from '../aiven';
import type { Dialect } from '../contract/observation';
import { pairingsOf } from '../rules/observation';

/** A list that failed, or did not tell enough, is not asked for again so soon: it may be a project with very many services. */
const AVOIDED_MS = 60 * 60_000;

/** How one list of all services of a project may answer for the two of a pair. */
export interface ListUse {
  lists: ServiceLists;
  /** Whether a service of the list tells all that is needed of it. */
  isEnough(service: Service, dialect: Dialect): boolean;
}

/** Of which projects the list of services is of use to a worker. */
export class ServiceLists {
  readonly #avoidedUntil = new Map<string, number>();

  isOfUse(project: string): boolean {
    return !(performance.now() < (this.#avoidedUntil.get(project) ?? 0));
  }

  /** Lets single reads take over for a while. */
  avoid(project: string): void {
    this.#avoidedUntil.set(project, performance.now() + AVOIDED_MS);
  }
}

/** For a look at a pair that is on its way: where the services tell the roles, they must be there. */
export function tellsRole({ role }: Service, dialect: Dialect): boolean {
  return dialect !== 'role' || role.kind !== 'absent';
}

/** Fields that a reply may leave out, and that some check looks at. */
const CHECKED = [
  'nodeCount',
  'nodeCpuCount',
  'nodeMemoryMb',
  'diskSpaceMb',
  'terminationProtection',
  'userConfig',
  'metadata',
  'backups',
  'components',
  'connectionPools',
  'notifications',
  'projectVpcId',
] as const satisfies readonly (keyof Service)[];

/**
 * For the checks: everything that they look at, since what a list leaves out would be unknown to them, or another than in the
 * look before the write.
 */
export function tellsAll(service: Service, dialect: Dialect): boolean {
  return (
    tellsRole(service, dialect) &&
    CHECKED.every((field) => service[field] !== undefined) &&
    service.maintenance?.controlledSwitchover !== undefined &&
    pairingsOf(service).every(({ status }) => status !== undefined)
  );
}
