// Vector sets in snapshots, deltas, journals and RDB files.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis, RdbError, StorageError } from '../../src/adapters/memory.ts'
import { printRdb } from '../../src/adapters/serve/rdb-command.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'
import { toUint8Array } from '../../src/core/bytes.ts'
import { contentOf, type Item } from '../../src/core/engine/modules.ts'
import { VectorSet, vectorSetType } from '../../src/core/vectors/vector-set.ts'
import { vectors, vectorsOf } from '../../src/core/vectors/vectors.ts'
import { ByteSource } from '../../src/core/persistence/rdb/byte-source.ts'
import { RecordMap } from '../support/record-map.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'isodis-vectors-'))
const DIM = 24
/** The same for a number in every run. */
const vectorOf = (i: number): number[] => Array.from({ length: DIM }, (_, j) => Math.sin(i * 7.3 + j * j * 1.7 + i * j))
const start = (options: object = {}): Promise<EmbeddedRedis> => createRedis({ vectors, save: '', ...options })

async function fill(redis: EmbeddedRedis, key: string, count: number, options = {}): Promise<void> {
  const sets = vectorsOf(redis.sync)
  for (let i = 0; i < count; i++) sets.add(key, `e${i}`, vectorOf(i), { ...options, ...(i % 3 === 0 && { attributes: { i } }) })
}

/** All that can be asked of a set. */
async function contentIn(redis: EmbeddedRedis, key: string): Promise<object> {
  const sets = vectorsOf(redis)
  const names = await sets.range(key, '-', '+')
  const elements = []
  for (const name of names)
    elements.push([
      name,
      await sets.emb(key, name),
      await sets.getattr(key, name),
      await sets.links(key, name).then((links) => links?.map((each) => each.toSorted())),
    ])
  return { elements, info: await sets.info(key) }
}

test.each([{ quantization: 'q8' }, { quantization: 'noquant' }, { quantization: 'bin' }, { reduce: 7 }, { m: 4 }] as const)(
  'a set with %o is in a file as it was, with its graph',
  async (options) => {
    const dir = folder()
    let before: object
    {
      await using redis = await start({ storage: fileStorage({ dir }) })
      await fill(redis, 'k', 300, options)
      for (let i = 0; i < 300; i += 4) await vectorsOf(redis).rem('k', `e${i}`)
      await fill(redis, 'small', 2, options)
      before = [await contentIn(redis, 'k'), await contentIn(redis, 'small')]
      await redis.save()
    }
    await using redis = await start({ storage: fileStorage({ dir }) })
    expect([await contentIn(redis, 'k'), await contentIn(redis, 'small')]).toEqual(before)
    // And it can be changed.
    await fill(redis, 'k', 310, options)
    expect(await vectorsOf(redis).card('k')).toBe(310)
    const lines: string[] = []
    expect(await printRdb(join(dir, 'dump.rdb'), (line) => void lines.push(line))).toMatchObject({ types: { vectorset: 2 } })
    expect(lines.join('')).toContain('"type":"vectorset"')
  },
)

test('a large set is saved as it was when the save began, though it changes meanwhile', async () => {
  const dir = folder()
  let before: object
  {
    await using redis = await start({ storage: fileStorage({ dir }) })
    const sets = vectorsOf(redis.sync)
    await fill(redis, 'k', 1500, { ef: 20 })
    before = await contentIn(redis, 'k')
    await redis.bgsave()
    for (let i = 0; i < 300; i++) {
      sets.rem('k', `e${i * 5}`)
      sets.add('k', `new${i}`, vectorOf(-i), { ef: 20 })
      sets.setattr('k', `e${i * 5 + 1}`, { changed: true })
      sets.add('k', `e${i * 5 + 2}`, vectorOf(i + 5000), { ef: 20 })
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve))
    }
    while (/rdb_bgsave_in_progress:1/.test(await redis.info('persistence'))) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(sets.card('k')).toBe(1500)
  }
  await using redis = await start({ storage: fileStorage({ dir }) })
  const loaded = await contentIn(redis, 'k')
  expect(loaded).toEqual(before)
})

test('deltas, and an engine without vectors', async () => {
  const records = new RecordMap()
  for (const i of [1, 2, 3]) {
    await using redis = await start({ storage: records.storage() })
    await fill(redis, `k${i}`, 10 * i)
    await redis.save()
    await vectorsOf(redis).setattr(`k${i}`, 'e1', { again: i })
    await redis.save()
  }
  const refused = createRedis({ storage: records.storage() })
  await expect(refused).rejects.toThrow(StorageError)
  await expect(refused).rejects.toThrow('vectorset (createRedis({ vectors }) of isodis/vectors has it)')
  await using redis = await start({ storage: records.storage() })
  expect(await vectorsOf(redis).getattr('k1', 'e1')).toEqual({ again: 1 })
  expect(await vectorsOf(redis).card('k3')).toBe(30)
})

test('a journal gives the same elements again', async () => {
  const dir = folder()
  const config = { appendonly: 'yes', appendfsync: 'always' }
  let before: unknown
  const elements = async (redis: EmbeddedRedis): Promise<unknown> =>
    ((await contentIn(redis, 'k')) as { elements: unknown[][] }).elements.map((each) => each.slice(0, 3))
  {
    await using redis = await start({ storage: fileStorage({ dir }), config })
    await fill(redis, 'k', 40)
    await redis.bgrewriteaof()
    await redis.multi().call('VREM', 'k', 'e3').call('VSETATTR', 'k', 'e4', '{"x":1}').exec()
    await vectorsOf(redis).add('k', 'e5', vectorOf(99))
    before = await elements(redis)
  }
  await using redis = await start({ storage: fileStorage({ dir }), config })
  expect(await elements(redis)).toEqual(before)
})

test('RESTORE makes what DUMP gave, and refuses it damaged', async () => {
  await using redis = await start()
  await fill(redis, 'k', 100)
  const payload = (await redis.bytes.dump('k'))!
  await redis.bytes.restore('copy', 0, payload)
  expect(await contentIn(redis, 'copy')).toEqual(await contentIn(redis, 'k'))
  payload[50] ^= 1
  await expect(redis.bytes.restore('other', 0, payload)).rejects.toThrow('ERR DUMP payload version or checksum are wrong')
})

// What Redis 8 writes, item by item: modules/vector-sets/vset.c has the order.
const float = (bits: number): bigint => BigInt(new Uint32Array(Float32Array.of(bits).buffer)[0])
const oneLink = (id: bigint, other: bigint, version: bigint): Item[] => {
  const longest = version === 1n ? [float(1) << 32n] : []
  const params = [id, version << 24n, 1n, 32n, other, ...longest, (float(1) << 32n) | float(2)]
  return [BigInt(params.length), ...params]
}
const twoElements = (version: bigint, north = 7n, east = 3n): Item[] => [
  2n, 2n, 1n | (16n << 8n), 2n,
  'north', '', '\0\x7f', ...oneLink(north, east, version),
  'east', '{"n":1}', '\x7f\0', ...oneLink(east, north, version),
] // prettier-ignore

function loaded(items: readonly (Item | undefined)[]): VectorSet | null | 'more' {
  const loading = vectorSetType.load(0)
  let result = loading.next()
  for (const item of items) if (!result.done) result = loading.next(item)
  if (!result.done) result = loading.next(undefined)
  return result.done ? (result.value as VectorSet | null) : 'more'
}

test.each([0n, 1n])("Redis's own form is read, of elements of version %s", (version) => {
  const set = loaded(twoElements(version)) as VectorSet
  expect([set.size, set.lastId, set.attributed]).toEqual([2, 2, 1])
  expect([...set.valuesOf(set.find('north')!)]).toEqual([0, 2])
  expect(set.graph.search(set.toVector(Float32Array.of(1, 0)), 2).map(({ node }) => node.name)).toEqual(['east', 'north'])
  // And written again, with numbers of its own, by a version that says how long the links are.
  expect(itemsOf(contentOf(set))).toEqual(twoElements(1n, 1n, 2n))
})

function itemsOf(content: string): Item[] {
  const source = new ByteSource()
  source.push(toUint8Array(content))
  const items: Item[] = []
  source.repeat(Infinity, () => {
    items.push(source.length() === 5 ? source.string() : source.identifier())
    if (source.pending === 0) source.finish()
  })
  source.run()
  return items
}

test('what is damaged is refused, wherever it is', () => {
  const whole = twoElements(1n)
  for (let i = 0; i < whole.length; i++) {
    expect(loaded(whole.slice(0, i))).toBeNull()
    expect(loaded(whole.with(i, typeof whole[i] === 'string' ? 1n : 'x'))).toBeNull()
  }
  const wrong: [at: number, item: Item][] = [
    [0, 0n], [0, 70_000n], [0, 3n], [1, 3n], [2, 3n], // dimensions, elements, quantization
    [2, 1n | (5000n << 8n)], // more links than may be
    [4, 'east'], [6, '\0'], [7, 5n], [8, 3n], [9, 2n << 24n], [9, 200n], // names, vectors, numbers, versions, layers
    [10, 2n], [10, 40n], [11, 0n], [12, 7n], [12, 8n], // links: how many, at most, to itself, to nobody
  ] // prettier-ignore
  for (const [at, item] of wrong) expect([at, loaded(whole.with(at, item))]).toEqual([at, null])
  expect(vectorSetType.load(1).next().value).toBeNull()
})

test('numbers of elements may be as high as 64 bits go', () => {
  const set = loaded(twoElements(1n, 2n ** 64n - 1n)) as VectorSet
  const saving = set.save()
  set.add('new', Float32Array.of(1, 1), Math.random, 10)
  const content = saving.next()! + (saving.next() ?? '')
  saving.release()
  expect(itemsOf(content)).toEqual(twoElements(1n, 1n, 2n))
  expect((loaded(itemsOf(contentOf(set))) as VectorSet).size).toBe(3)
})

test('a damaged file is refused whole', async () => {
  await using redis = await start()
  await fill(redis, 'k', 5)
  const chunks: Uint8Array[] = []
  for await (const chunk of redis.exportRdb()) chunks.push(chunk)
  const file = Buffer.concat(chunks)
  await using other = await start()
  for (let length = 10; length < file.length; length += 7) {
    await expect(other.importRdb([file.subarray(0, length)])).rejects.toThrow(RdbError)
    expect(await other.dbsize()).toBe(0)
  }
  expect(await other.importRdb([file])).toMatchObject({ keys: 1 })
})
