// Runs the same commands on two servers and compares: every reply, and at the end of a sequence the whole key space.
import type { RespClient, WireReply } from '../support/resp-client.ts'
import type { Command } from './commands.ts'

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
/** Milliseconds or seconds left may differ a little. */
const TIMES = new Set(['ttl', 'pttl', 'expiretime', 'pexpiretime'])

/** A reply in a form in which equal means equal. */
export function normalise(command: Command, reply: WireReply): unknown {
  const name = command[0]?.toLowerCase() ?? ''
  if (reply.type === '-') return `-${reply.value as string}`
  if (RANDOM.has(name)) return shape(reply)
  if (TIMES.has(name) && Number(reply.value) > 0) return Math.round(Number(reply.value) / (name.startsWith('p') ? 10_000 : 10))
  if (name === 'exec' && Array.isArray(reply.value)) return { type: reply.type, value: reply.value.map((each) => exactOrSorted(each)) }
  // Unsorted, a set's elements come in any order.
  const unordered = UNORDERED.has(name) || (name === 'sort' && command[2] === 'BY' && !(command[3] ?? '*').includes('*'))
  const shown = unordered ? sorted(reply) : exact(reply)
  // Redis forgets the sign of a zero score in its small encoding only; the engine always does.
  return name.startsWith('z') ? JSON.parse(JSON.stringify(shown).replaceAll('"$-0"', '"$0"').replaceAll('",-0"', '",0"')) : shown
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

/** All keys of the first two databases with what they hold and when they expire. */
export async function keyspace(client: RespClient): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const db of ['0', '1']) {
    await client.call('SELECT', db)
    const names = ((await client.call('KEYS', '*')).value as WireReply[]).map((reply) => reply.value as string)
    for (const name of names) {
      const type = (await client.call('TYPE', name)).value as string
      const read = READERS[type]
      const value = normalise(read, await client.call(read[0], name, ...read.slice(1)))
      const expiry = Number((await client.call('PTTL', name)).value)
      found[`${db}:${name}`] = [type, value, expiry < 0 ? expiry : Math.round(expiry / 10_000)]
    }
  }
  await client.call('SELECT', '0')
  return found
}

const READERS: Readonly<Record<string, string[]>> = {
  string: ['GET'],
  list: ['LRANGE', '0', '-1'],
  hash: ['HGETALL'],
  set: ['SMEMBERS'],
  zset: ['ZRANGE', '0', '-1', 'WITHSCORES'],
}

/** Brings a server back to where a sequence starts. */
export async function reset(client: RespClient, protocol: 2 | 3): Promise<void> {
  await client.pipeline([['RESET'], ['FLUSHALL'], ['HELLO', String(protocol)], ['CONFIG', 'SET', ...DEFAULTS]])
}

const DEFAULTS = ['maxmemory-samples', '5', 'hash-max-listpack-entries', '512', 'stop-writes-on-bgsave-error', 'yes', 'lfu-log-factor', '10', 'maxmemory-policy', 'noeviction', 'notify-keyspace-events', '', 'appendfsync', 'everysec'] // prettier-ignore
