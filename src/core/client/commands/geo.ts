// Places on the globe, in sorted sets: https://redis.io/docs/latest/commands/?group=geo
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
  /** The place in the middle. A set without this member is an error. */
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
/** For `geosearch`: how many places, and in which order. */
export type GeoSearchOptions = Either<Counted | CountedAny> & {
  /** Nearest or farthest first. Default: no order, but nearest first with `count` */
  order?: 'asc' | 'desc' | undefined
}

/** For `geoadd`: `nx` or `xx`, and `ch`. */
export type GeoaddOptions = Either<
  | {
      /** Only add places. */
      nx?: boolean | undefined
    }
  | {
      /** Only move places. */
      xx?: boolean | undefined
    }
> & {
  /** Return how many places were added or moved rather than how many were added. */
  ch?: boolean | undefined
}

/** What to return for each place besides its name. */
export interface GeoDetails {
  /** Its distance from the center. */
  withDist?: boolean | undefined
  /** Its position. */
  withCoord?: boolean | undefined
  /** Its score in the sorted set. */
  withHash?: boolean | undefined
}
type Detailed = { withDist: true } | { withCoord: true } | { withHash: true }

/** A place that was found, with what was asked for. */
export interface GeoPlace<T extends Text> extends Partial<GeoPosition> {
  /** Its name. */
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

/** Names alone, or objects with what was asked for. */
function places<T extends Text>({ withDist, withHash, withCoord }: GeoDetails): Decode<T, T[] | GeoPlace<T>[]> {
  if (!withDist && !withHash && !withCoord) return texts<T>
  return list<T, GeoPlace<T>>((reply, toText) => {
    const items = [...(reply as [])]
    const place: GeoPlace<T> = { member: text(items.shift()!, toText) }
    if (withDist) place.distance = double(items.shift()!)
    if (withHash) place.hash = integer(items.shift()!)
    if (withCoord) [place.longitude, place.latitude] = list<T, number>(double)(items.shift()!, toText)
    return place
  })
}

/** The methods of one group of commands. Places. */
export abstract class Geo<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds places or moves them. @returns how many were added; with `ch` how many were added or moved */
  geoadd(
    key: Key,
    members: (GeoPosition & { member: Value }) | readonly (GeoPosition & { member: Value })[],
    options: GeoaddOptions = {},
  ): Out<M, T, number> {
    const places = [members].flat().flatMap(({ longitude, latitude, member }) => [longitude, latitude, member])
    return this.run(['GEOADD', key, ...words(options), ...places], integer)
  }

  /** The distance between two places, in meters unless `unit` says otherwise. @returns null if one of them does not exist */
  geodist(key: Key, member1: Value, member2: Value, unit: GeoUnit = 'm'): Out<M, T, number | null> {
    return this.run(['GEODIST', key, member1, member2, unit], doubleOrNull)
  }

  /** Places as geohashes of eleven characters; null for those that do not exist. */
  geohash(key: Key, ...members: Value[]): Out<M, T, (T | null)[]> {
    return this.run(['GEOHASH', key, ...members], list<T, T | null>(textOrNull))
  }

  /** The positions of places; null for those that do not exist. */
  geopos(key: Key, ...members: Value[]): Out<M, T, ([longitude: number, latitude: number] | null)[]> {
    return this.run(['GEOPOS', key, ...members], list(tupleOrNull<T, number, number>(double, double)))
  }

  /** The places in an area. */
  geosearch(key: Key, area: GeoArea, options: GeoSearchOptions & GeoDetails & Detailed): Out<M, T, GeoPlace<T>[]>
  geosearch(key: Key, area: GeoArea, options?: GeoSearchOptions): Out<M, T, T[]>
  geosearch(key: Key, area: GeoArea, options: GeoSearchOptions & GeoDetails): Out<M, T, T[] | GeoPlace<T>[]>
  geosearch(key: Key, area: GeoArea, options: GeoSearchOptions & GeoDetails = {}): Out<M, T, T[] | GeoPlace<T>[]> {
    return this.run(['GEOSEARCH', key, ...areaWords(area), ...searchWords(options)], places<T>(options))
  }

  /** Stores the places in an area, with `storedist` by their distance. @returns how many there are */
  geosearchstore(
    destination: Key,
    source: Key,
    area: GeoArea,
    options: GeoSearchOptions & { storedist?: boolean | undefined } = {},
  ): Out<M, T, number> {
    return this.run(['GEOSEARCHSTORE', destination, source, ...areaWords(area), ...searchWords(options)], integer)
  }
}
