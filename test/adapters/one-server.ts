// What the client does on one redis-server, whichever library makes its connections: what waits and listens, WATCH, and a server
// that goes away. What every method does is in test/contract.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RedisError } from '../../src/core/client/errors.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import { startRedisServer } from '../support/redis-server.ts'

interface Options {
  /** Of a server of the test's own. */
  path?: string
  database?: number
  /** Whether a lost connection is made again: yes. */
  reconnects?: boolean
}

export type Connect = (options: Options) => Promise<Redis>

const CLOSED = { name: 'RedisError', message: 'ERR The client is closed' }
const LOST = { name: 'RedisError', code: 'CONNECTION' }

/** @param connect makes a client, on the server of the test file unless told otherwise */
export function testOneServer(connect: Connect): void {
  let redis: Redis
  beforeEach(async () => {
    redis = await connect({})
    await redis.flushall()
  })
  afterEach(() => redis.close())
  const connections = async (): Promise<number> => (await redis.clientList()).trim().split('\n').length

  test("an error is the server's, with its code, the command's name, and no arguments", async () => {
    await redis.set('secret-key', 'secret-value')
    const wrong = {
      name: 'RedisError',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
      code: 'WRONGTYPE',
      command: 'LPUSH',
    }
    await expect(redis.lpush('secret-key', 'x')).rejects.toMatchObject(wrong)
    expect(await redis.pipeline().lpush('secret-key', 'x').get('secret-key').execSettled()).toMatchObject([wrong, 'secret-value'])
    expect(await redis.multi().lpush('secret-key', 'x').get('secret-key').execSettled()).toMatchObject([wrong, 'secret-value'])
    expect(await redis.call('EVAL', "return {{err='my own'}, 'x'}", '0')).toMatchObject([{ message: 'my own' }, 'x'])
    await expect(redis.multi().call('NOSUCH').exec()).rejects.toMatchObject({ code: 'EXECABORT', cause: { code: 'ERR' } })
  })

  test('connections of its own are on the database of the client', async () => {
    await using other = await connect({ database: 3 })
    await other.rpush('q', 'x')
    expect(await other.blpop('q', 1)).toEqual(['q', 'x'])
    expect(await other.watch('q', (look) => look.multi().rpush('q', 'y').exec())).toEqual([1])
    expect(await redis.dbsize()).toBe(0)
  })

  test('an aborted wait takes nothing afterwards, and its connection is dropped', async () => {
    const before = await connections()
    const abort = new AbortController()
    const waiting = redis.blpop('q', 0, { signal: abort.signal })
    const reason = new Error('enough')
    await expect.poll(async () => (await redis.info('clients')).includes('blocked_clients:1')).toBe(true)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect.poll(connections).toBe(before)
    await redis.rpush('q', 'x')
    expect(await redis.llen('q')).toBe(1)
    await expect(redis.blpop('q', 0, { signal: abort.signal })).rejects.toBe(reason)
  })

  test('a wait that is aborted before it is connected leaves no connection', async () => {
    const before = await connections()
    const abort = new AbortController()
    const waiting = redis.blpop('q', 0, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect.poll(connections).toBe(before)
    expect(await redis.info('clients')).toContain('blocked_clients:0')
  })

  test('waiting commands do not hold up others, and reuse connections', async () => {
    const before = await connections()
    const waiting = Promise.all(Array.from({ length: 4 }, () => redis.blpop('q', 0)))
    await redis.rpush('q', 'a', 'b', 'c', 'd')
    expect(new Set((await waiting).map((popped) => popped?.[1]))).toEqual(new Set(['a', 'b', 'c', 'd']))
    for (let i = 0; i < 10; i++) {
      await redis.rpush('q', i)
      await redis.blpop('q', 0)
    }
    // Those of the test before may be there for a moment yet.
    await expect.poll(connections).toBeLessThanOrEqual(before + 4)
  })

  test('a changed watched key stops the transaction, and its connection is given back', async () => {
    const before = await connections()
    let looks = 0
    const result = await redis.watch(
      'n',
      async (look) => {
        if (looks++ === 0) await redis.set('n', 5)
        return look.multi().incr('n').exec()
      },
      { retries: 1 },
    )
    expect([result, looks]).toEqual([[6], 2])
    await expect.poll(connections).toBe(before)
  })

  test('closing ends subscriptions and waits, and later calls are errors', async () => {
    const subscription = await redis.subscribe('c')
    const waiting = expect(redis.blpop('q', 0)).rejects.toMatchObject(CLOSED)
    const next = subscription.next()
    const last = redis.set('last', 'x')
    await redis.close()
    expect(await last).toBe('OK')
    await waiting
    expect(await next).toEqual({ done: true, value: undefined })
    await expect(redis.get('k')).rejects.toMatchObject(CLOSED)
    await expect(redis.pipeline().get('k').exec()).rejects.toMatchObject(CLOSED)
    await expect(redis.subscribe('c')).rejects.toMatchObject(CLOSED)
    await expect(redis.watch('c', async () => 1)).rejects.toMatchObject(CLOSED)
    await redis.close()
  })

  test('a look under WATCH whose connection is lost fails rather than running unguarded', async () => {
    const killed = redis.watch('k', async (look) => {
      const id = await look.clientId()
      await redis.call('CLIENT', 'KILL', 'ID', id)
      return look.multi().set('k', 1).exec()
    })
    await expect(killed).rejects.toMatchObject(LOST)
    expect(await redis.get('k')).toBeNull()
  })

  test('everything that is under way when the server goes ends with an error that has the cause', async () => {
    await using doomed = await startRedisServer()
    const lost = await connect({ path: doomed.path, reconnects: false })
    await lost.ping()
    const subscription = await lost.subscribe('c')
    const pending = [lost.blpop('q', 0), subscription.next(), lost.call('DEBUG', 'SLEEP', 30), lost.pipeline().get('a').get('b').exec()]
    const settled = Promise.allSettled([...pending, lost.multi().get('a').exec()])
    doomed.process.kill('SIGKILL')
    for (const outcome of await settled) {
      expect(outcome.status).toBe('rejected')
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toMatchObject(LOST)
      expect(reason.cause).toBeInstanceOf(Error)
      expect(reason.cause).not.toBeInstanceOf(RedisError)
    }
    await expect(lost.get('k')).rejects.toMatchObject(LOST)
    await expect(lost.blpop('q', 0)).rejects.toMatchObject(LOST)
    await expect(lost.subscribe('c')).rejects.toMatchObject(LOST)
    await expect(lost.watch('k', async () => 1)).rejects.toMatchObject(LOST)
    await lost.close()
  })

  test('a server that does not answer: a signal and closing end what waits for connections to it', async () => {
    await using hung = await startRedisServer()
    const stuck = await connect({ path: hung.path })
    await stuck.ping()
    hung.process.kill('SIGSTOP')
    const reason = new Error('enough')
    const abort = new AbortController()
    const aborted = expect(stuck.blpop('q', 0, { signal: abort.signal })).rejects.toBe(reason)
    const ended = [stuck.blpop('q', 0), stuck.watch('k', async () => 1), stuck.subscribe('c')]
    const closing = ended.map((each) => expect(each).rejects.toMatchObject(CLOSED))
    abort.abort(reason)
    await aborted
    await stuck.close()
    await Promise.all(closing)
  })

  test('where MULTI itself is refused, the error of the transaction has that as its cause', async () => {
    await using server = await startRedisServer(['--rename-command', 'MULTI', ''])
    await using lacking = await connect({ path: server.path })
    const cause = { name: 'RedisError', command: 'MULTI', message: expect.stringMatching(/^ERR unknown command/) }
    const error = { name: 'RedisError', message: 'ERR EXEC without MULTI', cause }
    await expect(lacking.multi().incr('n').exec()).rejects.toMatchObject(error)
    expect(await lacking.get('n')).toBe('1') // as docs/backends.md says
  })

  test('a server that comes back is used again, and so are subscriptions', async () => {
    const first = await startRedisServer()
    await using again = await connect({ path: first.path })
    await again.set('k', 'v')
    await using subscription = await again.subscribe('c')
    first.process.kill('SIGKILL')
    await new Promise((resolve) => first.process.once('exit', resolve))
    await using second = await startRedisServer([], first.dir)
    expect(second.path).toBe(first.path)
    const getKey = (): Promise<string | null> => again.get('k').catch(() => 'lost')
    await expect.poll(getKey).toBeNull()
    await expect.poll(() => again.publish('c', 'x')).toBe(1)
    expect((await subscription.next()).value).toEqual({ channel: 'c', message: 'x' })
  })
}

/** Of libraries that have one connection for everything that does not wait. */
export function testOrder(connect: Connect): void {
  test('calls made at once are sent in order', async () => {
    await using redis = await connect({})
    const replies = await Promise.all([redis.set('k', 1), redis.incr('k'), redis.get('k'), redis.incr('k'), redis.get('k')])
    expect(replies).toEqual(['OK', 2, '2', 3, '3'])
  })
}
