// Runs the contract on one backend: every case in each of its views, with its exceptions in their place.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EmbeddedRedis } from '../../src/adapters/memory.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import type { SyncRedis } from '../../src/core/client/sync.ts'
import { type BackendUnderTest, type Context, exceptionOf, type Running, type View, viewsOf } from './contract.ts'
import { suite } from './suite.ts'

export function contract(backend: BackendUnderTest): void {
  describe(backend.name, () => {
    let running: Running
    const opened: Redis[] = []
    beforeAll(async () => {
      running = await backend.start()
    })
    beforeEach(async () => {
      await running.redis.flushall()
    })
    afterAll(async () => {
      for (const redis of opened) await redis.close()
      await running?.stop()
    })
    const contextOf = (view: View, called?: Set<string>): Context => ({
      redis: seenAs(view, running.redis, called, view === 'sync' ? (running.redis as EmbeddedRedis).sync : undefined),
      another: async () => {
        const redis = await running.another()
        opened.push(redis)
        return seenAs(view, redis, called)
      },
    })

    test('says what it can do', () => {
      expect(running.redis.capabilities).toEqual(backend.capabilities)
    })

    for (const [method, cases] of Object.entries(suite)) {
      describe(method, () => {
        for (const { each, view } of cases.flatMap((each) => viewsOf(backend, each).map((view) => ({ each, view })))) {
          const exception = exceptionOf(backend, each, view)
          const title = `${each.title}${IN_VIEW[view]}${exception === undefined ? '' : ` (${exception.name})`}`
          test(title, async () => {
            if (exception !== undefined) return exception.instead(contextOf(view), each.body)
            const called = new Set<string>()
            await each.body(contextOf(view, called))
            // A case of a method has to call it.
            expect(called).toContain(method)
          })
        }
      })
    }
  })
}

const IN_VIEW: Readonly<Record<View, string>> = {
  alone: '',
  pipeline: ', in a pipeline',
  transaction: ', in a transaction',
  sync: ', without promises',
}

/**
 * A client that sends every command in its own pipeline or transaction, or without promises.
 * @param called gets the names of what is used
 */
function seenAs(view: View, redis: Redis, called?: Set<string>, sync?: SyncRedis): Redis {
  const get = (target: Redis, name: string | symbol): unknown => {
    if (typeof name === 'string') called?.add(name)
    const value = Reflect.get(target, name, target) as unknown
    if (name === 'bytes')
      return seenAs(view, value as Redis, called, (sync as EmbeddedRedis['sync'] | undefined)?.bytes as unknown as SyncRedis)
    if (typeof value !== 'function') return value
    if (view === 'alone' || !isCommand(name)) return value.bind(target) as unknown
    return async (...args: unknown[]) => {
      if (sync !== undefined) return runOn(sync, name, args)
      const batch = view === 'pipeline' ? target.pipeline() : target.multi()
      runOn(batch, name, args)
      return ((await batch.exec()) as unknown as [unknown])[0]
    }
  }
  return new Proxy(redis, { get })
}

function runOn(client: SyncRedis | ReturnType<Redis['multi']>, name: string | symbol, args: unknown[]): unknown {
  return (client as unknown as Record<string | symbol, (...args: unknown[]) => unknown>)[name](...args)
}

const NOT_COMMANDS = /^(?:pipeline|multi|watch|[ps]?subscribe|[hsz]?scanIterator|script|close|constructor)$/
const isCommand = (name: string | symbol): boolean => typeof name === 'string' && !NOT_COMMANDS.test(name)
