/** A JSON object whose fields are not known beforehand. */
export type Json = Record<string, unknown>;

/** Changes to how something is shown; keys are dotted paths such as `node_states.0.state`. */
export interface Overrides {
  set?: Json | undefined;
  remove?: string[] | undefined;
}

/** A copy of `shown` with the overrides laid over it; missing objects on the way are made. */
export function withOverrides(shown: Json, overrides: Overrides): Json {
  const copy = structuredClone(shown);
  for (const path of overrides.remove ?? []) {
    const found = parentOf(copy, path, false);
    if (Array.isArray(found?.parent)) found.parent.splice(Number(found.key), 1);
    else if (found) delete found.parent[found.key];
  }
  for (const [path, value] of Object.entries(overrides.set ?? {})) {
    const found = parentOf(copy, path, true);
    if (found) (found.parent as Json)[found.key] = structuredClone(value);
  }
  return copy;
}

/** Later overrides win; setting a field again takes it off the list of removed ones, and the other way round. */
export function mergeOverrides(old: Overrides, added: Overrides): Overrides {
  const set = { ...old.set, ...added.set };
  for (const path of added.remove ?? []) delete set[path];
  const kept = (old.remove ?? []).filter((path) => !(path in (added.set ?? {})));
  return { set, remove: [...new Set([...kept, ...(added.remove ?? [])])] };
}

function parentOf(root: Json, path: string, make: boolean) {
  const keys = path.split('.');
  const key = keys.pop() ?? '';
  let parent: Json | unknown[] = root;
  for (const step of keys) {
    let next: unknown = (parent as Json)[step];
    if (typeof next !== 'object' || next === null) {
      if (!make) return undefined;
      next = {};
      (parent as Json)[step] = next;
    }
    parent = next as Json | unknown[];
  }
  return { parent, key };
}
