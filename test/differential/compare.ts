// Runs the same commands on two servers and compares: every reply, and at the end of a sequence the whole key space.
import type { RespClient, WireReply } from '../support/resp-client.ts'
import type { Command } from './words.ts'

/** Replies in an order that Redis does not define. */
const UNORDERED = new Set([
  'smembers',
  'sinter',
  'sunion',
  'sdiff',
  'keys',
  'sscan',
  'scan',
  'hgetall',
  'hkeys',
  'hvals',
  'hscan',
  'zscan',
  'config',
  'spop',
])
/** Replies that are drawn by chance: only their shape is compared. */
const RANDOM = new Set(['srandmember', 'hrandfield', 'zrandmember', 'randomkey', 'hello'])
const TIMES = new Set(['ttl', 'pttl', 'expiretime', 'pexpiretime'])

/** Keys to which the geo group stores distances: the last digits of sines are not the same everywhere. */
const DISTANCES = /^(out|geo\d|s1)$/

/** A time in milliseconds, which may differ a little on the two servers: they run one after the other. */
const time = (ms: number): string => `~${ms}`

/** `found` with each time in it that is within ten seconds of the one in `wanted` replaced by that one. */
export function atTimesOf(wanted: unknown, found: unknown): unknown {
  if (typeof found === 'string')
    return typeof wanted === 'string' && found[0] === '~' && Math.abs(Number(found.slice(1)) - Number(wanted.slice(1))) < 10_000
      ? wanted
      : found
  if (Array.isArray(found)) return found.map((each, i) => atTimesOf(Array.isArray(wanted) ? wanted[i] : undefined, each))
  if (typeof found !== 'object' || found === null) return found
  return Object.fromEntries(
    Object.entries(found).map(([name, each]) => [name, atTimesOf((wanted as Record<string, unknown>)?.[name], each)]),
  )
}

/** A reply in a form in which equal means equal, but for times: see {@link atTimesOf}. */
export function normalise(command: Command, given: WireReply): unknown {
  const name = command[0]?.toLowerCase() ?? ''
  const reply = /^(b?z|exec$)/.test(name) ? unsigned(given) : given
  if (reply.type === '-') return `-${reply.value as string}`
  if (RANDOM.has(name)) return shape(reply)
  if (TIMES.has(name) && Number(reply.value) > 0) return time(Number(reply.value) * (name.startsWith('p') ? 1 : 1000))
  if (name[0] === 'x') return withoutTimes(command, reply)
  if (name === 'exec' && Array.isArray(reply.value)) return { type: reply.type, value: reply.value.map((each) => exactOrSorted(each)) }
  // Unsorted, a set's elements come in any order.
  const unordered = UNORDERED.has(name) || (name === 'sort' && command[2] === 'BY' && !(command[3] ?? '*').includes('*'))
  // Nor is it said which of them a limit leaves; edge-cases.test.ts has those of lists.
  if (name === 'sort' && unordered && command.includes('LIMIT')) return shape(reply)
  const shown = unordered ? sorted(reply) : exact(reply)
  if (name === 'zrange' && DISTANCES.test(command[1]))
    return JSON.parse(JSON.stringify(shown).replace(/\d+\.\d{4,}/g, (n) => Number(n).toPrecision(12)))
  return shown
}

/** Redis forgets the sign of a zero score in its small encoding only; the engine always does. */
function unsigned({ type, value }: WireReply): WireReply {
  return { type, value: Array.isArray(value) ? value.map(unsigned) : value === '-0' ? '0' : value }
}

/** A consumer without what Redis tells of it since 7.2. */
function withoutActivity(shown: unknown[]): unknown[] {
  const at = shown.findIndex((each) => each === '$active-time' || each === '$inactive')
  return at < 0 ? shown : shown.toSpliced(at, 2)
}

/** A stream's reply without what the clock brings into it: idle times, times of delivery, and IDs made with `*`. */
function withoutTimes(command: Command, reply: WireReply): unknown {
  const idle = command[0].toLowerCase() === 'xpending' && command.length > 3
  const shown = JSON.stringify(exact(reply), (_, given: unknown) => {
    const value = Array.isArray(given) ? withoutActivity(given) : given
    if (!Array.isArray(value)) return typeof value === 'string' ? value.replace(/^([:$])1\d{12}(-\d+)?$/, '$1now') : value
    // How many nodes a radix tree has depends on its IDs.
    const last = value.indexOf('$last-generated-id') + 1
    if (last > 0 && /^\$\d{13,}-/.test(value[last] as string)) return value.map((each, i) => (i === last - 2 ? 'some' : (each as unknown)))
    const at = idle && value.length === 5 ? 3 : value.indexOf('$idle') + 1
    return at === 0 ? value : value.map((each, i) => (i === at ? time(Number((each as string).slice(1))) : (each as unknown)))
  })
  return JSON.parse(shown)
}

const exact = (reply: WireReply): unknown =>
  Array.isArray(reply.value) ? [reply.type, ...reply.value.map(exact)] : reply.type + String(reply.value)

function sorted(reply: WireReply): unknown {
  if (!Array.isArray(reply.value)) return exact(reply)
  const items = reply.type === '%' ? pairUp(reply.value) : reply.value.map((item) => JSON.stringify(sorted(item)))
  return [reply.type, ...items.toSorted()]
}

function pairUp(flat: WireReply[]): string[] {
  return flat.flatMap((field, i) => (i % 2 === 0 ? [JSON.stringify([exact(field), exact(flat[i + 1])])] : []))
}

/** Inside EXEC it is not said which command a reply belongs to. */
const exactOrSorted = (reply: WireReply): unknown =>
  Array.isArray(reply.value)
    ? JSON.stringify(sorted(reply))
    : typeof reply.value === 'string' && /^\d{6,}$/.test(reply.value)
      ? 'large number'
      : exact(reply)

function shape(reply: WireReply): unknown {
  return Array.isArray(reply.value) ? [reply.type, reply.value.length] : reply.type + (reply.value === null ? 'null' : '')
}

/**
 * All keys of the first two databases with what they hold, in which encoding, and when they expire.
 * @param encodings whether the encodings are told: they are others where the same data was loaded from a file
 */
export async function keyspace(client: RespClient, encodings = true): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const db of ['0', '1']) {
    await client.call('SELECT', db)
    const keys = await client.call('KEYS', '*')
    if (!Array.isArray(keys.value)) throw new Error(`KEYS was answered ${keys.type}${keys.value}`)
    const names = keys.value.map(({ value }) => value as string)
    for (const name of names) {
      const type = (await client.call('TYPE', name)).value as string
      const read = READERS[type](name)
      const value = normalise(read, await client.call(...read))
      const expiry = Number((await client.call('PTTL', name)).value)
      const encoding = (await client.call('OBJECT', 'ENCODING', name)).value
      // What INCRBYFLOAT makes of an integer beyond 2^53 is no int in Redis; the engine keeps both as the same text.
      const shown = !encodings ? '' : type === 'string' && /^\$-?\d{16,}$/.test(String(value)) ? 'a large integer' : encoding
      found[`${db}:${name}`] = [type, shown, value, expiry < 0 ? expiry : time(expiry)]
    }
  }
  await client.call('SELECT', '0')
  return found
}

const READERS: Readonly<Record<string, (key: string) => Command>> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
}

/** Brings a server back to where a sequence starts. */
export async function reset(client: RespClient, protocol: 2 | 3): Promise<void> {
  await client.pipeline([['RESET'], ['FLUSHALL'], ['HELLO', String(protocol)], ['CONFIG', 'SET', ...DEFAULTS]])
}

// Small encodings have little room, so that short sequences outgrow them.
const DEFAULTS = ['set-max-intset-entries', '3', 'hash-max-listpack-value', '5', 'zset-max-listpack-entries', '3', 'zset-max-listpack-value', '5', 'maxmemory-samples', '5', 'hash-max-listpack-entries', '3', 'stop-writes-on-bgsave-error', 'yes', 'lfu-log-factor', '10', 'maxmemory-policy', 'noeviction', 'notify-keyspace-events', '', 'appendfsync', 'everysec', 'stream-node-max-entries', '100', 'stream-node-max-bytes', '4096', 'hll-sparse-max-bytes', '3000'] // prettier-ignore
