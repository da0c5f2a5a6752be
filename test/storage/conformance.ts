// What every storage must do. A new one gets a file beside this that calls it.
import { describe, expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { type Storage, StorageError } from '../../src/core/persistence/storage.ts'

export interface StorageUnderTest {
  /** A storage on the same place each time: what one has committed the next one reads. */
  open(): Storage
  /** Damages one byte of what is stored, or takes a part of it away. Undefined where the storage cannot be looked into */
  damage?(how: 'flip' | 'drop'): Promise<void>
  /** Whether two engines are kept from having it at the same time. */
  exclusive: boolean
}

const bytes = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7 + (i >> 8)) & 255)

async function readAll(storage: Storage): Promise<Uint8Array | null> {
  const chunks = await storage.read()
  if (chunks === null) return null
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => {
    all.set(part, at)
    return at + part.length
  }, 0)
  return all
}

async function put(storage: Storage, parts: readonly Uint8Array[]): Promise<void> {
  const writer = await storage.write()
  for (const part of parts) await writer.write(part)
  await writer.commit()
}

/** Opens, does something, closes. */
async function using<T>(under: StorageUnderTest, run: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = under.open()
  await storage.open()
  try {
    return await run(storage)
  } finally {
    await storage.close()
  }
}

export function storageConformance(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(name, () => {
    test('that is new holds nothing', async () => {
      const under = await make()
      expect(await using(under, readAll)).toBe(null)
    })

    test('gives back what was committed, after it was closed too', async () => {
      const under = await make()
      const parts = [bytes(10, 1), bytes(300_000, 2), bytes(1, 3), bytes(262_144, 4)]
      const whole = Uint8Array.from(parts.flatMap((part) => [...part]))
      await using(under, async (storage) => {
        await put(storage, parts)
        expect(await readAll(storage)).toEqual(whole)
      })
      expect(await using(under, readAll)).toEqual(whole)
    })

    test('holds the last snapshot only', async () => {
      const under = await make()
      await using(under, async (storage) => {
        await put(storage, [bytes(1_000_000, 1)])
        await put(storage, [bytes(20, 2)])
        await put(storage, [])
        await put(storage, [bytes(30, 3)])
      })
      expect(await using(under, readAll)).toEqual(bytes(30, 3))
    })

    test('shows nothing of a snapshot that was given up, or never finished', async () => {
      const under = await make()
      const unfinished = await using(under, async (storage) => {
        await put(storage, [bytes(50, 1)])
        const given = await storage.write()
        await given.write(bytes(3_000_000, 2))
        expect(await readAll(storage)).toEqual(bytes(50, 1))
        await given.abort()
        expect(await readAll(storage)).toEqual(bytes(50, 1))
        const writer = await storage.write()
        await writer.write(bytes(3_000_000, 3))
        return writer
      })
      await using(under, async (storage) => {
        expect(await readAll(storage)).toEqual(bytes(50, 1))
        await put(storage, [bytes(60, 4)])
      })
      expect(await using(under, readAll)).toEqual(bytes(60, 4))
      // Node gives a file that nobody closes back by an error.
      await unfinished.abort().catch(() => {})
    })

    test('keeps an engine’s data over its end', async () => {
      const under = await make()
      const first = await createRedis({ storage: under.open(), save: '' })
      await first.set('text', 'grüße 👋')
      await first.bytes.set('bytes', bytes(100_000, 5))
      await first.zadd('zset', { a: 1.5, b: Infinity })
      await first.hset('hash', new Map([['__proto__', 'x']]))
      await first.save()
      await first.set('text', 'not saved')
      await first.close()
      const second = await createRedis({ storage: under.open(), save: '' })
      expect(await second.get('text')).toBe('grüße 👋')
      expect(await second.bytes.get('bytes')).toEqual(bytes(100_000, 5))
      expect(await second.zrange('zset', 0, -1, { withScores: true })).toEqual([['a', 1.5], ['b', Infinity]]) // prettier-ignore
      expect(Object.entries(await second.hgetall('hash'))).toEqual([['__proto__', 'x']])
      await second.close()
    })

    test('that was damaged says so, and keeps what it has', async () => {
      for (const how of ['flip', 'drop'] as const) {
        const under = await make()
        if (under.damage === undefined) return
        const redis = await createRedis({ storage: under.open(), save: '' })
        for (let i = 0; i < 30_000; i++) redis.sync.set(`key${i}`, `value${i}`)
        await redis.save()
        await redis.close()
        await under.damage(how)
        const error = await createRedis({ storage: under.open(), save: '' }).then(
          () => 'it was opened',
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(Error)
        expect((error as Error).message).toMatch(/damaged|missing|RDB/)
        // A second look finds the same: nothing was changed or given away.
        await expect(createRedis({ storage: under.open(), save: '' })).rejects.toThrow((error as Error).message)
      }
    })

    test('keeps what changed between two snapshots, keys that went and came again among it', async () => {
      const under = await make()
      let redis = await createRedis({ storage: under.open(), save: '' })
      const wanted = new Map<string, string>()
      const set = (key: string, value: string): void => {
        redis.sync.set(key, value)
        wanted.set(key, value)
      }
      for (let i = 0; i < 5000; i++) set(`key${i}`, `value${i}`)
      await redis.save()
      for (let round = 0; round < 6; round++) {
        for (let i = round; i < 5000; i += 97) set(`key${i}`, `changed in ${round}`)
        for (let i = round * 10; i < round * 10 + 10; i++) {
          redis.sync.del(`key${i}`)
          wanted.delete(`key${i}`)
        }
        if (round > 0) set(`key${round * 10 - 5}`, 'back')
        set(`new${round}`, 'x'.repeat(round * 1000))
        redis.sync.hset('hash', { [`field${round}`]: round })
        await redis.save()
        if (round % 2 === 0) continue
        await redis.close()
        redis = await createRedis({ storage: under.open(), save: '' })
        expect(redis.sync.dbsize()).toBe(wanted.size + 1)
        for (const [key, value] of wanted) expect(redis.sync.get(key)).toBe(value)
        expect(redis.sync.hlen('hash')).toBe(round + 1)
      }
      await redis.flushall()
      redis.sync.set('last', 1)
      await redis.save()
      await redis.close()
      redis = await createRedis({ storage: under.open(), save: '' })
      expect(redis.sync.keys('*')).toEqual(['last'])
      await redis.close()
    })

    // WebKit takes its time for what must be on the disk.
    test('keeps a journal: every write that was answered, over rewrites and saves, without a good-bye', { timeout: 120_000 }, async () => {
      const under = await make()
      const config = { appendonly: 'yes', appendfsync: 'always' }
      let redis = await createRedis({ storage: under.open(), save: '', config })
      for (let life = 0; life < 3; life++) {
        for (let i = 0; i < 60; i++) {
          await redis
            .multi()
            .incr('n')
            .rpush('list', `${life}:${i}`)
            .set(`large${i % 5}`, 'x'.repeat(i * 100))
            .exec()
          if (i === 20) await redis.bgrewriteaof()
          if (i === 40) await redis.save()
        }
        await redis.close()
        redis = await createRedis({ storage: under.open(), save: '', config })
        expect(await redis.get('n')).toBe(String(60 * (life + 1)))
        expect(await redis.llen('list')).toBe(60 * (life + 1))
        expect(await redis.strlen('large4')).toBe(5900)
      }
      await redis.bytes.set('huge', bytes(3_000_000, 6))
      await redis.close()
      redis = await createRedis({ storage: under.open(), save: '', config })
      expect(await redis.bytes.get('huge')).toEqual(bytes(3_000_000, 6))
      await redis.close()
    })

    test('belongs to one engine at a time', async () => {
      const under = await make()
      if (!under.exclusive) return
      const first = under.open()
      await first.open()
      await expect(under.open().open()).rejects.toThrow(StorageError)
      await first.close()
      const second = under.open()
      await second.open()
      await second.close()
    })
  })
}
