import type { ErrorCode } from '../contract/errors';

/** `skipped`: nobody looked, and `observed` says why; never a pass. */
export type DoctorVerdict = 'ok' | 'warn' | 'fail' | 'skipped';

/** What `doctor` looks at, in the order in which it is shown. */
export type DoctorGroup = 'machine' | 'api' | 'temporal' | 'databases' | 'evidence' | 'notifications';

/** One thing that was looked at. */
export interface DoctorCheck {
  /** Stable; the same for each pair, address or sink that it is asked of. */
  id: string;
  group: DoctorGroup;
  /** For people: `the token is accepted`. */
  title: string;
  /** Which pair, address or sink it is about, where there are several. */
  about?: string;
  verdict: DoctorVerdict;
  observed: string;
  /** What to do; empty when there is nothing to do. */
  remedy: string;
}

/** What stands between you and a switchback. */
export interface DoctorReport {
  /** True when no check fails. */
  ok: boolean;
  /** Set when one does: CONFIG_INVALID when the configuration itself is wrong, else NOT_READY. */
  code?: Extract<ErrorCode, 'CONFIG_INVALID' | 'NOT_READY'>;
  /** Of this program. */
  version: string;
  checks: DoctorCheck[];
}
