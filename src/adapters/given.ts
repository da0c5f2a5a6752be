// What takes a client is often given the promise of one, and options in JavaScript are misspelt: an error that says so beats
// `undefined has no properties` later on, or a server without the limit that its owner thinks it has.

/** @throws TypeError if it is missing, as from a promise */
export function given<T>(part: T | undefined, name: string, what: string): T {
  if (part === undefined) throw new TypeError(`${name} takes ${what}: is an await missing?`)
  return part
}

/** @throws TypeError if there is an option that is not one of `known` */
export function knownOptions(taker: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw new TypeError(`${taker}: there is no option ${name}, but ${known.join(', ')}`)
}
