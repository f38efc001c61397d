import type { EvidenceBundle } from './bundle';
import type { Json } from './canonical';

/** The two services, as far as the report or the input names them; a name that cannot be one is left as it was given. */
export function subjectOf({ report, input }: EvidenceBundle): {
  project: string;
  primary: string;
  recovery: string;
} {
  const given = fieldsOf(input);
  return {
    project: report?.project || text(given.project),
    primary: report?.primary || text(given.service),
    recovery: report?.recovery || text(given.recovery),
  };
}

/**
 * `switchback.PROJECT.SERVICE-20261123T013452413Z-6c563d26`, the base of both file names: the same for every rebuild.
 * The last digits of the run id, since its first ones are only the time again.
 */
export function baseNameOf(bundle: EvidenceBundle): string {
  const { project, primary } = subjectOf(bundle);
  const { startedAt, runId } = bundle.run;
  const time = startedAt.replaceAll(/[^0-9TZ]/g, '');
  return `switchback.${safe(project)}.${safe(primary)}-${time}-${safe(runId).slice(-8)}`;
}

/** Anybody can start a workflow with any JSON, and the name becomes part of a path. */
function safe(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 100) || 'unknown';
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function fieldsOf(input: Json): Record<string, Json> {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};
}
