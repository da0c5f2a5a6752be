// Places on the globe, in sorted sets: https://redis.io/docs/latest/commands/?group=geo
import type { ByteString } from '../../bytes.ts'
import { Double, NULL_ARRAY, type Reply, ReplyError } from '../../reply.ts'
import { double, integerIn } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { COUNT_NOT_ABOVE_ZERO, NOT_INTEGER, printed, SYNTAX } from '../errors.ts'
import { EVENT } from '../events.ts'
import { formatLongDouble } from '../long-double.ts'
import { type Area, distance, geohash, MAX_POSITION, type Position, positionOf, scoreOf, search } from '../structures/geohash.ts'
import { SortedSet } from '../values.ts'
import { zadd } from './sorted-sets.ts'

const error = (text: string): ReplyError => new ReplyError(`ERR ${text}`)
const UNIT = error('unsupported unit provided. please use M, KM, FT, MI')
const RADIUS = error('need numeric radius')
const RADIUS_NEGATIVE = error('radius cannot be negative')
const WIDTH = error('need numeric width')
const HEIGHT = error('need numeric height')
const BOX_NEGATIVE = error('height or width cannot be negative')
const NO_MEMBER = error('could not decode requested zset member')
const ANY_ALONE = error('the ANY argument requires COUNT argument')

const METERS: ReadonlyMap<string, number> = new Map([['m', 1], ['km', 1000], ['ft', 0.3048], ['mi', 1609.34]]) // prettier-ignore

export const geo: Group = {
  name: 'geo',
  rows: [
    row('GEOADD', -5, 'write denyoom', '1 RW update', geoadd),

    row('GEODIST', -4, 'readonly', '1 RO access', (db, argv) => {
      if (argv.length > 5) throw SYNTAX
      const unit = argv.length > 4 ? meters(argv[4]) : 1
      const scores = db.zset.read(argv[1])?.scores
      const [a, b] = [scores?.get(argv[2]), scores?.get(argv[3])]
      return a === undefined || b === undefined ? null : (distance(positionOf(a), positionOf(b)) / unit).toFixed(4)
    }),

    row('GEOHASH', -2, 'readonly', '1 RO access', (db, argv) => each(db, argv, null, geohash)),
    row('GEOPOS', -2, 'readonly', '1 RO access', (db, argv) => each(db, argv, NULL_ARRAY, (score) => coordinates(positionOf(score)))),

    row('GEORADIUS', -6, 'write denyoom', '1 RO access, STORE@6+ OW update, STOREDIST@6+ OW update', georadius),
    row('GEORADIUS_RO', -6, 'readonly', '1 RO access', georadius),
    row('GEORADIUSBYMEMBER', -5, 'write denyoom', '1 RO access, STORE@5+ OW update, STOREDIST@5+ OW update', georadius),
    row('GEORADIUSBYMEMBER_RO', -5, 'readonly', '1 RO access', georadius),
    row('GEOSEARCH', -7, 'readonly', '1 RO access', (db, argv) => geosearch(db, argv, false)),
    row('GEOSEARCHSTORE', -8, 'write denyoom', '1 OW update, 2 RO access', (db, argv) => geosearch(db, argv, true)),
  ],
}

function geoadd(db: Database, argv: Argv): Reply {
  const { engine } = db
  const before = engine.dirty
  const asked = asZadd(argv)
  const reply = zadd(db, asked)
  if (engine.dirty !== before) engine.effects?.wrote(db, asked)
  return reply
}

/** GEOADD as the ZADD that it is, in the journal too. */
function asZadd(argv: Argv): Argv {
  let at = 2
  while (/^(nx|xx|ch)$/i.test(argv[at] ?? '')) at++
  const options = argv.slice(2, at)
  const has = (option: string): boolean => options.some((word) => word.toUpperCase() === option)
  if ((argv.length - at) % 3 !== 0 || (has('NX') && has('XX'))) throw SYNTAX
  const pairs: ByteString[] = []
  for (; at < argv.length; at += 3) pairs.push(String(scoreOf(positionAt(argv, at))), argv[at + 2])
  return ['ZADD', argv[1], ...options, ...pairs]
}

function each(db: Database, argv: Argv, missing: Reply, show: (score: number) => Reply): Reply[] {
  const zset = db.zset.read(argv[1])
  return argv.slice(2).map((member) => {
    const score = zset?.scores.get(member)
    return score === undefined ? missing : show(score)
  })
}

/** A coordinate is below 2^8, so that as a double it is a whole number of 2^-60. */
const coordinates = (position: Position): Reply[] =>
  position.map((value) => new Double(value, formatLongDouble({ mantissa: BigInt(value * 2 ** 60), exponent: -60 })))

function positionAt(argv: Argv, at: number): Position {
  const [lon, lat] = [double(argv[at]), double(argv[at + 1])]
  if (Math.abs(lon) > MAX_POSITION[0] || Math.abs(lat) > MAX_POSITION[1]) {
    throw error(`invalid longitude,latitude pair ${sixDecimals(lon)},${sixDecimals(lat)}`)
  }
  return [lon, lat]
}

/** C's `%f`. */
function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`
}

function meters(unit: ByteString): number {
  const found = METERS.get(unit.toLowerCase())
  if (found === undefined) throw UNIT
  return found
}

interface Search {
  source: SortedSet | undefined
  target: ByteString | null
  storeDistance: boolean
  /** What is known of the area; all of it when the arguments have been read. */
  center: Position | null
  size: Omit<Area, 'center'> | null
  count: number
  any: boolean
  order: 'ASC' | 'DESC' | null
  shown: Set<string>
}

function emptySearch(db: Database, key: ByteString): Search {
  const source = db.zset.read(key)
  return { source, target: null, storeDistance: false, center: null, size: null, count: 0, any: false, order: null, shown: new Set() }
}

/** `radius unit` at a position of argv. */
function circle(argv: Argv, at: number): Search['size'] {
  const radius = double(argv[at], RADIUS)
  if (radius < 0) throw RADIUS_NEGATIVE
  return { width: 2 * radius, height: 2 * radius, unit: meters(argv[at + 1]), round: true }
}

/** `width height unit` at a position of argv. */
function box(argv: Argv, at: number): Search['size'] {
  const [width, height] = [double(argv[at], WIDTH), double(argv[at + 1], HEIGHT)]
  if (height < 0 || width < 0) throw BOX_NEGATIVE
  return { width, height, unit: meters(argv[at + 2]), round: false }
}

/** Where a member is. @throws it is not there */
function placeOf({ source }: Search, member: ByteString): Position {
  // Without a source nothing will be found; but the remaining arguments are still to be checked.
  if (source === undefined) return [0, 0]
  const score = source.scores.get(member)
  if (score === undefined) throw NO_MEMBER
  return positionOf(score)
}

/**
 * Options that all searches have.
 * @param own reads an option that the command has besides; @returns how many words it took
 */
function searchOptions(argv: Argv, from: number, asked: Search, own: (word: string, i: number, left: number) => number): void {
  for (let i = from; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (word === 'WITHDIST' || word === 'WITHHASH' || word === 'WITHCOORD') asked.shown.add(word)
    else if (word === 'ANY') asked.any = true
    else if (word === 'ASC' || word === 'DESC') asked.order = word
    else if (word === 'COUNT' && left > 0) {
      asked.count = integerIn(argv[++i], 1, Infinity, COUNT_NOT_ABOVE_ZERO, NOT_INTEGER)
    } else {
      const words = own(word, i, left)
      if (words === 0) throw SYNTAX
      i += words - 1
    }
  }
}

function georadius(db: Database, argv: Argv): Reply {
  const name = argv[0].toLowerCase()
  const byMember = name.startsWith('georadiusbymember')
  const asked = emptySearch(db, argv[1])
  const at = byMember ? 3 : 4
  if (!byMember || asked.source !== undefined) {
    asked.center = byMember ? placeOf(asked, argv[2]) : positionAt(argv, 2)
    asked.size = circle(argv, at)
  }
  searchOptions(argv, at + 2, asked, (word, i, left) => {
    if (name.endsWith('_ro') || left === 0 || (word !== 'STORE' && word !== 'STOREDIST')) return 0
    asked.target = argv[i + 1]
    asked.storeDistance = word === 'STOREDIST'
    return 2
  })
  return run(db, asked, 'STORE option in GEORADIUS', 'georadiusstore')
}

function geosearch(db: Database, argv: Argv, storing: boolean): Reply {
  const asked = emptySearch(db, argv[storing ? 2 : 1])
  asked.target = storing ? argv[1] : null
  let from = ''
  let by = ''
  searchOptions(argv, storing ? 3 : 2, asked, (word, i, left) => {
    if (word === 'FROMMEMBER' && left > 0 && from !== 'FROMLONLAT') asked.center = placeOf(asked, argv[i + 1])
    else if (word === 'FROMLONLAT' && left > 1 && from !== 'FROMMEMBER') asked.center = positionAt(argv, i + 1)
    else if (word === 'BYRADIUS' && left > 1 && by !== 'BYBOX') asked.size = circle(argv, i + 1)
    else if (word === 'BYBOX' && left > 2 && by !== 'BYRADIUS') asked.size = box(argv, i + 1)
    else if (word === 'STOREDIST' && storing) {
      asked.storeDistance = true
      return 1
    } else return 0
    if (word[0] === 'F') from = word
    else by = word
    return word === 'FROMMEMBER' ? 2 : word === 'BYBOX' ? 4 : 3
  })
  return run(db, asked, 'GEOSEARCHSTORE', 'geosearchstore', printed(argv[0]))
}

/** @param storing what is said of the options that storing has no use for; @param command to be said where something is missing */
function run(db: Database, asked: Search, storing: string, event: string, command = ''): Reply {
  const { source, target, storeDistance, center, size, count, any, order, shown } = asked
  if (target !== null && shown.size > 0) throw error(`${storing} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`)
  if (command !== '' && center === null) throw error(`exactly one of FROMMEMBER or FROMLONLAT can be specified for ${command}`)
  if (command !== '' && size === null) throw error(`exactly one of BYRADIUS and BYBOX can be specified for ${command}`)
  if (any && count === 0) throw ANY_ALONE
  const places = source === undefined ? [] : search(source.order, { center: center!, ...size! }, any ? count : 0)
  // A COUNT asks for the nearest ones.
  if (order !== null || (count > 0 && !any)) places.sort((a, b) => (order === 'DESC' ? b.far - a.far : a.far - b.far))
  if (count > 0) places.splice(count)
  if (target === null) {
    const { unit } = size ?? { unit: 1 }
    return places.map(({ member, score, position, far }) => {
      if (shown.size === 0) return member
      const reply: Reply[] = [member]
      if (shown.has('WITHDIST')) reply.push((far / unit).toFixed(4))
      if (shown.has('WITHHASH')) reply.push(hashShown(score))
      if (shown.has('WITHCOORD')) reply.push(coordinates(position))
      return reply
    })
  }
  const result = new SortedSet()
  for (const { member, score, far } of places) result.set(member, storeDistance ? far / size!.unit : score)
  return db.storeResult(target, result, result.size, EVENT.zset, event, result.size)
}

/** A score as C makes an integer of it. */
function hashShown(score: number): number | bigint {
  const whole = Math.trunc(score)
  if (Number.isSafeInteger(whole)) return whole
  return Math.abs(whole) < 2 ** 63 ? BigInt(whole) : -(2n ** 63n)
}
