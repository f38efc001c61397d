import type { DatabaseBaseline } from '../../contract/activities';
import { describeLoss, type Lag } from '../../contract/lag';
import type { SettingsSnapshot } from '../../contract/parity';
import type { ProbeReport } from '../../contract/probe';
import type { EndpointReport, OldSessions, Proof } from '../../contract/proof';

/** What a run measured of the two databases, beside what the API says of the two services. */
export class Measurements {
  /** As it was before the switch; absent when no database access is configured. */
  database: DatabaseBaseline | undefined;
  lag: Lag | undefined;
  /** The newest that could be measured. */
  #goodLag: Lag | undefined;
  probe: ProbeReport | undefined;
  proof: Proof | undefined;
  /** How often a proof was attempted. */
  proofs = 0;
  endpoint: EndpointReport | undefined;
  oldSessions: OldSessions | undefined;
  settingsBefore: SettingsSnapshot | undefined;
  settingsAfter: SettingsSnapshot | undefined;

  recordLag(lag: Lag | undefined): void {
    this.lag = lag;
    if (lag?.bytes !== undefined) this.#goodLag = lag;
  }

  /** What would be lost if the active side were gone now. */
  get loss(): string {
    return describeLoss(this.lag, this.#goodLag);
  }

  recordProof(proof: Proof): void {
    this.proof = proof;
    this.proofs += 1;
  }

  /** Another side is to take writes now: what was seen of the first one says nothing about it. */
  resetProof(): void {
    this.proof = undefined;
    this.proofs = 0;
  }

  /** Some resolver does not lead to the active side. What our own access could not look at is no sign of that. */
  get degraded(): 'endpoint' | undefined {
    const { agreed = true, notLookedAt } = this.endpoint ?? {};
    return agreed || notLookedAt !== undefined ? undefined : 'endpoint';
  }

  /** PostgreSQL was asked about the present side, and did not prove it. */
  get isUnproven(): boolean {
    return this.proof !== undefined && this.proof.verdict !== 'proven';
  }

  /** What stands against the present side, in a few words; for a proof that did not succeed. */
  get doubt(): string {
    const open = this.proof?.steps.filter(({ verdict }) => verdict !== 'pass') ?? [];
    return open.map(({ title, observed }) => `${title}: ${observed}`).join('; ') || 'nothing was proven yet';
  }
}
