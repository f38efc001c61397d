import { AivenOptionsError } from './errors';

/** Who wants a service destroyed, and who has agreed to it. */
export interface FailoverTerms {
  project: string;
  /** The service that is to fail. */
  service: string;
  /** The service that the starter and the approver have each typed out. */
  typed: readonly [starter: string, approver: string];
  requestedBy: string;
  approvedBy: string;
  reason: string;
}

/**
 * The permission to have one service fail, once. Without one the client cannot send `failed`. Only the failover activity issues
 * it, after consent was found in the history of its run: test/architecture holds the imports to that.
 */
export class FailoverWarrant {
  readonly #project: string;
  readonly #service: string;
  #spent = false;

  /** @throws AivenOptionsError unless both have named the service, and there is a reason. */
  constructor({ project, service, typed, requestedBy, approvedBy, reason }: FailoverTerms) {
    const blank = [requestedBy, approvedBy, reason].some((text) => text.trim() === '');
    if (blank || requestedBy === approvedBy || typed.some((name) => name !== service)) {
      throw new AivenOptionsError(
        'a failover needs two people who have each typed out the service, and a reason',
      );
    }
    this.#project = project;
    this.#service = service;
  }

  /** @throws AivenOptionsError for another service, or a second time. */
  spend(project: string, service: string): void {
    if (project !== this.#project || service !== this.#service) {
      throw new AivenOptionsError('the warrant is for another service');
    }
    if (this.#spent) throw new AivenOptionsError('the warrant was used already');
    this.#spent = true;
  }
}
