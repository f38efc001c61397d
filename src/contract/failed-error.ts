import { type ErrorCode, SwitchbackError } from './errors';
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
