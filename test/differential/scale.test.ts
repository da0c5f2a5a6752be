// Large values and databases against a real redis-server: each grows to a hundred thousand elements, is emptied to the last, and
// grows again, past every size at which a structure changes its form. ISODIS_COMMANDS and ISODIS_SEED as in differential.test.ts.
import { expect, test } from 'vitest'
import { besideRedis } from '../support/beside-redis.ts'
import { SEED } from '../support/seed.ts'
import { normalise } from './compare.ts'
import type { Command } from './words.ts'

const commands = Number(process.env['ISODIS_COMMANDS'] ?? 3000)
const SPACE = 150_000
/** So many elements a command adds or removes. */
const AT_ONCE = 50
const BATCH = 500

const { redis, engine } = besideRedis()

let state = SEED || 1
/** A number below another, as Marsaglia's xorshift has them. */
function below(limit: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}

const one = (): string => `e${below(SPACE)}`
const many = (make: () => string[]): string[] => Array.from({ length: AT_ONCE }, make).flat()
const some = (...makes: (() => Command)[]): Command => makes[below(makes.length)]()
const number = (limit: number): string => String(below(limit))

interface Type {
  readonly grow: () => Command
  readonly shrink: () => Command
  readonly look: () => Command
  /** Removes these of all there may be. */
  readonly remove: (elements: string[]) => Command
  /** How many there are. */
  readonly size: Command
}

const types: Record<string, Type> = {
  keys: {
    grow: () =>
      some(
        () => ['MSET', ...many(() => [one(), number(1000)])],
        () => ['SET', one(), 'x', 'PXAT', String(4e12 + below(1e6))],
      ),
    shrink: () =>
      some(
        () => ['DEL', ...many(() => [one()])],
        () => ['PEXPIREAT', one(), '1'],
        () => ['RENAME', one(), one()],
      ),
    look: () =>
      some(
        () => ['MGET', ...many(() => [one()])],
        () => ['PEXPIRETIME', one()],
        () => ['PERSIST', one()],
      ),
    remove: (elements) => ['DEL', ...elements],
    size: ['DBSIZE'],
  },
  hash: {
    grow: () => ['HSET', 'h', ...many(() => [one(), number(1000)])],
    shrink: () => ['HDEL', 'h', ...many(() => [one()])],
    look: () =>
      some(
        () => ['HMGET', 'h', ...many(() => [one()])],
        () => ['HINCRBY', 'h', one(), '1'],
      ),
    remove: (elements) => ['HDEL', 'h', ...elements],
    size: ['HLEN', 'h'],
  },
  set: {
    grow: () => ['SADD', 's', ...many(() => [one()])],
    shrink: () =>
      some(
        () => ['SREM', 's', ...many(() => [one()])],
        () => ['SMOVE', 's', 's2', one()],
      ),
    look: () => ['SMISMEMBER', 's', ...many(() => [one()])],
    remove: (elements) => ['SREM', 's', ...elements],
    size: ['SCARD', 's'],
  },
  'sorted set': {
    grow: () => ['ZADD', 'z', ...many(() => [number(50_000), one()])],
    shrink: () =>
      some(
        () => ['ZREM', 'z', ...many(() => [one()])],
        () => ['ZPOPMIN', 'z', number(AT_ONCE)],
        () => ['ZREMRANGEBYRANK', 'z', number(1000), number(1100)],
      ),
    look: () =>
      some(
        () => ['ZRANK', 'z', one()],
        () => ['ZMSCORE', 'z', ...many(() => [one()])],
        () => ['ZREVRANGE', 'z', number(100), '100', 'WITHSCORES'],
        () => ['ZRANGEBYSCORE', 'z', number(50_000), '+inf', 'LIMIT', number(100), '20'],
        () => ['ZCOUNT', 'z', number(50_000), number(50_000)],
      ),
    remove: (elements) => ['ZREM', 'z', ...elements],
    size: ['ZCARD', 'z'],
  },
  list: {
    grow: () =>
      some(
        () => ['RPUSH', 'l', ...many(() => [one()])],
        () => ['LPUSH', 'l', ...many(() => [one()])],
      ),
    shrink: () =>
      some(
        () => ['LPOP', 'l', number(AT_ONCE)],
        () => ['RPOP', 'l', number(AT_ONCE)],
        () => ['LTRIM', 'l', number(AT_ONCE), `-${number(AT_ONCE)}`],
      ),
    look: () =>
      some(
        () => ['LINDEX', 'l', number(SPACE)],
        () => ['LRANGE', 'l', `-${number(100)}`, '-1'],
        () => ['LSET', 'l', number(1000), one()],
        () => ['LINSERT', 'l', 'AFTER', one(), one()],
        () => ['LREM', 'l', '1', one()],
        () => ['LMOVE', 'l', 'l', 'LEFT', 'RIGHT'],
      ),
    remove: () => ['LPOP', 'l', '100000'],
    size: ['LLEN', 'l'],
  },
  stream: {
    grow: () => ['XADD', 'x', `${++lastId}-0`, 'field', one()],
    shrink: () =>
      some(
        () => ['XDEL', 'x', ...many(() => [`${below(lastId) + 1}-0`])],
        () => ['XTRIM', 'x', 'MAXLEN', '~', number(lastId)],
      ),
    look: () =>
      some(
        () => ['XRANGE', 'x', number(lastId + 1), '+', 'COUNT', '5'],
        () => ['XREVRANGE', 'x', '+', '-', 'COUNT', '5'],
      ),
    remove: () => ['XTRIM', 'x', 'MAXLEN', '0'],
    size: ['XLEN', 'x'],
  },
}
let lastId = 0

/** Runs them on both. @returns the last reply */
async function compare(batch: Command[]): Promise<number> {
  const [wanted, found] = await Promise.all([redis.client.pipeline(batch), engine.client.pipeline(batch)])
  for (const [i, command] of batch.entries()) {
    const [theirs, ours] = [normalise(command, wanted[i]), normalise(command, found[i])]
    // Asked first, since `expect` takes its time.
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) expect({ command, reply: ours }).toEqual({ command, reply: theirs })
  }
  return Number(wanted.at(-1)!.value)
}

test.for(Object.entries(types))('%s: grows, is emptied, and grows again', { timeout: 3_600_000 }, async ([, type]) => {
  const { grow, shrink, look, remove, size } = type
  await compare([['FLUSHALL']])
  const steps = async (change: () => Command, count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += BATCH) {
      await compare([...Array.from({ length: BATCH }, () => (below(4) === 0 ? look() : change())), size])
    }
  }
  await steps(grow, commands)
  await steps(shrink, commands / 2)
  for (let from = 0; from < SPACE; from += BATCH) {
    await compare([remove(Array.from({ length: BATCH }, (_, i) => `e${from + i}`)), size])
  }
  expect(await compare([size])).toBe(0)
  await steps(grow, commands / 4)
})
