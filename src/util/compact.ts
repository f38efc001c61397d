type Optional<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
type Required<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** Leaves out every key whose value is undefined, so that "not known" is a missing key and nothing else. */
export function compact<T extends object>(value: T): Required<T> & Optional<T> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries) as Required<T> & Optional<T>;
}

/** The list, or `undefined` for an empty one, to be left out. */
export function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
