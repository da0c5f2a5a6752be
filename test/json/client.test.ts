// The commands on JSON on every backend, and unmodified clients of others on the engine.
import { Redis as IORedis } from 'ioredis'
import { createClient } from 'redis'
import { Redis as Upstash } from '@upstash/redis'
import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requesterOn } from '../../src/adapters/drop-in/upstash.ts'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { json, jsonOf } from '../../src/core/json/json.ts'
import { moduleBackends, type Under } from '../support/module-backends.ts'

const DOCUMENT = { name: 'Änn', n: 1, half: 0.5, tags: ['a', 'b'], inner: { name: 'x', on: true, none: null } }

describe.each(Object.entries(moduleBackends({ json })))('%s', (_name, start) => {
  let under: Under
  beforeAll(async () => {
    under = await start()
  })
  beforeEach(() => under.engine.flushall())
  afterAll(() => under.close())

  test('documents and parts of them come out as they went in', async () => {
    const documents = jsonOf(under.redis)
    expect(await documents.set('k', '$', DOCUMENT)).toBe('OK')
    expect(await documents.get('k')).toEqual(DOCUMENT)
    expect(await documents.get('k', '$..name')).toEqual(['Änn', 'x'])
    expect(await documents.get('k', '.inner.none')).toBe(null)
    expect(await documents.get('k', '$.n', '$.none')).toEqual({ '$.n': [1], '$.none': [] })
    expect(await documents.get('none')).toBe(null)
    expect(await documents.set('k', '$.n', 5, { nx: true })).toBe(null)
    expect(await documents.set('k', '$.new', [], { nx: true })).toBe('OK')
    expect(await documents.mset(['1', '$', { a: 1 }], ['2', '$', 'text'])).toBe('OK')
    expect(await documents.mget(['1', 'none', '2'], '$')).toEqual([[{ a: 1 }], null, ['text']])
    expect(await documents.merge('1', '$', { a: null, b: [2] })).toBe('OK')
    expect(await documents.get('1', '.')).toEqual({ b: [2] })
    expect(await documents.set('big', '$', 9007199254740993n)).toBe('OK')
    expect(await documents.del('1', '$.b')).toBe(1)
    expect(await documents.del('1')).toBe(0)
    expect(await documents.del('2')).toBe(1)
    expect(await documents.clear('k', '$.inner')).toBe(1)
  })

  test('a path of `$` gives a list of replies, an older one a single reply', async () => {
    const documents = jsonOf(under.redis)
    await documents.set('k', '$', DOCUMENT)
    expect(await documents.type('k')).toBe('object')
    expect(await documents.type('k', '$.*')).toEqual(['string', 'integer', 'number', 'array', 'object'])
    expect(await documents.type('none', '$')).toBe(null)
    expect(await documents.type('none')).toBe(null)
    expect(await documents.numincrby('k', '$.*', 2)).toEqual([null, 3, 2.5, null, null])
    expect(await documents.numincrby('k', '.n', 2)).toBe(5)
    for (const path of ['.name', 'nowhere', '.']) expect(await documents.numincrby('k', path, 1), path).toBe(null)
    expect(await documents.numincrby('k', '["n"]', 0)).toBe(5)
    // A number, as `get` gives it, though the reply is an integer beyond 2^53.
    await documents.set('big', '$', [2 ** 53])
    expect(await documents.numincrby('big', '$[0]', 2)).toEqual([2 ** 53 + 2])
    expect(await documents.nummultby('k', '$.half', 2)).toEqual([5])
    expect(await documents.nummultby('k', '.half', 0.5)).toBe(2.5)
    expect(await documents.strappend('k', '$..name', '!')).toEqual([5, 2])
    expect(await documents.strlen('k', '.name')).toBe(5)
    expect(await documents.toggle('k', '$.inner.*')).toEqual([null, false, null])
    expect(await documents.toggle('k', '.inner.on')).toBe(true)
    expect(await documents.arrappend('k', '$.tags', { c: 1 }, null)).toEqual([4])
    expect(await documents.arrinsert('k', '.tags', 1, 'between')).toBe(5)
    expect(await documents.arrindex('k', '$.tags', { c: 1 })).toEqual([3])
    expect(await documents.arrindex('k', '.tags', 'b', 0, 2)).toBe(-1)
    expect(await documents.arrlen('k', '$.*')).toEqual([null, null, null, 5, null])
    expect(await documents.arrpop('k', '$.tags')).toEqual([null])
    expect(await documents.arrpop('k', '.tags')).toEqual({ c: 1 })
    expect(await documents.arrpop('k', '$.tags', 0)).toEqual(['a'])
    expect(await documents.arrtrim('k', '$.tags', 0, 0)).toEqual([1])
    expect(await documents.objkeys('k', '$.*')).toEqual([null, null, null, null, ['name', 'on', 'none']])
    expect(await documents.objkeys('k', '.inner')).toEqual(['name', 'on', 'none'])
    expect(await documents.objlen('k')).toBe(5)
    await expect(documents.set('k', '$', undefined)).rejects.toThrow(TypeError)
    await expect(documents.strlen('k', '.none')).rejects.toThrow("Path '$.none' does not exist")
  })

  test('in pipelines and transactions', async () => {
    for (const batch of [under.redis.pipeline(), under.redis.multi()]) {
      const documents = jsonOf(batch)
      documents.set('k', '$', DOCUMENT).incr('count')
      documents.numincrby('k', '$.n', 1)
      documents.type('k', '$')
      documents.get('k', '$.inner.on')
      expect(await batch.exec<unknown[]>()).toEqual(['OK', expect.any(Number), [2], ['object'], [[true]].flat()])
    }
  })

  test('`call` gives what RESP3 has', async () => {
    const { redis } = under
    await redis.call('JSON.SET', 'k', '$', '{"a":1,"b":"x","c":1.5}')
    expect(await redis.call('JSON.TYPE', 'k', '$.a')).toEqual([['integer']])
    expect(await redis.call('JSON.NUMINCRBY', 'k', '$.*', '1')).toEqual([2, null, 2.5])
    expect(await redis.call('JSON.NUMPOWBY', 'k', '.a', '3')).toEqual([8])
    expect(await redis.call('JSON.GET', 'k')).toBe('{"a":8,"b":"x","c":2.5}')
  })
})

test('it works on redis.sync, redis.bytes and in transactions', async () => {
  await using redis = await createRedis({ json })
  expect(jsonOf(redis.sync).set('k', '$', DOCUMENT)).toBe('OK')
  expect(jsonOf(redis.sync).get('k', '$.n')).toEqual([1])
  expect(await jsonOf(redis.bytes).objkeys('k', '.inner')).toEqual(['name', 'on', 'none'])
  const seen = await redis.watch('k', async (watching) => {
    const before = await jsonOf(watching).get<number>('k', '.n')
    const batch = watching.multi()
    jsonOf(batch).set('k', '$.n', before! + 1)
    return batch.exec<['OK']>()
  })
  expect(seen).toEqual(['OK'])
  const n: number | null = await jsonOf(redis).get<number>('k', '.n')
  expect(n).toBe(2)
})

test('@upstash/redis, as it is: redis.json', async () => {
  await using engine = await createRedis({ json })
  const upstash = new Upstash(requesterOn(engine))
  expect(await upstash.json.set('k', '$', DOCUMENT)).toBe('OK')
  expect(await upstash.json.get('k')).toEqual(DOCUMENT)
  expect(await upstash.json.get('k', '$.n')).toEqual([1])
  expect(await upstash.json.get('k', { indent: ' ' }, '$.tags')).toEqual([['a', 'b']])
  expect(await upstash.json.set('k', '$.n', 5, { nx: true })).toBe(null)
  expect(await upstash.json.mget(['k', 'none'], '$.n')).toEqual([[1], null])
  expect(await upstash.json.mset({ key: 'm', path: '$', value: { a: 1 } }, { key: 'k', path: '$.m', value: '"x"' })).toBe('OK')
  expect(await upstash.json.merge('m', '$', { b: 2 })).toBe('OK')
  expect(await upstash.json.numincrby('k', '$.n', 2)).toEqual([3])
  expect(await upstash.json.nummultby('k', '$.*', 2)).toEqual([null, 6, 1, null, null, null])
  expect(await upstash.json.type('k', '$.n')).toEqual(['integer'])
  expect(await upstash.json.arrappend('k', '$.tags', '"c"', '"d"')).toEqual([4])
  expect(await upstash.json.arrindex('k', '$.tags', '"c"')).toEqual([2])
  expect(await upstash.json.arrinsert('k', '$.tags', 0, '"z"')).toEqual([5])
  expect(await upstash.json.arrlen('k', '$.tags')).toEqual([5])
  expect(await upstash.json.arrpop('k', '$.tags')).toEqual(['d'])
  expect(await upstash.json.arrtrim('k', '$.tags', 0, 1)).toEqual([2])
  expect(await upstash.json.strappend('k', '$.m', '"y"')).toEqual([2])
  expect(await upstash.json.strlen('k', '$.m')).toEqual([2])
  expect(await upstash.json.toggle('k', '$.inner.on')).toEqual([0])
  expect(await upstash.json.objkeys('k', '$.inner')).toEqual([['name', 'on', 'none']])
  expect(await upstash.json.objlen('k', '$.inner')).toEqual([3])
  expect(await upstash.json.clear('k', '$.tags')).toBe(1)
  expect(await upstash.json.resp('k', '$.n')).toEqual([6])
  expect(await upstash.json.forget('k', '$.m')).toBe(1)
  expect(await upstash.json.del('k')).toBe(1)
  const pipeline = upstash.pipeline()
  pipeline.json.set('k', '$', { a: 1 }).json.get('k', '$.a')
  expect(await pipeline.exec()).toEqual(['OK', [1]])
})

test('ioredis and node-redis, as they are', async () => {
  await using engine = await createRedis({ json })
  const ioredis = new IORedis(ioredisOn(engine))
  expect(await ioredis.call('JSON.SET', 'k', '$', '{"a":1.5}')).toBe('OK')
  expect(await ioredis.call('JSON.NUMINCRBY', 'k', '$.a', '1')).toEqual(['2.5'])
  expect(await ioredis.call('JSON.TYPE', 'k', '$.a')).toEqual([['number']])
  ioredis.disconnect()

  const server = await serveResp(engine, { port: 0 })
  for (const RESP of [2, 3] as const) {
    const client = await createClient({ RESP, url: `redis://127.0.0.1:${server.port}` }).connect()
    expect(await client.json.set('k', '$', { a: 1, b: [{ a: 'x' }] })).toBe('OK')
    expect(await client.json.get('k', { path: '$..a' })).toEqual([1, 'x'])
    expect(await client.json.type('k', { path: '$..a' })).toEqual(RESP === 2 ? ['integer', 'string'] : [['integer', 'string']].flat())
    expect(await client.json.numIncrBy('k', '$..a', 1)).toEqual([2, null])
    expect(await client.json.arrPop('k', { path: '$.b' })).toEqual([{ a: 'x' }])
    await client.close()
  }
  await server.close()
})

test('who imports only the client part ships nothing of the engine, and who imports nothing nothing', async () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url))
  const inputsOf = async (contents: string): Promise<string[]> => {
    const { metafile } = await build({ stdin: { contents, resolveDir: src, loader: 'ts' }, bundle: true, write: false, format: 'esm', metafile: true, treeShaking: true, external: ['node:*', 'idb-keyval'] }) // prettier-ignore
    const [output] = Object.values(metafile.outputs)
    return Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path.replace(/^.*src\//, '')] : []))
  }
  const client = await inputsOf("import { jsonOf } from './core/json/json.ts'; console.log(jsonOf)")
  expect(client.filter((path) => /engine|persistence|json\//.test(path))).toEqual(['core/json/client.ts'])
  expect(
    (await inputsOf("import { createRedis } from './adapters/memory.ts'; console.log(createRedis)")).filter((path) =>
      path.startsWith('core/json/'),
    ),
  ).toEqual([])
})
