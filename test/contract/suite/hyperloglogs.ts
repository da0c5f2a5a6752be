// HyperLogLogs.
import { expect } from 'vitest'
import { a, b, c, does, EVERY_BYTE, failure, type Suite } from '../contract.ts'

export const hyperloglogs: Suite = {
  pfadd: [
    does('says whether the estimate may have changed', async ({ redis }) => {
      expect(await redis.pfadd(a, 'x', 1, 2n, EVERY_BYTE)).toBe(1)
      expect(await redis.pfadd(a, 'x', '1', '2')).toBe(0)
      expect([await redis.pfadd(b), await redis.pfadd(b)]).toEqual([1, 0])
      expect(await redis.pfcount(a)).toBe(4)
      // The value is the same everywhere, byte by byte.
      await redis.pfadd(c, 'foo', 'bar')
      const bytes = await redis.bytes.get(c)
      expect(Buffer.from(bytes!).toString('hex')).toBe('48594c4c0100000000000000000000805cb3904a618058e7')
    }),
    does('only to such a value', async ({ redis }) => {
      await redis.set(a, 'x')
      await expect(redis.pfadd(a, 'y')).rejects.toMatchObject(failure('WRONGTYPE Key is not a valid HyperLogLog string value.'))
    }),
  ],
  pfcount: [
    does('estimates how many there are, of several together', async ({ redis }) => {
      await redis.pfadd(a, ...Array.from({ length: 1000 }, (_, i) => `a${i}`))
      await redis.pfadd(b, ...Array.from({ length: 1000 }, (_, i) => `b${i}`))
      expect([await redis.pfcount(a), await redis.pfcount(b), await redis.pfcount(a, b), await redis.pfcount(c)]).toEqual([
        999, 1014, 2013, 0,
      ])
    }),
  ],
  pfmerge: [
    does('is what all have seen', async ({ redis }) => {
      await redis.pfadd(a, 'x', 'y')
      await redis.pfadd(b, 'y', 'z')
      expect(await redis.pfmerge(c, a, b)).toBe('OK')
      expect(await redis.pfcount(c)).toBe(3)
      expect(await redis.pfmerge(a)).toBe('OK')
    }),
  ],
}
