// CONFIG's parameters as rows: name, default, and how a text is checked. Values are kept as the text that CONFIG GET shows.
import { ReplyError } from '../reply.ts'
import { formatEvents, parseEvents, shownEvents } from './events.ts'
import { matches } from './glob.ts'
import { INT64_MAX, INT_MAX, parseInt64 } from '../numbers.ts'

/** @param before the value it has; @returns the text to keep; @throws a string that says what is wrong */
type Check = (text: string, before?: string) => string
export interface Parameter {
  readonly default: string
  readonly check: Check
  /** Whether CONFIG GET shows it only to who names it. */
  readonly hidden?: true
  /** An older name that CONFIG still knows. */
  readonly alias?: string
  /** Why CONFIG SET refuses it. */
  readonly fixed?: 'immutable' | 'protected'
  /** How CONFIG GET shows a value, if not as it is. */
  readonly show?: (value: string) => string
}

export type Parameters = Readonly<Record<string, Parameter>>

export const text: Check = (value) => value
export const yesNo: Check = (value) => {
  if (!/^(yes|no)$/i.test(value)) throw "argument must be 'yes' or 'no'"
  return value.toLowerCase()
}
export const oneOf =
  (...choices: string[]): Check =>
  (value) => {
    if (!choices.includes(value.toLowerCase())) throw `argument(s) must be one of the following: ${choices.join(', ')}`
    return value.toLowerCase()
  }
export const between =
  (least: number, most: number | bigint): Check =>
  (value) => {
    const number = parseInt64(value)
    if (number === undefined) throw "argument couldn't be parsed into an integer"
    if (number < least || number > most) throw `argument must be between ${least} and ${most} inclusive`
    return value
  }

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 }
export const memory =
  (least: number): Check =>
  (value) => {
    const parts = /^(\d+)([kmg]?b?)$/i.exec(value)
    if (parts === null) throw 'argument must be a memory value'
    const bytes = BigInt(parts[1]) * BigInt(UNITS[parts[2].toLowerCase()])
    if (bytes < least || bytes > INT64_MAX) throw `argument must be between ${least} and ${INT64_MAX} inclusive`
    return String(bytes)
  }
const events: Check = (value) => {
  const bits = parseEvents(value)
  if (bits < 0) throw "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."
  return formatEvents(bits)
}
const saveRules: Check = (value) => {
  if (value === '') return value
  const numbers = value.split(' ')
  const wrong = numbers.length % 2 !== 0 || numbers.some((number, i) => !/^\d{1,18}$/.test(number) || (i % 2 === 0 && +number < 1))
  if (wrong) throw 'Invalid save parameters'
  return numbers.map(Number).join(' ')
}

const POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
]

export const PARAMETERS = {
  'active-expire-effort': { default: '1', check: between(1, 10) },
  'aof-load-corrupt-tail-max-size': { default: '0', check: memory(0) },
  'aof-load-truncated': { default: 'yes', check: yesNo },
  appenddirname: { default: 'appendonlydir', check: text, fixed: 'immutable' },
  appendfilename: { default: 'appendonly.aof', check: text, fixed: 'immutable' },
  appendfsync: { default: 'everysec', check: oneOf('everysec', 'always', 'no') },
  appendonly: { default: 'no', check: yesNo },
  'auto-aof-rewrite-min-size': { default: '67108864', check: memory(0) },
  'auto-aof-rewrite-percentage': { default: '100', check: between(0, INT_MAX) },
  'busy-reply-threshold': { default: '5000', check: between(0, INT64_MAX), alias: 'lua-time-limit' },
  databases: { default: '16', check: between(1, INT_MAX), fixed: 'immutable' },
  dbfilename: { default: 'dump.rdb', check: text, fixed: 'protected' },
  dir: { default: '', check: text, fixed: 'protected' },
  'hash-max-listpack-entries': { default: '512', check: between(0, INT64_MAX), alias: 'hash-max-ziplist-entries' },
  'hash-max-listpack-value': { default: '64', check: between(0, INT64_MAX), alias: 'hash-max-ziplist-value' },
  'hll-sparse-max-bytes': { default: '3000', check: memory(0) },
  'lfu-decay-time': { default: '1', check: between(0, INT_MAX) },
  'lfu-log-factor': { default: '10', check: between(0, INT_MAX) },
  'list-compress-depth': { default: '0', check: between(0, INT_MAX) },
  'list-max-listpack-size': { default: '-2', check: between(-INT_MAX - 1, INT_MAX), alias: 'list-max-ziplist-size' },
  maxclients: { default: '10000', check: between(1, 4_294_967_295) },
  maxmemory: { default: '0', check: memory(0) },
  'maxmemory-policy': { default: 'noeviction', check: oneOf(...POLICIES) },
  'maxmemory-samples': { default: '5', check: between(1, INT_MAX) },
  'notify-keyspace-events': { default: '', check: events, show: shownEvents },
  port: { default: '0', check: between(0, 65_535), fixed: 'immutable' },
  'proto-max-bulk-len': { default: '536870912', check: memory(1024 * 1024) },
  rdbchecksum: { default: 'yes', check: yesNo, fixed: 'immutable' },
  rdbcompression: { default: 'yes', check: yesNo },
  requirepass: { default: '', check: text },
  save: { default: '', check: saveRules },
  'set-max-intset-entries': { default: '512', check: between(0, INT64_MAX) },
  'stop-writes-on-bgsave-error': { default: 'yes', check: yesNo },
  'stream-node-max-bytes': { default: '4096', check: memory(0) },
  'stream-node-max-entries': { default: '100', check: between(0, INT64_MAX) },
  timeout: { default: '0', check: between(0, INT_MAX) },
  'zset-max-listpack-entries': { default: '128', check: between(0, INT64_MAX), alias: 'zset-max-ziplist-entries' },
  'zset-max-listpack-value': { default: '64', check: between(0, INT64_MAX), alias: 'zset-max-ziplist-value' },
} satisfies Parameters

/** Those that every engine has. */
type ParameterName = keyof typeof PARAMETERS

export class Config {
  readonly #values = new Map<string, string>()
  /** Numeric values, read on hot paths. */
  readonly #numbers = new Map<string, number>()
  readonly #onChange: () => void
  #parameters: Parameters = {}
  readonly #aliases: Record<string, string> = {}

  /**
   * @param given values that differ from the defaults
   * @param onChange takes over what was set; if it throws, the values before are set again
   * @param parameters those that there are
   * @throws ReplyError as CONFIG SET does
   */
  constructor(given: Readonly<Record<string, string>>, onChange: () => void, parameters: Parameters = PARAMETERS) {
    this.#onChange = onChange
    this.parameters = parameters
    for (const [name, value] of this.check(Object.entries(given), true)) this.#put(name, value)
  }

  /** The parameters that there are: those that were there already keep their values. */
  set parameters(parameters: Parameters) {
    this.#parameters = parameters
    for (const name in parameters) {
      const { alias, default: value } = parameters[name]
      if (alias !== undefined) this.#aliases[alias] = name
      if (!this.#values.has(name)) this.#put(name, value)
    }
  }

  get(name: ParameterName): string
  /** @returns undefined where there is no such parameter */
  get(name: string): string | undefined
  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  number(name: ParameterName): number
  number(name: string): number | undefined
  number(name: string): number | undefined {
    return this.#numbers.get(name)
  }

  isOn(name: string): boolean {
    return this.#values.get(name) === 'yes'
  }

  /** Sets all of the parameters or none. @throws CONFIG SET's errors */
  set(pairs: readonly (readonly [string, string])[]): void {
    const before: [string, string][] = []
    for (const [name, value] of this.check(pairs)) {
      before.push([name, this.get(name)!])
      this.#put(name, value)
    }
    try {
      this.#onChange()
    } catch (error) {
      for (const [name, value] of before) this.#put(name, value)
      this.#onChange()
      throw error
    }
  }

  /** Says what a parameter is that only the engine itself changes. */
  note(name: string, value: string): void {
    this.#put(name, value)
  }

  /** Names and values that match one of the patterns, in turn. */
  match(patterns: readonly string[]): string[] {
    const names = [...Object.keys(this.#parameters), ...Object.keys(this.#aliases)]
    const wanted = names.filter((name) => patterns.some((pattern) => this.#shows(pattern.toLowerCase(), name)))
    return wanted.flatMap((given) => {
      const name = this.#aliases[given] ?? given
      const value = this.get(name)!
      // Who names one gets the name as it was written.
      const shown = patterns.find((pattern) => pattern.toLowerCase() === given) ?? given
      return [shown, this.#parameters[name].show?.(value) ?? value]
    })
  }

  #shows(pattern: string, name: string): boolean {
    return pattern === name || (this.#parameters[name]?.hidden !== true && matches(pattern, name))
  }

  #put(name: string, value: string): void {
    this.#values.set(name, value)
    if (/^-?\d+$/.test(value)) this.#numbers.set(name, Number(value))
  }

  /** What `set` would keep, by the parameters' names. @throws its errors */
  check(pairs: readonly (readonly [string, string])[], initial = false): Map<string, string> {
    const checked = new Map<string, string>()
    for (const [given, value] of pairs) {
      const name = this.#aliases[given.toLowerCase()] ?? given.toLowerCase()
      const parameter = this.#values.has(name) ? this.#parameters[name] : undefined
      if (parameter === undefined) throw new ReplyError(`ERR Unknown option or number of arguments for CONFIG SET - '${given}'`)
      const fail = (reason: string): ReplyError =>
        new ReplyError(`ERR CONFIG SET failed (possibly related to argument '${given}') - ${reason}`)
      if (parameter.fixed !== undefined && !initial) throw fail(`can't set ${parameter.fixed} config`)
      if (checked.has(name)) throw fail('duplicate parameter')
      try {
        checked.set(name, parameter.check(value, this.#values.get(name)))
      } catch (reason) {
        throw fail(String(reason))
      }
    }
    return checked
  }
}
