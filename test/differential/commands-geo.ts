// Random commands on positions. Places differ, for the order of equally distant ones is not defined.
import fc from 'fast-check'
import { keyOf, maybe, oneWord, pick, sloppy, some, words } from './words.ts'

const g = keyOf('geo1', 'geo2', 'geo3', 'z1')
const place = fc.integer({ min: 0, max: 40 }).map((n) => `place${n}`)
const degrees = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -most, max: most, noNaN: true }).map(String) },
    { weight: 8, arbitrary: fc.double({ min: -0.5, max: 0.5, noNaN: true }).map((n) => String(n + most / 7)) },
    { weight: 2, arbitrary: fc.integer({ min: -Math.floor(most), max: Math.floor(most) }).map(String) },
    { weight: 1, arbitrary: pick(String(most), String(-most), '0', '-0.0', '1e-9') },
  )
const longitude = fc.oneof(
  { weight: 60, arbitrary: degrees(180) },
  { weight: 1, arbitrary: pick('180.1', '-200', 'x', '', 'inf', '1e300', 'nan') },
)
const latitude = fc.oneof(
  { weight: 60, arbitrary: degrees(85.05112878) },
  { weight: 1, arbitrary: pick('85.06', '-90', 'x', '', '-inf', '12345678') },
)
const unit = fc.oneof({ weight: 20, arbitrary: pick('m', 'km', 'ft', 'mi', 'KM') }, { weight: 1, arbitrary: pick('x', 'kmx', '') })
const distance = fc.oneof(
  { weight: 10, arbitrary: fc.double({ min: 0, max: 3000, noNaN: true }).map(String) },
  { weight: 4, arbitrary: pick('0', '1', '100', '5000', '20000', '40000', '1e7', '1e9') },
  { weight: 1, arbitrary: pick('-1', 'x', '', 'inf', 'nan') },
)
const from = fc.oneof(words('FROMLONLAT', longitude, latitude), words('FROMMEMBER', place))
const by = fc.oneof(words('BYRADIUS', distance, unit), words('BYBOX', distance, distance, unit))
const many = pick('1', '2', '5', '20', '100', '0', '-1', 'x')
const order = fc.oneof(
  maybe(oneWord('ASC', 'DESC', 'asc')),
  words('COUNT', many, maybe(oneWord('ANY')), maybe(oneWord('ASC', 'DESC'))),
  oneWord('ANY'),
)
const shown = fc.subarray(['WITHCOORD', 'WITHDIST', 'WITHHASH', 'withdist'])
const store = words(pick('STORE', 'STOREDIST'), pick('out', 'geo1', 's1'))
const positions = some(words(longitude, latitude, place), 5)

export const geo = fc.oneof(
  { weight: 10, arbitrary: words(sloppy('GEOADD'), g, positions) },
  { weight: 2, arbitrary: words('GEOADD', g, maybe(oneWord('NX', 'XX', 'nx')), maybe(oneWord('CH', 'NX')), positions) },
  { weight: 2, arbitrary: words('GEODIST', g, place, place, maybe(words(unit))) },
  words('GEOHASH', g, some(place)),
  { weight: 2, arbitrary: words('GEOPOS', g, some(place)) },
  { weight: 2, arbitrary: words(pick('GEORADIUS', 'GEORADIUS_RO'), g, longitude, latitude, distance, unit, shown, order) },
  words(pick('GEORADIUS', 'GEORADIUS', 'GEORADIUS_RO'), g, longitude, latitude, distance, unit, order, store),
  words(pick('GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER_RO'), g, place, distance, unit, shown, order),
  words(pick('GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER_RO'), g, place, distance, unit, order, store),
  { weight: 8, arbitrary: words('GEOSEARCH', g, from, by, order, shown) },
  words('GEOSEARCH', g, maybe(from), maybe(by), maybe(from), order),
  {
    weight: 2,
    arbitrary: words(
      'GEOSEARCHSTORE',
      pick('out', 'geo3'),
      g,
      from,
      by,
      order,
      maybe(oneWord('STOREDIST', 'STOREDIST', 'WITHDIST', 'STORE')),
    ),
  },
  words('ZRANGE', pick('out', 'geo1', 'geo3'), '0', '-1', 'WITHSCORES'),
  words('ZADD', 'z1', pick('-1', '1.5', '1e10', '4503599627370496', '9007199254740993', '1e18', 'inf', '3479099956230698'), place),
  words('ZREM', g, place),
  words('DEL', g),
  words('SET', 's1', 'a'),
)
