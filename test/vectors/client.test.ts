// The commands on vector sets on every backend, and node-redis's own on the engine.
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { vectors, vectorsOf } from '../../src/core/vectors/vectors.ts'
import { moduleBackends, type Under } from '../support/module-backends.ts'

describe.each(Object.entries(moduleBackends({ vectors })))('%s', (_name, start) => {
  let under: Under
  beforeAll(async () => {
    under = await start()
  })
  beforeEach(() => under.engine.flushall())
  afterAll(() => under.close())

  test('elements go in and are found', async () => {
    const sets = vectorsOf(under.redis)
    expect(await sets.add('k', 'é', [1, 0], { attributes: { name: 'ö', tags: ['x'] } })).toBe(true)
    expect(await sets.add('k', 'b', Float32Array.of(0, 1), { ef: 50 })).toBe(true)
    expect(await sets.add('k', 'b', [-1, 0], { attributes: '{"n":1}' })).toBe(false)
    const found = await sets.sim('k', [1, 0])
    expectTypeOf(found).toEqualTypeOf<string[]>()
    expect(found).toEqual(['é', 'b'])
    const scored = await sets.sim('k', { element: 'é' }, { withScores: true, count: 5, ef: 10, truth: true })
    expectTypeOf(scored[0].score).toEqualTypeOf<number>()
    expect(scored).toEqual([
      { element: 'é', score: 1 },
      { element: 'b', score: 0 },
    ])
    expect(
      await sets.sim('k', [1, 0], { withScores: true, withAttributes: true, filter: '.name == "ö" and "x" in .tags', filterEf: 10 }),
    ).toEqual([{ element: 'é', score: 1, attributes: { name: 'ö', tags: ['x'] } }])
    expect(await sets.sim('k', [1, 0], { withAttributes: true, epsilon: 0.1 })).toEqual([
      { element: 'é', attributes: { name: 'ö', tags: ['x'] } },
    ])
    expect(await sets.sim('none', [1, 0], { withScores: true })).toEqual([])
  })

  test('every question has a typed answer, also about what is not there', async () => {
    const sets = vectorsOf(under.redis)
    await sets.add('k', 'a', [3, 0, 0, 0], { quantization: 'noquant', reduce: 2, m: 8 })
    await sets.add('k', 'b', [0, 0, 0, 3], { quantization: 'noquant', reduce: 2, m: 8 })
    expect([await sets.card('k'), await sets.dim('k'), await sets.card('none')]).toEqual([2, 2, 0])
    expect([await sets.ismember('k', 'a'), await sets.ismember('k', 'x')]).toEqual([true, false])
    expect(await sets.info('k')).toEqual({ quantization: 'f32', dim: 2, inputDim: 4, size: 2, attributed: 0, m: 8 })
    expect(await sets.info('none')).toBeNull()
    expect([(await sets.emb('k', 'a'))?.length, await sets.emb('k', 'x'), await sets.emb('none', 'x')]).toEqual([2, null, null])
    expect([await sets.links('k', 'a').then((links) => links?.at(-1)), await sets.links('k', 'x')]).toEqual([['b'], null])
    expect([await sets.setattr('k', 'a', { n: 1 }), await sets.getattr<{ n: number }>('k', 'a'), await sets.getattr('k', 'b')]).toEqual([
      true,
      { n: 1 },
      null,
    ])
    expect([await sets.setattr('k', 'a', 'no JSON'), await sets.getattr('k', 'a')]).toEqual([true, 'no JSON'])
    expect([await sets.setattr('k', 'a', null), await sets.getattr('k', 'a')]).toEqual([true, null])
    expect(['a', 'b']).toContain(await sets.randmember('k'))
    expect([(await sets.randmember('k', 5)).toSorted(), await sets.randmember('none'), await sets.randmember('none', 2)]).toEqual([
      ['a', 'b'],
      null,
      [],
    ])
    expect([await sets.range('k', '-', '+'), await sets.range('k', '(a', '+'), await sets.range('k', '-', '+', 1)]).toEqual([
      ['a', 'b'],
      ['b'],
      ['a'],
    ])
    expect([await sets.rem('k', 'a'), await sets.rem('k', 'a')]).toEqual([true, false])
    await expect(sets.dim('none')).rejects.toThrow('ERR key does not exist')
    await expect(sets.sim('k', [1, 2, 3])).rejects.toThrow('ERR Input dimension mismatch for projection')
  })

  test('bytes, batches and what is no vector', async () => {
    const bytes = vectorsOf(under.redis.bytes)
    await bytes.add('k', Uint8Array.of(255, 0), [1])
    expect(await bytes.sim('k', [1])).toEqual([Uint8Array.of(255, 0)])
    const batch = under.redis.pipeline()
    vectorsOf(batch).add('k', 'b', [-1])
    vectorsOf(batch).sim('k', { element: 'b' }, { withScores: true, count: 1 })
    expect(await batch.exec<unknown[]>()).toEqual([true, [{ element: 'b', score: 1 }]])
    expect(() => bytes.add('k', 'x', [])).toThrow(TypeError)
    expect(() => bytes.add('k', 'x', [NaN])).toThrow('all of them are finite')
    expect(() => bytes.add('k', 'x', [1, undefined as unknown as number])).toThrow(TypeError)
    expect(await bytes.card('k')).toBe(2)
  })
})

test.each([2, 3] as const)("node-redis's own commands, over RESP%i", async (RESP) => {
  await using engine = await createRedis({ vectors })
  await using server = await serveResp(engine, { port: 0 })
  const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP })
  await client.connect()
  try {
    expect(await client.vAdd('k', [1, 0], 'a', { SETATTR: { n: 1 } })).toBe(true)
    expect(await client.vAdd('k', [0, 1], 'b')).toBe(true)
    expect(await client.vSim('k', 'a')).toEqual(['a', 'b'])
    expect({ ...(await client.vSimWithScores('k', [1, 0])) }).toEqual({ a: 1, b: 0.5 })
    expect(await client.vSim('k', [1, 0], { FILTER: '.n == 1', COUNT: 3 })).toEqual(['a'])
    expect([await client.vCard('k'), await client.vDim('k'), await client.vEmb('k', 'a'), await client.vGetAttr('k', 'a')]).toEqual([
      2,
      2,
      [1, 0],
      { n: 1 },
    ])
    expect(await client.vEmbRaw('k', 'a')).toMatchObject({ quantization: 'int8' })
    expect(await client.vInfo('k')).toMatchObject({ 'quant-type': 'int8', 'vector-dim': 2, size: 2 })
    expect([
      (await client.vLinks('k', 'a'))?.at(-1),
      await client.vRandMember('k', 2).then((all) => all?.length),
      await client.vRem('k', 'b'),
    ]).toEqual([['b'], 2, true])
  } finally {
    client.destroy()
  }
})
