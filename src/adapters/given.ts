// What takes a client is often given the promise of one: an error that says so beats `undefined has no properties` later on.

/** @throws TypeError if it is missing, as from a promise */
export function given<T>(part: T | undefined, name: string, what: string): T {
  if (part === undefined) throw new TypeError(`${name} takes ${what}: is an await missing?`)
  return part
}
