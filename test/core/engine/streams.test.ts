// What the differential test cannot see of streams: who waits and who is woken, with what; which events are published; what
// WATCH notices. Each scene is played on redis-server and on the engine, and must come out the same.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type MapReply, NULL_ARRAY } from '../../../src/core/reply.ts'
import { besideRedis } from '../../support/beside-redis.ts'
import { newEngine } from '../../support/engine-server.ts'
import { plain, RespClient } from '../../support/resp-client.ts'

const { redis, engine } = besideRedis()
beforeEach(async () => {
  for (const { path } of [redis, engine]) {
    const client = await RespClient.connect({ path })
    await client.pipeline([['FLUSHALL'], ['CONFIG', 'SET', 'notify-keyspace-events', '']])
    client.close()
  }
})

test('XINFO STREAM tells the nodes of now, whatever has come and gone since it was asked', async () => {
  const session = newEngine().connect()
  const nodesOf = (key: string): unknown => {
    const { flat } = session.execute(['XINFO', 'STREAM', key]) as MapReply
    return [1, 2].map((i) => flat[2 * i + 1])
  }
  session.execute(['CONFIG', 'SET', 'stream-node-max-entries', '2'])
  const step = fc.record({ do: fc.constantFrom('add', 'add', 'add', 'delete', 'trim', 'ask'), by: fc.integer({ min: 1, max: 3000 }) })
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    session.execute(['FLUSHALL'])
    session.execute(['XADD', 's', '1-0', 'a', 'b'])
    let id = 1
    for (const { do: what, by } of steps) {
      if (what === 'add') session.execute(['XADD', 's', `${(id += by)}-0`, 'a', 'b'])
      else if (what === 'trim') session.execute(['XTRIM', 's', 'MAXLEN', String(by % 20)])
      else if (what === 'delete') {
        const entries = session.execute(['XRANGE', 's', '-', '+']) as [string][]
        if (entries.length > 0) session.execute(['XDEL', 's', entries[by % entries.length][0]])
      } else nodesOf('s')
    }
    // A copy has not been asked before.
    session.execute(['COPY', 's', 'copy'])
    expect(nodesOf('s')).toEqual(nodesOf('copy'))
  })
  fc.assert(property, { numRuns: 300, seed: 1 })
})

test('XREAD of `+` gives the last entry alone, at once or when there is one (7.4)', async () => {
  const engine = newEngine()
  const session = engine.connect()
  const say = (line: string): unknown => session.execute(line.split(' '))
  const waiting = engine.connect().execute('XREAD BLOCK 0 STREAMS none s + +'.split(' '))
  for (const line of ['MULTI', 'XADD s 1-0 n 1', 'XADD s 2-0 n 2', 'EXEC']) say(line)
  const second = ['s', [['2-0', ['n', '2']]]]
  expect(await waiting).toEqual([second])
  expect(say('XREAD COUNT 9 STREAMS s none + +')).toEqual([second])
  say('XADD s 2-18446744073709551615 n 3')
  expect(say('XREAD BLOCK 0 STREAMS s +')).toEqual([['s', [['2-18446744073709551615', ['n', '3']]]]])
  say('XDEL s 2-18446744073709551615')
  expect(say('XREAD STREAMS s +')).toEqual([second])
  say('XTRIM s MAXLEN 0')
  expect(say('XREAD STREAMS s +')).toBe(NULL_ARRAY)
})

const PAUSE_MS = 15
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A line is a client's name and what it says; every reply is noted, `waits` if there is none in the end. */
async function play(path: string, scene: string): Promise<unknown[]> {
  const clients = new Map<string, RespClient>()
  const ids = new Map<string, unknown>()
  const observer = await RespClient.connect({ path })
  const replies: unknown[] = []
  const lines = scene.trim().split('\n').map((line) => line.trim()) // prettier-ignore
  const names = lines.map((line) => line.split(' ', 1)[0])
  const waits = (i: number): boolean => typeof replies[i] === 'string'
  /** Waits until a line is answered, or the server says that its client has to wait. */
  const settled = async (i: number): Promise<void> => {
    const list = async (): Promise<string> => plain(await observer.call('CLIENT', 'LIST', 'ID', String(ids.get(names[i])))) as string
    while (waits(i) && !/ flags=\w*b/.test(await list())) await pause(1)
  }
  for (const [i, line] of lines.entries()) {
    const [name, ...argv] = line.split(' ')
    const client = clients.get(name) ?? (await RespClient.connect({ path }))
    if (!clients.has(name)) ids.set(name, plain(await client.call('CLIENT', 'ID')))
    clients.set(name, client)
    replies[i] = `${line} → waits`
    const reply = client.call(...argv)
    reply.then((answer) => (replies[i] = [line, plain(answer)]), () => {}) // prettier-ignore
    await settled(i)
    // For keys that expire meanwhile.
    if (waits(i)) await Promise.race([reply, pause(PAUSE_MS)])
  }
  for (const i of lines.keys()) await settled(i)
  // What listeners hear last.
  await observer.call('PUBLISH', '__key-end', '')
  for (const [i, line] of lines.entries()) {
    const heard = clients.get(names[i])!.pushed
    if (line.includes('PSUBSCRIBE __key*')) while (!JSON.stringify(heard).includes('__key-end')) await pause(1)
  }
  const pushed = [...clients].map(([name, client]) => [name, client.pushed.map(plain)])
  for (const client of [observer, ...clients.values()]) client.close()
  return [...replies, ...pushed.filter(([, messages]) => messages.length > 0)]
}

const SETUP = `
w XADD s 1-1 f v
w XGROUP CREATE s g $`

describe('who waits', () => {
  test.each(
    Object.entries({
      'XREAD is woken by an entry after its ID, everyone is': `
        a XREAD BLOCK 0 STREAMS s $
        b XREAD BLOCK 0 STREAMS other s 5 5-5
        c XREAD BLOCK 0 STREAMS s 9
        w XADD s 3-1 f v
        w XADD s 6-1 f v g w`,
      'XREAD waits on when its key goes, or gets another type': `${SETUP}
        a XREAD BLOCK 0 STREAMS s $
        w DEL s
        w SET s x
        w DEL s
        w XADD s 2-1 f v`,
      'XREADGROUP gets what is new, the longest waiting first': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        b XREADGROUP GROUP g bob BLOCK 0 STREAMS s >
        w XADD s 2-1 f v
        w XADD s 3-1 f v
        w XPENDING s g - + 10`,
      'XREADGROUP with NOACK leaves nothing pending': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 NOACK STREAMS s >
        w XADD s 2-1 f v
        w XPENDING s g
        w XINFO GROUPS s`,
      'XREADGROUP does not wait for what is pending': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s 0`,
      'XREADGROUP ends with an error when its key goes': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w DEL s`,
      'when its key is overwritten': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w SET s x`,
      'when its key is moved away': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w RENAME s t`,
      'when its group goes': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w XGROUP DESTROY s g`,
      'when all keys go': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w FLUSHALL`,
      'when databases change places': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w SWAPDB 0 1`,
      'when its key expires': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        w PEXPIRE s 1
        v BLPOP none 0
        w EXISTS s`,
      'a stream that comes by RENAME, COPY or SWAPDB wakes too': `
        a XREAD BLOCK 0 STREAMS one 0
        b XREAD BLOCK 0 STREAMS two 0
        c XREAD BLOCK 0 STREAMS three 0
        w XADD s 1-1 f v
        w COPY s two
        w RENAME s one
        w SELECT 1
        w XADD three 1-1 f v
        w SWAPDB 0 1`,
      'nobody waits in a transaction, and what it adds wakes in the end': `
        a XREAD BLOCK 0 STREAMS s 0
        w MULTI
        w XREAD BLOCK 0 STREAMS other $
        w XADD s 1-1 f v
        w XADD s 2-1 f v
        w EXEC`,
      'an entry that is deleted again wakes nobody of a group, or everyone with nothing': `${SETUP}
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
        b XREAD BLOCK 0 STREAMS s $
        w MULTI
        w XADD s 2-1 f v
        w XDEL s 2-1
        w EXEC`,
      'COUNT holds for those who waited': `
        a XREAD COUNT 1 BLOCK 0 STREAMS s 0
        w MULTI
        w XADD s 1-1 f v
        w XADD s 2-1 f v
        w EXEC`,
      'several streams: the one that has something answers': `
        w XGROUP CREATE s g $ MKSTREAM
        w XGROUP CREATE t g $ MKSTREAM
        a XREADGROUP GROUP g alice BLOCK 0 STREAMS s t > >
        w XADD t 1-1 f v`,
    }),
  )('%s', async (_, scene) => {
    const wanted = await play(redis.path, scene)
    expect(withoutTimes(await play(engine.path, scene))).toEqual(withoutTimes(wanted))
  })
})

/** Idle times differ. */
const withoutTimes = (replies: unknown): unknown => JSON.parse(JSON.stringify(replies).replace(/(\["\d-\d","\w+",)\d+/g, '$10'))

describe('events', () => {
  test('are published for what happens to entries, groups and consumers', async () => {
    const scene = `
      w CONFIG SET notify-keyspace-events KEA
      l PSUBSCRIBE __key*
      w XADD s NOMKSTREAM 1-1 f v
      w XADD s 1-1 f v
      w XADD s MAXLEN 1 2-1 f v
      w XADD s MAXLEN 5 3-1 f v
      w XTRIM s MAXLEN 9
      w XTRIM s MAXLEN 1
      w XDEL s 9-9
      w XADD s 4-1 f v
      w XDEL s 3-1
      w XSETID s 9-0
      w XGROUP CREATE s g 0
      w XGROUP CREATE made g 0 MKSTREAM
      w XGROUP SETID s g 0
      w XGROUP CREATECONSUMER s g alice
      w XGROUP CREATECONSUMER s g alice
      w XREADGROUP GROUP g bob STREAMS s >
      w XREADGROUP GROUP g carol STREAMS s 0
      w XREADGROUP GROUP g carol STREAMS s >
      w XACK s g 4-1
      w XCLAIM s g dave 0 4-1 FORCE
      w XAUTOCLAIM s g eve 0 0
      w XGROUP DELCONSUMER s g dave
      w XGROUP DELCONSUMER s g nobody
      w XGROUP DESTROY s g
      w XGROUP DESTROY s g
      w COPY s copy
      w PFADD p a
      w PFADD p a
      w PFCOUNT p
      w PFMERGE p p
      w GEOADD geo 1 1 place
      w GEOSEARCHSTORE out geo FROMMEMBER place BYRADIUS 1 km
      w GEORADIUS geo 1 1 1 km STORE out
      w GEOSEARCHSTORE out none FROMMEMBER place BYRADIUS 1 km
      w DEL s`
    expect(await play(engine.path, scene)).toEqual(await play(redis.path, scene))
  })
})

describe('WATCH', () => {
  const setup = `
    w XADD s 1-1 f v
    w XADD s 2-1 f v
    w XGROUP CREATE s g 0
    w XREADGROUP GROUP g alice COUNT 1 STREAMS s >
    w PFADD p a
    x WATCH s p`
  test.each([
    'XADD s 3-1 f v',
    'XADD s NOMKSTREAM 3-1 f v',
    'XDEL s 1-1',
    'XDEL s 9-9',
    'XTRIM s MAXLEN 1',
    'XTRIM s MAXLEN 5',
    'XSETID s 9-0',
    'XGROUP CREATE s h 0',
    'XGROUP SETID s g 0',
    'XGROUP DESTROY s g',
    'XGROUP CREATECONSUMER s g bob',
    'XGROUP DELCONSUMER s g alice',
    'XREADGROUP GROUP g bob STREAMS s >',
    'XREADGROUP GROUP g bob NOACK STREAMS s >',
    'XREADGROUP GROUP g alice STREAMS s 0',
    'XACK s g 1-1',
    'XCLAIM s g bob 0 1-1',
    'XAUTOCLAIM s g bob 0 0',
    'PFADD p a',
    'PFADD p b',
    'PFCOUNT p',
    'PFMERGE p s2',
  ])('%s', async (command) => {
    const scene = `${setup}\nw ${command}\nx MULTI\nx PING\nx EXEC`
    const outcome = async (path: string): Promise<unknown> => (await play(path, scene)).at(-1)
    expect(await outcome(engine.path)).toEqual(await outcome(redis.path))
  })
})
