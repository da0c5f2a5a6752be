// Places on the globe.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, does, failure, type Suite, SYNTAX, WRONGTYPE } from '../contract.ts'

const PALERMO = { longitude: 13.361389, latitude: 38.115556, member: 'Palermo' }
const CATANIA = { longitude: 15.087269, latitude: 37.502669, member: 'Catania' }
const sicily = (redis: Redis): Promise<number> => redis.geoadd(a, [PALERMO, CATANIA])

export const geo: Suite = {
  geoadd: [
    does('adds and moves', async ({ redis }) => {
      expect(await redis.geoadd(a, PALERMO)).toBe(1)
      expect(await sicily(redis)).toBe(1)
      expect(await redis.geoadd(a, { ...PALERMO, latitude: 40 }, { ch: true })).toBe(1)
      expect(await redis.geoadd(a, { ...PALERMO, latitude: 41 }, { nx: true, ch: true })).toBe(0)
      expect(await redis.geoadd(a, { ...PALERMO, member: 'new' }, { xx: true })).toBe(0)
      expect(await redis.zcard(a)).toBe(2)
      // @ts-expect-error -- only new ones, or only old ones
      await expect(redis.geoadd(a, PALERMO, { nx: true, xx: true })).rejects.toMatchObject(SYNTAX)
    }),
    does('only what is on the map', async ({ redis }) => {
      const error = failure('ERR invalid longitude,latitude pair 200.000000,38.115556')
      await expect(redis.geoadd(a, { ...PALERMO, longitude: 200 })).rejects.toMatchObject(error)
      await redis.set(b, 1)
      await expect(redis.geoadd(b, PALERMO)).rejects.toMatchObject(WRONGTYPE)
    }),
  ],
  geodist: [
    does('in the unit that is asked for, null if one is missing', async ({ redis }) => {
      await sicily(redis)
      expect(await redis.geodist(a, 'Palermo', 'Catania')).toBe(166274.1516)
      expect(await redis.geodist(a, 'Palermo', 'Catania', 'km')).toBe(166.2742)
      expect(await redis.geodist(a, 'Palermo', 'Catania', 'mi')).toBe(103.3182)
      expect([await redis.geodist(a, 'Palermo', 'Rome'), await redis.geodist(b, 'Palermo', 'Catania')]).toEqual([null, null])
    }),
  ],
  geohash: [
    does('null for what is missing', async ({ redis }) => {
      await sicily(redis)
      expect(await redis.geohash(a, 'Palermo', 'Rome', 'Catania')).toEqual(['sqc8b49rny0', null, 'sqdtr74hyu0'])
    }),
  ],
  geopos: [
    does('null for what is missing', async ({ redis }) => {
      await sicily(redis)
      expect(await redis.geopos(a, 'Palermo', 'Rome')).toEqual([[13.361389338970184, 38.1155563954963], null])
      expect(await redis.geopos(b, 'Palermo')).toEqual([null])
    }),
  ],
  geosearch: [
    does('in a circle or a box, around a position or a member', async ({ redis }) => {
      await sicily(redis)
      const center = { longitude: 15, latitude: 37 }
      expect(await redis.geosearch(a, { ...center, radius: 200, unit: 'km' }, { order: 'asc' })).toEqual(['Catania', 'Palermo'])
      expect(await redis.geosearch(a, { ...center, radius: 100, unit: 'km' })).toEqual(['Catania'])
      expect(await redis.geosearch(a, { ...center, width: 400, height: 400, unit: 'km' }, { order: 'desc', count: 1 })).toEqual(['Palermo'])
      expect(await redis.geosearch(a, { member: 'Palermo', radius: 10 }, { count: 1, any: true })).toEqual(['Palermo'])
      expect(await redis.geosearch(b, { member: 'Palermo', radius: 10 })).toEqual([])
      await expect(redis.geosearch(a, { member: 'Rome', radius: 10 })).rejects.toMatchObject({ name: 'RedisError', code: 'ERR' })
      const any = failure('ERR the ANY argument requires COUNT argument')
      // @ts-expect-error -- any of how many?
      await expect(redis.geosearch(a, { member: 'Palermo', radius: 10 }, { any: true })).rejects.toMatchObject(any)
    }),
    does('with what is asked for', async ({ redis }) => {
      await sicily(redis)
      const area = { longitude: 15, latitude: 37, radius: 100, unit: 'km' } as const
      expect(await redis.geosearch(a, area, { withDist: true })).toEqual([{ member: 'Catania', distance: 56.4413 }])
      const [found] = await redis.bytes.geosearch(a, area, { withDist: true, withHash: true, withCoord: true })
      expect({ ...found, member: Buffer.from(found.member).toString() }).toEqual({
        member: 'Catania',
        distance: 56.4413,
        hash: 3479447370796909,
        longitude: 15.087267458438873,
        latitude: 37.50266842333162,
      })
    }),
  ],
  geosearchstore: [
    does('places, or their distances', async ({ redis }) => {
      await sicily(redis)
      const area = { longitude: 15, latitude: 37, radius: 200, unit: 'km' } as const
      expect(await redis.geosearchstore(b, a, area, { count: 1 })).toBe(1)
      expect(await redis.geohash(b, 'Catania')).toEqual(['sqdtr74hyu0'])
      expect(await redis.geosearchstore(b, a, area, { storedist: true })).toBe(2)
      expect(await redis.zscore(b, 'Catania')).toBeCloseTo(56.4413, 4)
    }),
  ],
}
