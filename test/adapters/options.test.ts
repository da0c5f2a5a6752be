// Mistakes in the options of createRedis that types did not tell: an error that names the option, before anything runs.
import { expect, test } from 'vitest'
import { createRedis, memoryStorage } from '../../src/adapters/memory.ts'

const STORAGE = "createRedis: storage must be one, such as indexedDb('my-app')"

test.each([
  [{ storage: 'x' }, STORAGE],
  [{ storage: memoryStorage }, STORAGE],
  [{ storage: null }, STORAGE],
  [{ storage: {} }, STORAGE],
  [{ save: 60 }, 'createRedis: save must be a string'],
  [{ config: 'appendonly yes' }, 'createRedis: config must be an object'],
  [{ config: { maxmemory: 64 } }, 'createRedis: config.maxmemory must be a string'],
  [{ lua: true }, 'createRedis: lua must be the object of isodis/lua'],
  [{ log: console }, 'createRedis: log must be a function'],
  [{ shared: 'yes', storage: memoryStorage() }, 'createRedis: shared must be a boolean or an object'],
  [
    { Storage: memoryStorage() },
    'createRedis: there is no option Storage, but storage, save, config, lua, scripts, json, vectors, admin, clock, random, log, shared',
  ],
])('%o', async (options, message) => {
  const log: string[] = []
  const error = await createRedis({ log: (_level: string, text: string) => log.push(text), ...options } as never).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toBe(message)
  expect(log).toEqual([])
})

test('undefined is as if it was not there', async () => {
  const redis = await createRedis({ storage: undefined, save: undefined, shared: undefined, config: undefined, lua: undefined })
  expect(await redis.set('a', 1)).toBe('OK')
})
