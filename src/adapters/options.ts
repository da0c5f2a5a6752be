// The options of `createRedis`, looked at before anything runs: a mistake in one is an error that names it, where types did
// not tell (in JavaScript, or past a cast).

/** What `typeof` may say of each. */
const TYPES: Readonly<Record<string, string>> = {
  storage: 'object',
  save: 'string',
  config: 'object',
  lua: 'object',
  scripts: 'object',
  admin: 'object',
  clock: 'object',
  random: 'function',
  log: 'function',
  shared: 'boolean or object',
}

/** @throws TypeError */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) check(name, value, TYPES[name])
}

function check(name: string, value: unknown, wanted: string | undefined): void {
  if (wanted === undefined) throw new TypeError(`createRedis: there is no option ${name}`)
  if (value === undefined) return
  if (name === 'storage' && typeof (value as { open?: unknown } | null)?.open !== 'function') {
    throw new TypeError("createRedis: storage must be one, such as indexedDb('my-app')")
  }
  if (value === null || !wanted.includes(typeof value)) throw new TypeError(`createRedis: ${name} must be ${wanted}`)
  if (name === 'config') for (const [each, text] of Object.entries(value as object)) check(`config.${each}`, text, 'string')
}
