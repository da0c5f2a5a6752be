// The options of `createRedis`, looked at before anything runs: a mistake in one is an error that names it, where types did
// not tell (in JavaScript, or past a cast).

/** What each option must be. The text contains the word that `typeof` gives for it. */
const TYPES: Readonly<Record<string, string>> = {
  storage: 'an object',
  save: 'a string',
  config: 'an object',
  lua: 'the object of isodis/lua',
  scripts: 'the object of isodis/scripts/engine',
  json: 'the object of isodis/json',
  vectors: 'the object of isodis/vectors',
  admin: 'the object of isodis/admin',
  clock: 'an object',
  random: 'a function',
  log: 'a function',
  shared: 'a boolean or an object',
}

/** @throws TypeError */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) check(name, value, TYPES[name])
}

function check(name: string, value: unknown, wanted: string | undefined): void {
  if (wanted === undefined) throw new TypeError(`createRedis: there is no option ${name}, but ${Object.keys(TYPES).join(', ')}`)
  if (value === undefined) return
  if (name === 'storage' && typeof (value as { open?: unknown } | null)?.open !== 'function') {
    throw new TypeError("createRedis: storage must be one, such as indexedDb('my-app')")
  }
  if (value === null || !wanted.includes(typeof value)) throw new TypeError(`createRedis: ${name} must be ${wanted}`)
  if (name === 'config') for (const [each, text] of Object.entries(value as object)) check(`config.${each}`, text, 'a string')
}
