import { type ErrorCode, SwitchbackError } from './errors';
import type { FleetReport } from './fleet';
import type { SwitchbackReport } from './report';

/** A run that ended badly. `code` tells why; `report` is the same as a good run returns. */
export class SwitchbackFailedError extends SwitchbackError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly report: SwitchbackReport | undefined,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.name = 'SwitchbackFailedError';
  }
}

/** A fleet that ended badly; `report` is the same as a good one returns. */
export class FleetFailedError extends SwitchbackError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly report: FleetReport | undefined,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.name = 'FleetFailedError';
  }
}
