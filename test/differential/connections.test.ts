// Several connections at once: who waits, who is served first and with what, which transactions fail. Random commands on
// three connections must give the same replies, to the same connections at the same steps, as on a real redis-server.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../support/beside-redis.ts'
import { RespClient, respCommand, type WireReply } from '../support/resp-client.ts'
import { atTimesOf, keyspace, reset } from './compare.ts'
import { type Command, maybe, oneWord, pick, type Words, words } from './words.ts'

const CONNECTIONS = 3
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 3000)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const STEPS = 24

// SWAPDB: redis-server serves those who wait for several keys that come at once in the order of a hash table, which is met hardly ever.
const list = pick('l1', 'l2')
const zset = pick('z1', 'z2')
const any = pick('l1', 'l2', 'z1', 's1')
const side = pick('LEFT', 'RIGHT')
const element = pick('a', 'b', 'c')
/** Nobody waits so long: what still waits at the end is ended by CLIENT UNBLOCK. */
const FOREVER = '0'

const waiting: Words = fc.oneof(
  words(oneWord('BLPOP', 'BRPOP'), list, FOREVER),
  words(oneWord('BLPOP', 'BRPOP'), any, list, FOREVER),
  words('BLMOVE', list, list, side, side, FOREVER),
  words('BRPOPLPUSH', list, list, FOREVER),
  words('BLMPOP', FOREVER, '2', list, list, side, 'COUNT', pick('1', '2')),
  words(oneWord('BZPOPMIN', 'BZPOPMAX'), zset, FOREVER),
  words('BZMPOP', FOREVER, '2', zset, zset, pick('MIN', 'MAX'), 'COUNT', '2'),
  words('XREAD', 'BLOCK', FOREVER, 'STREAMS', 'x1', '$'),
  words('XREADGROUP', 'GROUP', 'g', pick('c', 'd'), 'BLOCK', FOREVER, 'STREAMS', 'x1', '>'),
)
const writing: Words = fc.oneof(
  words(oneWord('LPUSH', 'RPUSH'), list, element),
  words(oneWord('LPUSH', 'RPUSH'), list, element, element, element),
  words('ZADD', zset, '1', element, '2', 'z'),
  words('XADD', 'x1', '1-*', 'f', element),
  words('DEL', any),
  words('SET', any, 'text'),
  words('RENAME', any, any),
  words('COPY', any, any, 'REPLACE'),
  words('LMOVE', list, list, side, side),
  words('SORT', list, 'ALPHA', 'STORE', list),
  words('ZUNIONSTORE', zset, '1', zset),
  words('EXPIRE', any, pick('-1', '100')),
  words('SELECT', pick('0', '0', '1')),
  words('MOVE', any, '1'),
  // Of several keys that arrive so, it is not defined which serves first.
  words('SWAPDB', '0', '1'),
  // What has expired when a command is done serves nobody.
  words('PEXPIREAT', any, '1'),
  words('SET', any, 'text', 'PXAT', '1'),
  words('XGROUP', 'CREATE', 'x1', 'g', '0', 'MKSTREAM'),
  words('XGROUP', 'DESTROY', 'x1', 'g'),
  words('XSETID', 'x1', '1-5'),
  words('LPOP', list),
  words(oneWord('FLUSHDB', 'FLUSHALL')),
  words('EVAL', `redis.call('RPUSH', KEYS[1], 'x', 'y') redis.call('ZADD', 'z1', 1, 'x') return redis.call('LPOP', KEYS[1])`, '1', list),
  words('EVAL', `return redis.call('BLPOP', KEYS[1], 0)`, '1', list),
  // The connection with this number.
  words('CLIENT', 'UNBLOCK', pick('@0', '@1', '@2'), maybe(oneWord('TIMEOUT', 'ERROR'))),
)
const transaction: Words = fc.oneof(
  words('MULTI'),
  words('MULTI'),
  words('EXEC'),
  words('EXEC'),
  words('EXEC'),
  words('DISCARD'),
  words('WATCH', any),
  words('WATCH', any, list),
  words('UNWATCH'),
)
const publishing: Words = fc.oneof(
  words('PUBLISH', pick('news', 'n'), 'hello'),
  words('SUBSCRIBE', 'news'),
  words('UNSUBSCRIBE'),
  words('PSUBSCRIBE', 'n*'),
  words('PUNSUBSCRIBE', 'n*'),
)
const command = fc.oneof(
  { weight: 4, arbitrary: waiting },
  { weight: 8, arbitrary: writing },
  { weight: 3, arbitrary: transaction },
  { weight: 2, arbitrary: publishing },
)
type Step = readonly [connection: number, command: Command]
/** Who publishes does not listen: redis-server 7.0 sends a message to oneself inside of EXEC's reply. */
const step: fc.Arbitrary<Step> = fc
  .tuple(fc.integer({ min: 0, max: CONNECTIONS - 1 }), command)
  .map(([connection, argv]) => [argv[0] === 'PUBLISH' ? 0 : argv[0].endsWith('SUBSCRIBE') ? connection || 1 : connection, argv])

const { redis, engine } = besideRedis({ lua })

/** @returns after each step what has come on each connection, and at the end the keys */
async function run(path: string, steps: readonly Step[]): Promise<unknown> {
  const control = await RespClient.connect({ path })
  await reset(control, 2)
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => RespClient.connect({ path })))
  const ids: string[] = []
  for (const client of clients) {
    ids.push((await client.call('CLIENT', 'ID')).value as string)
    // RESP3 sets messages apart from replies.
    await client.call('HELLO', '3')
  }
  const came: string[][] = clients.map(() => [])
  const busy = clients.map(() => false)
  const told: unknown[] = []
  /** Servers send what they have to say to all connections before they take the next command of another. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await control.call('PING')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const collect = (): string[][] => {
    const found = came.map((replies, i) => [...replies, ...clients[i].pushed.map(shown)])
    for (const replies of came) replies.length = 0
    for (const client of clients) client.pushed.length = 0
    return found
  }
  for (const [connection, said] of steps) {
    const argv = said.map((word) => word.replace(/^@(\d)$/, (_, of: string) => ids[Number(of)]))
    // A connection that waits would only queue.
    if (busy[connection]) continue
    busy[connection] = true
    const subscribes = /^P?(UN)?SUBSCRIBE$/.test(argv[0])
    const line = respCommand(argv)
    // What subscribes is answered by messages only; the PING behind it tells when they are there.
    const replies = subscribes ? clients[connection].raw(`${line}*1\r\n$4\r\nPING\r\n`, 1) : clients[connection].call(...argv)
    void Promise.resolve(replies).then(
      (reply) => {
        busy[connection] = false
        came[connection].push(...[reply].flat().map(shown))
      },
      () => {},
    )
    await settle()
    if (busy[connection]) await settle()
    told.push([`${connection}: ${said.join(' ')}`, collect()])
  }
  // Those who still wait are let go, in order.
  for (const [i, id] of ids.entries()) {
    const { value } = await control.call('CLIENT', 'UNBLOCK', id)
    await settle()
    told.push([`unblock ${i}`, value, collect()])
  }
  for (const client of clients) client.close()
  await control.call('SELECT', '0')
  const keys = await keyspace(control)
  control.close()
  return { told, keys }
}

/** A reply in one line. */
function shown({ type, value }: WireReply): string {
  return type + (Array.isArray(value) ? `[${value.map(shown).join(' ')}]` : value)
}

test(`three connections get what redis-server gives them (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 2 * STEPS, size: 'max' }), async (steps) => {
    const [wanted, found] = await Promise.all([run(redis.path, steps), run(engine.path, steps)])
    expect(atTimesOf(wanted, found)).toEqual(wanted)
  })
  await fc.assert(property, { seed, numRuns: Math.ceil(commands / STEPS), endOnFailure: false })
})
