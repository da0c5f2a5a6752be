// Geo: members of sorted sets with a longitude and a latitude: https://redis.io/docs/latest/commands/?group=geo
import { type Either, ifGiven, type Key, type Value, words } from '../arguments.ts'
import { type Decode, double, doubleOrNull, integer, list, type Text, text, textOrNull, texts, tupleOrNull } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

/** Meters, kilometers, feet, miles. */
export type GeoUnit = 'm' | 'km' | 'ft' | 'mi'

/** In degrees, latitudes up to 85.05112878. */
export interface GeoPosition {
  /** From -180 to 180. */
  longitude: number
  /** From -85.05112878 to 85.05112878. */
  latitude: number
}

/** A circle or a box around a member or a position. */
export type GeoArea = Either<AroundMember | GeoPosition, undefined> &
  Either<Circle | Box, undefined> & {
    /** Of the radius, or of width and height. Default: m */
    unit?: GeoUnit | undefined
  }
interface AroundMember {
  /** The member in the center. It is an error if the set does not have it. */
  member: Value
}
interface Circle {
  /** In `unit`. */
  radius: number
}
interface Box {
  /** From west to east, in `unit`. */
  width: number
  /** From south to north, in `unit`. */
  height: number
}

interface Counted {
  /** At most this many. Default: all */
  count?: number | undefined
}
interface CountedAny {
  count: number
  /** With `count`: stop when enough are found, even if they are not the nearest. Default: false */
  any?: boolean | undefined
}
/** For `geosearch`: how many members, and in which order. */
export type GeoSearchOptions = Either<Counted | CountedAny> & {
  /** Nearest or farthest first. Default: no order, but nearest first with `count` */
  order?: 'asc' | 'desc' | undefined
}

/** For `geoadd`: `nx` or `xx`, and `ch`. */
export type GeoaddOptions = Either<
  | {
      /** Only add members. */
      nx?: boolean | undefined
    }
  | {
      /** Only move members that exist. */
      xx?: boolean | undefined
    }
> & {
  /** Return how many members were added or moved rather than how many were added. */
  ch?: boolean | undefined
}

/** What to return with each member. */
export interface GeoDetails {
  /** Its distance from the center. */
  withDist?: boolean | undefined
  /** Its position. */
  withCoord?: boolean | undefined
  /** Its score in the sorted set. */
  withHash?: boolean | undefined
}
type Detailed = { withDist: true } | { withCoord: true } | { withHash: true }

/** A member that `geosearch` found, with what was asked for. */
export interface GeoMember<T extends Text> extends Partial<GeoPosition> {
  /** The member itself. */
  member: T
  /** From the center, in the unit of the search. */
  distance?: number
  /** Its score in the sorted set: 52 bits of geohash. */
  hash?: number
}

function areaWords(area: GeoArea): Value[] {
  const { unit = 'm' } = area
  const from = area.member === undefined ? ['FROMLONLAT', area.longitude, area.latitude] : ['FROMMEMBER', area.member]
  return [...from, ...(area.radius === undefined ? ['BYBOX', area.width, area.height, unit] : ['BYRADIUS', area.radius, unit])]
}

function searchWords({ order, ...options }: GeoSearchOptions): Value[] {
  return [...ifGiven(order), ...words(options)]
}

/** Members alone, or objects with what was asked for. */
function members<T extends Text>({ withDist, withHash, withCoord }: GeoDetails): Decode<T, T[] | GeoMember<T>[]> {
  if (!withDist && !withHash && !withCoord) return texts<T>
  return list<T, GeoMember<T>>((reply, toText) => {
    const items = [...(reply as [])]
    const found: GeoMember<T> = { member: text(items.shift()!, toText) }
    if (withDist) found.distance = double(items.shift()!)
    if (withHash) found.hash = integer(items.shift()!)
    if (withCoord) [found.longitude, found.latitude] = list<T, number>(double)(items.shift()!, toText)
    return found
  })
}

/** The methods of one group of commands. Geo. */
export abstract class Geo<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds members at a position, or moves them there. @returns how many were added; with `ch` how many were added or moved */
  geoadd(
    key: Key,
    members: (GeoPosition & { member: Value }) | readonly (GeoPosition & { member: Value })[],
    options: GeoaddOptions = {},
  ): Out<M, T, number> {
    const positions = [members].flat().flatMap(({ longitude, latitude, member }) => [longitude, latitude, member])
    return this.run(['GEOADD', key, ...words(options), ...positions], integer)
  }

  /** The distance between two members, in meters unless `unit` says otherwise. @returns null if one of them does not exist */
  geodist(key: Key, member1: Value, member2: Value, unit: GeoUnit = 'm'): Out<M, T, number | null> {
    return this.run(['GEODIST', key, member1, member2, unit], doubleOrNull)
  }

  /** The geohashes of members, eleven characters each; null for members that do not exist. */
  geohash(key: Key, ...members: Value[]): Out<M, T, (T | null)[]> {
    return this.run(['GEOHASH', key, ...members], list<T, T | null>(textOrNull))
  }

  /** The positions of members; null for those that do not exist. */
  geopos(key: Key, ...members: Value[]): Out<M, T, ([longitude: number, latitude: number] | null)[]> {
    return this.run(['GEOPOS', key, ...members], list(tupleOrNull<T, number, number>(double, double)))
  }

  /** The members in an area. */
  geosearch(key: Key, area: GeoArea, options: GeoSearchOptions & GeoDetails & Detailed): Out<M, T, GeoMember<T>[]>
  geosearch(key: Key, area: GeoArea, options?: GeoSearchOptions): Out<M, T, T[]>
  geosearch(key: Key, area: GeoArea, options: GeoSearchOptions & GeoDetails): Out<M, T, T[] | GeoMember<T>[]>
  geosearch(key: Key, area: GeoArea, options: GeoSearchOptions & GeoDetails = {}): Out<M, T, T[] | GeoMember<T>[]> {
    return this.run(['GEOSEARCH', key, ...areaWords(area), ...searchWords(options)], members<T>(options))
  }

  /** Stores the members in an area as a sorted set, with `storedist` by their distance. @returns how many there are */
  geosearchstore(
    destination: Key,
    source: Key,
    area: GeoArea,
    options: GeoSearchOptions & { storedist?: boolean | undefined } = {},
  ): Out<M, T, number> {
    return this.run(['GEOSEARCHSTORE', destination, source, ...areaWords(area), ...searchWords(options)], integer)
  }
}
