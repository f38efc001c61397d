import type { Integration } from '../../aiven';
import type { FleetRequest, FleetSelector } from '../../contract/fleet-input';
import { twice } from '../../contract/parse-fleet';

/** Of a service in the list of its project, what tells whether it is meant. */
export interface ListedService {
  project: string;
  name: string;
  cloud: string;
  /** Absent: the list does not tell. */
  tags?: Record<string, string> | undefined;
  integrations: readonly Integration[];
}

/** A pair, by its primary service. */
export interface ListedPair {
  /** `PROJECT/PRIMARY`. */
  pair: string;
  recovery: string;
  cloud: string;
  tags: Record<string, string>;
}

export type Selection = { pairs: ListedPair[][] } | { faults: string[] };

/** The projects whose services must be listed. */
export function projectsOf({ pairs, select }: Pick<FleetRequest, 'pairs' | 'select'>): string[] {
  const named = (pairs ?? []).flat().map((pair) => pair.split('/')[0] ?? '');
  return [...new Set([...named, ...(select === undefined ? [] : [select.project])])].sort();
}

/** Which pairs are meant, in the waves in which they were given; or all that is wrong with what was asked for. */
export function selectPairs(
  request: Pick<FleetRequest, 'pairs' | 'select'>,
  services: readonly ListedService[],
): Selection {
  const known = pairsOf(services);
  return request.select === undefined
    ? named(request.pairs ?? [], known, services)
    : selected(request.select, known);
}

/** At set-up the source of the integration is the primary. The runs look at each service afresh. */
function pairsOf(services: readonly ListedService[]): ListedPair[] {
  return services.flatMap(({ project, name, cloud, tags = {}, integrations }) => {
    const own = integrations.find(
      ({ type, sourceProject, sourceService }) =>
        type === 'disaster_recovery' && sourceService === name && (sourceProject ?? project) === project,
    );
    const recovery = own?.destService;
    return recovery === undefined ? [] : [{ pair: `${project}/${name}`, recovery, cloud, tags }];
  });
}

function selected(
  { project, cloud, name, tags = {} }: FleetSelector,
  known: readonly ListedPair[],
): Selection {
  const found = known.filter(
    (one) =>
      fits(cloud, one.cloud) &&
      fits(name, one.pair.slice(project.length + 1)) &&
      Object.entries(tags).every(([tag, value]) => one.tags[tag] === value),
  );
  if (found.length > 0) return { pairs: [[...found].sort(byName)] };
  const asked = Object.entries({ cloud, name, ...(Object.keys(tags).length > 0 ? { tags } : {}) })
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field} ${JSON.stringify(value)}`);
  const which = asked.length > 0 ? ` with ${asked.join(' and ')}` : '';
  return { faults: [`"select" matches nothing: ${project} has ${known.length} pairs, and none${which}`] };
}

function named(
  waves: readonly string[][],
  known: readonly ListedPair[],
  services: readonly ListedService[],
): Selection {
  const byPair = new Map(known.map((one) => [one.pair, one]));
  const names = waves.flat();
  const faults = names.flatMap((pair) => (byPair.has(pair) ? [] : [unknown(pair, known, services)]));
  for (const pair of twice(names)) faults.push(`"pairs" names ${pair} twice`);
  if (faults.length > 0) return { faults };
  return { pairs: waves.map((wave) => wave.flatMap((pair) => byPair.get(pair) ?? [])) };
}

function unknown(pair: string, known: readonly ListedPair[], services: readonly ListedService[]): string {
  const [project, service] = pair.split('/');
  const owner = known.find((one) => one.pair.startsWith(`${project}/`) && one.recovery === service);
  if (owner !== undefined) return `${pair} is the recovery service of ${owner.pair}; name the primary`;
  const isThere = services.some((one) => `${one.project}/${one.name}` === pair);
  return isThere ? `${pair} is the primary of no pair` : `${pair} is not known: there is no such service`;
}

/** `*` stands for any characters. */
function fits(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return first === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

function byName(one: ListedPair, other: ListedPair): number {
  return naturally(one.pair, other.pair);
}

/** `pg-2` before `pg-10`. The same on every machine. */
export function naturally(one: string, other: string): number {
  const partsOf = (text: string) => text.match(/\d+|\D+/g) ?? [];
  const [parts, others] = [partsOf(one), partsOf(other)];
  for (let index = 0; index < Math.min(parts.length, others.length); index += 1) {
    const [left = '', right = ''] = [parts[index], others[index]];
    if (left === right) continue;
    const difference = Number(left) - Number(right);
    if (Number.isFinite(difference) && difference !== 0) return difference;
    return left < right ? -1 : 1;
  }
  return parts.length - others.length;
}
