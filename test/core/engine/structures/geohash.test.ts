// Places as scores: there and back, and a search against looking at every place.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Area,
  distance,
  MAX_POSITION,
  type Position,
  positionOf,
  scoreOf,
  search,
} from '../../../../src/core/engine/structures/geohash.ts'
import { RankedTree } from '../../../../src/core/engine/structures/ranked-tree.ts'
import { SEED } from '../../../support/seed.ts'

// The score of 180 degrees is 2 ** 53 and more, Redis's too: as a double it has lost its last bit.
const position = fc.tuple(
  fc.double({ min: -180, max: 180 - 1e-9, noNaN: true }),
  fc.double({ min: -MAX_POSITION[1], max: MAX_POSITION[1], noNaN: true }),
)

test('a score gives a position back to less than a meter', () => {
  fc.assert(
    fc.property(position, (position) => {
      const back = positionOf(scoreOf(position))
      expect(Math.abs(back[0] - position[0])).toBeLessThanOrEqual(180 / 2 ** 26 + 1e-12)
      expect(Math.abs(back[1] - position[1])).toBeLessThanOrEqual(MAX_POSITION[1] / 2 ** 26 + 1e-12)
      expect(distance(position, back)).toBeLessThan(1)
    }),
    { seed: SEED },
  )
})

test('any score is a position', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (score) => {
      positionOf(score).forEach((value, axis) => expect(Math.abs(value)).toBeLessThanOrEqual(MAX_POSITION[axis]))
    }),
    { seed: SEED },
  )
})

test('a search finds what lies in the area, and nothing else', () => {
  const near = ([lon, lat]: Position): fc.Arbitrary<Position> =>
    fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })).map(([x, y]) => [lon + x, lat + y])
  // Away from the poles and the other side of the globe, where Redis's nine cells do not cover everything.
  const center = fc.tuple(fc.double({ min: -170, max: 170, noNaN: true }), fc.double({ min: -60, max: 60, noNaN: true }))
  const scene = center.chain(
    (center) =>
    fc.record({ center: fc.constant(center), places: fc.array(near(center), { maxLength: 60 }), meters: fc.double({ min: 1, max: 150_000, noNaN: true }) }), // prettier-ignore
  )
  fc.assert(
    fc.property(scene, ({ center, places, meters }) => {
      const order = new RankedTree()
      places.forEach((place, i) => order.insert(scoreOf(place), `place${i}`))
      const area: Area = { center, width: 2 * meters, height: 2 * meters, unit: 1, round: true }
      const wanted = places.flatMap((place, i) => (distance(center, positionOf(scoreOf(place))) <= meters ? [`place${i}`] : []))
      const found = search(order, area, 0).map(({ member }) => member)
      expect(found.toSorted()).toEqual(wanted.toSorted())
      // A box around the circle has these, and maybe more in its corners; some of them are enough for `most`.
      const boxed = search(order, { ...area, round: false }, 0).map(({ member }) => member)
      expect(boxed).toEqual(expect.arrayContaining(wanted))
      expect(search(order, area, 2).map(({ member }) => member)).toEqual(found.slice(0, 2))
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('a search for a few of very many places ends when it has them', () => {
  const order = new RankedTree()
  const scores = Array.from({ length: 5000 }, (_, i) => scoreOf([10 + (i % 71) / 100, 45 + (i % 73) / 100]))
  scores.forEach((score, i) => order.insert(score, `place${i}`))
  const area: Area = { center: [10.3, 45.3], width: 40_000, height: 40_000, unit: 1, round: false }
  const all = search(order, area, 0)
  expect(all.length).toBeGreaterThan(500)
  let looked = 0
  const walk = order.walk.bind(order)
  order.walk = (rank, count, reverse, visit) => {
    looked += count
    walk(rank, count, reverse, visit)
  }
  for (const most of [1, 10, 400]) {
    looked = 0
    expect(search(order, area, most)).toEqual(all.slice(0, most))
    expect(looked).toBeLessThan(5000)
  }
})
