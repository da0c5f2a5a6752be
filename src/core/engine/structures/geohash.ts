// Places as scores: longitude and latitude are cut into 2^26 steps each, and the bits of the two numbers taken in turn
// (https://en.wikipedia.org/wiki/Geohash). Places near each other mostly have scores near each other, so that an area is
// nine ranges of scores. Formulas and the order of the ranges are Redis's: its replies show both.
import type { RankedTree } from './ranked-tree.ts'

export type Position = readonly [longitude: number, latitude: number]

/** The poles cannot be shown on a square map: EPSG:900913. */
export const MAX_POSITION: Position = [180, 85.05112878]
const GLOBE: Position = [180, 90]
const EARTH_RADIUS_M = 6372797.560856
/** Half of the equator on that map. */
const MERCATOR_MAX_M = 20037726.37
const MAX_STEPS = 26
const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz'

const radians = (degrees: number): number => degrees * (Math.PI / 180)
const degrees = (radians: number): number => radians / (Math.PI / 180)

/** 16 bits, with a zero before each. */
function spread(bits: number): number {
  let v = (bits | (bits << 8)) & 0x00ff00ff
  v = (v | (v << 4)) & 0x0f0f0f0f
  v = (v | (v << 2)) & 0x33333333
  return (v | (v << 1)) & 0x55555555
}

/** Every second bit, from the lowest on. */
function squeeze(bits: number): number {
  let v = bits & 0x55555555
  v = (v | (v >>> 1)) & 0x33333333
  v = (v | (v >>> 2)) & 0x0f0f0f0f
  v = (v | (v >>> 4)) & 0x00ff00ff
  return (v | (v >>> 8)) & 0xffff
}

/** The bits of two numbers in turn, `plus` added. Beyond 2^53 it is the nearest double. */
function interleave([lon, lat]: Position, plus = 0): number {
  const low = spread(lat & 0xffff) + 2 * spread(lon & 0xffff) + plus
  return (spread(lat >>> 16) + 2 * spread(lon >>> 16)) * 2 ** 32 + low
}

/** In which cell a position is, of a globe that is cut into 2^steps times 2^steps. */
function cellOf(position: Position, steps: number, [lon, lat] = MAX_POSITION): Position {
  const index = (value: number, most: number): number => Math.trunc(((value + most) / (2 * most)) * 2 ** steps)
  return [index(position[0], lon), index(position[1], lat)]
}

/** Where a cell begins along an axis. */
const edge = (index: number, steps: number, axis: 0 | 1): number => -MAX_POSITION[axis] + (index / 2 ** steps) * (2 * MAX_POSITION[axis])

export function scoreOf(position: Position): number {
  return interleave(cellOf(position, MAX_STEPS))
}

/** The middle of the cell that a score names; any score names one. */
export function positionOf(score: number): Position {
  // As C converts a double to 64 bits.
  const bits = score >= 2 ** 64 ? 0 : Math.max(Math.trunc(score), -(2 ** 63))
  const [low, high] = [bits >>> 0, Math.floor(bits / 2 ** 32) >>> 0]
  const middle = (shift: 0 | 1, axis: 0 | 1): number => {
    const index = (squeeze(low >>> shift) | (squeeze(high >>> shift) << 16)) >>> 0
    const value = (edge(index, MAX_STEPS, axis) + edge((index + 1) >>> 0, MAX_STEPS, axis)) / 2
    return Math.max(-MAX_POSITION[axis], Math.min(value, MAX_POSITION[axis]))
  }
  return [middle(1, 0), middle(0, 1)]
}

/** The geohash that other programs know: latitudes go from pole to pole there. The last character is always 0. */
export function geohash(score: number): string {
  const bits = interleave(cellOf(positionOf(score), MAX_STEPS, GLOBE))
  let text = ''
  for (let shift = 47; shift > 0; shift -= 5) text += ALPHABET[Math.floor(bits / 2 ** shift) % 32]
  return `${text}0`
}

const latitudeDistance = (a: number, b: number): number => EARTH_RADIUS_M * Math.abs(radians(b) - radians(a))

/** Meters between two positions along a great circle, by the haversine formula. */
export function distance([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  const v = Math.sin((radians(lon2) - radians(lon1)) / 2)
  if (v === 0) return latitudeDistance(lat1, lat2)
  const u = Math.sin((radians(lat2) - radians(lat1)) / 2)
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(u * u + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * v * v))
}

/** A circle, or a box whose sides go north and east. */
export interface Area {
  readonly center: Position
  /** In units; of a circle both are the diameter. */
  readonly width: number
  readonly height: number
  /** How many meters a unit has. */
  readonly unit: number
  readonly round: boolean
}

/** How far a position is from the center of an area, in meters; undefined outside. */
function within({ center, width, height, unit, round }: Area, position: Position): number | undefined {
  const far = distance(center, position)
  if (round) return far > (width / 2) * unit ? undefined : far
  if (latitudeDistance(position[1], center[1]) > (height * unit) / 2) return undefined
  return distance(position, [center[0], position[1]]) > (width * unit) / 2 ? undefined : far
}

/** Into how fine cells the globe must be cut for nine of them to cover an area. */
function stepsFor(radius: number, latitude: number): number {
  if (radius === 0) return MAX_STEPS
  let steps = -1
  for (let size = radius; size < MERCATOR_MAX_M; size *= 2) steps++
  // Towards the poles cells are narrower.
  if (Math.abs(latitude) > 66) steps -= Math.abs(latitude) > 80 ? 2 : 1
  return Math.max(1, Math.min(steps, MAX_STEPS))
}

/** The cell in the middle, and those around it: north, south, east, west, and the corners. */
const AROUND: readonly Position[] = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]] // prettier-ignore

/** The cells to be looked at for an area, in order; null for those that it does not reach. */
function cellsFor({ center, width, height, unit, round }: Area): { steps: number; cells: (Position | null)[] } {
  const [lon, lat] = center
  const deltaLat = degrees((unit * (height / 2)) / EARTH_RADIUS_M)
  // The side nearer to a pole takes up more degrees.
  const widest = radians(lat < 0 ? lat - deltaLat : lat + deltaLat)
  const deltaLon = degrees((unit * (width / 2)) / EARTH_RADIUS_M / Math.cos(widest))
  const low = [lon - deltaLon, lat - deltaLat]
  const high = [lon + deltaLon, lat + deltaLat]
  const radius = round ? width / 2 : Math.sqrt((width / 2) ** 2 + (height / 2) ** 2)
  let steps = stepsFor(radius * unit, lat)
  let middle = cellOf(center, steps)
  const from = (axis: 0 | 1, by: number): number => edge(moved(middle[axis], by, steps), steps, axis)
  const to = (axis: 0 | 1, by: number): number => edge(moved(middle[axis], by, steps) + 1, steps, axis)
  const reaches = ([0, 1] as const).every((axis) => !(to(axis, 1) < high[axis]) && !(from(axis, -1) > low[axis]))
  if (steps > 1 && !reaches) middle = cellOf(center, --steps)
  const left = ([0, 1] as const).map((axis) => steps >= 2 && from(axis, 0) < low[axis])
  const right = ([0, 1] as const).map((axis) => steps >= 2 && to(axis, 0) > high[axis])
  const outside = (by: number, axis: number): boolean => (by < 0 ? left[axis] : by > 0 && right[axis])
  const cells = AROUND.map((by): Position | null =>
    by.some(outside) ? null : [moved(middle[0], by[0], steps), moved(middle[1], by[1], steps)],
  )
  return { steps, cells }
}

/** The globe is round: behind the last cell comes the first. */
const moved = (index: number, by: number, steps: number): number => (by === 0 ? index : (index + by) & (2 ** steps - 1))

export interface Place {
  readonly member: string
  readonly score: number
  readonly position: Position
  /** From the center, in meters. */
  readonly far: number
}

/** With a limit, so many places more than that are looked at before it is asked whether there are enough. */
const LOOKED_AT = 32

/** The places in an area. @param most ends the search when there are so many; 0 for all */
export function search(order: RankedTree, area: Area, most: number): Place[] {
  const found: Place[] = []
  const { steps, cells } = cellsFor(area)
  const width = 2 ** (2 * (MAX_STEPS - steps))
  let last = 0
  cells.forEach((cell, i) => {
    // Of a large area, cells on two sides may be the same. Redis compares with the one before only, but for the middle.
    if (cell === null || (last > 0 && interleave(cell) === interleave(cells[last]!)) || (most > 0 && found.length >= most)) return
    last = i
    const [low, high] = [interleave(cell) * width, interleave(cell, 1) * width]
    const from = order.partition((score) => score < low)
    const to = order.partition((score) => score < high)
    const visit = (member: string, score: number): void => {
      if (most > 0 && found.length >= most) return
      const position = positionOf(score)
      const far = within(area, position)
      if (far !== undefined) found.push({ member, score, position, far })
    }
    // A cell may hold very many more than are wanted.
    const step = most > 0 ? most + LOOKED_AT : to - from
    for (let at = from; at < to && !(most > 0 && found.length >= most); at += step) order.walk(at, Math.min(step, to - at), false, visit)
  })
  return found
}
