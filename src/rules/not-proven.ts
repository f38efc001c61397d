import type { ProbeReport } from '../contract/probe';
import type { EndpointReport, Proof } from '../contract/proof';

export interface Measured {
  /** `project/primary`. */
  name: string;
  hasAccess: boolean;
  /** False when the roles were right already: then there was no gap to measure. */
  wrote: boolean;
  probe: ProbeReport | undefined;
  proof: Proof | undefined;
  endpoint: EndpointReport | undefined;
}

/** What a run that touched the pair cannot say of it, each one sentence: nobody shall read silence as a proof. */
export function notProven({ name, hasAccess, wrote, probe, proof, endpoint }: Measured): string[] {
  if (!hasAccess) {
    return [
      `No database access is configured for ${name}: neither the write gap, nor lost rows, nor that writes arrive was measured.`,
    ];
  }
  return [...(wrote ? unmeasured(probe) : []), ...unproven(proof), ...unresolved(endpoint)];
}

function unmeasured(probe: ProbeReport | undefined): string[] {
  if (probe === undefined) return ['The write gap and lost rows were not measured.'];
  const { problem, missing, gapNotMeasured, unwatched = [] } = probe;
  return [
    ...(gapNotMeasured === undefined ? [] : [`The write gap was not measured: ${gapNotMeasured}.`]),
    ...(missing === undefined ? ['Lost rows could not be counted.'] : []),
    ...(problem === undefined ? [] : [`The measurement of writes is incomplete: ${problem}.`]),
    ...(unwatched.length > 0
      ? ['For a while no worker was writing, so the gap may be another than measured.']
      : []),
  ];
}

function unproven(proof: Proof | undefined): string[] {
  if (proof === undefined) return ['PostgreSQL was not asked whether writes arrive.'];
  const open = proof.steps.filter(({ verdict }) => verdict !== 'pass');
  return open.map(({ title, observed }) => `Not proven: ${title} (${observed}).`);
}

function unresolved(endpoint: EndpointReport | undefined): string[] {
  if (endpoint === undefined) return ['Nobody looked where the Service URI leads.'];
  const { notLookedAt: why } = endpoint;
  return why === undefined ? [] : [`Where the Service URI leads was not looked at: ${why}.`];
}
