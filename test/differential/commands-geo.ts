// Random commands on positions. Places differ, for the order of equally distant ones is not defined.
import fc from 'fast-check'
import { keyOf, maybe, oneWord, pick, sloppy, some, words } from './words.ts'

const g = keyOf('geo1', 'geo2', 'geo3', 'z1')
const place = fc.integer({ min: 0, max: 40 }).map((n) => `place${n}`)
/** Hardly ever the same twice. */
const degrees = (most: number): fc.Arbitrary<string> => {
  const fraction = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 }))
  return fc.oneof(
    fraction.map((n) => String(most * (n / 2 ** 30 - 1))),
    fraction.map((n) => String(n / 2 ** 31 + most / 7)),
  )
}
const longitude = degrees(180)
const latitude = degrees(85.05112878)
const oddLongitude = pick('180', '-180', '0', '-0.0', '1e-9', '90', '13', '180.1', '-200', 'x', '', 'inf', '1e300', 'nan')
const oddLatitude = pick('85.05112878', '-85.05112878', '0', '1e-9', '66', '80', '-85', '85.06', '-90', 'x', '', '-inf', '12345678')
const position = fc.oneof(
  { weight: 30, arbitrary: words(longitude, latitude) },
  { weight: 1, arbitrary: words(oddLongitude, latitude) },
  { weight: 1, arbitrary: words(longitude, oddLatitude) },
)
const unit = fc.oneof({ weight: 20, arbitrary: pick('m', 'km', 'ft', 'mi', 'KM') }, { weight: 1, arbitrary: pick('x', 'kmx', '') })
const distance = fc.oneof(
  { weight: 10, arbitrary: fc.double({ min: 0, max: 3000, noNaN: true }).map(String) },
  { weight: 4, arbitrary: pick('0', '1', '100', '5000', '20000', '40000', '1e7', '1e9') },
  { weight: 1, arbitrary: pick('-1', 'x', '', 'inf', 'nan') },
)
const from = fc.oneof(words('FROMLONLAT', position), words('FROMMEMBER', place))
const by = fc.oneof(words('BYRADIUS', distance, unit), words('BYBOX', distance, distance, unit))
const many = pick('1', '2', '5', '20', '100', '0', '-1', 'x')
const order = fc.oneof(
  maybe(oneWord('ASC', 'DESC', 'asc')),
  words('COUNT', many, maybe(oneWord('ANY')), maybe(oneWord('ASC', 'DESC'))),
  oneWord('ANY'),
)
const shown = fc.subarray(['WITHCOORD', 'WITHDIST', 'WITHHASH', 'withdist'])
const store = words(pick('STORE', 'STOREDIST'), pick('out', 'geo1', 's1'))
const positions = some(words(position, place), 5)

export const geo = fc.oneof(
  { weight: 10, arbitrary: words(sloppy('GEOADD'), g, positions) },
  { weight: 2, arbitrary: words('GEOADD', g, maybe(oneWord('NX', 'XX', 'nx')), maybe(oneWord('CH', 'NX')), positions) },
  { weight: 2, arbitrary: words('GEODIST', g, place, place, maybe(words(unit))) },
  words('GEOHASH', g, some(place)),
  { weight: 2, arbitrary: words('GEOPOS', g, some(place)) },
  { weight: 2, arbitrary: words(pick('GEORADIUS', 'GEORADIUS_RO'), g, position, distance, unit, shown, order) },
  words(pick('GEORADIUS', 'GEORADIUS', 'GEORADIUS_RO'), g, position, distance, unit, order, store),
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
