// The commands on arrays.
import { int64, integer } from '../engine/arguments.ts'
import { type Argv, type Row, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { wrongArity } from '../engine/errors.ts'
import { parseInt64 } from '../numbers.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { JsonDocument, type Place } from './document.ts'
import { changeEach, expected, missing, optionalPath, placesIn } from './keys.ts'
import { parseJson } from './parse.ts'
import { parsePath, type Path } from './path.ts'
import { type Format, readFormat } from './replies.ts'
import { copyOf, isSame, type Json } from './value.ts'
import { toText } from './write.ts'

export const arrayRows = (): Row[] => [
  row('JSON.ARRAPPEND', -4, 'write denyoom @json', '1 RW insert', (db, argv) => {
    const values = argv.slice(3).map((text) => parseJson(text))
    return insert(db, argv, values, (array) => array.length)
  }),
  row('JSON.ARRINSERT', -5, 'write denyoom @json', '1 RW insert', (db, argv) => {
    const index = integer(argv[3])
    const values = argv.slice(4).map((text) => parseJson(text))
    return insert(db, argv, values, ({ length }) => {
      const at = index < 0 ? index + length : index
      if (at < 0 || at > length) throw new ReplyError('ERR index out of bounds')
      return at
    })
  }),
  row('JSON.ARRINDEX', -4, 'readonly @json', '1 RO access', arrIndex),
  row('JSON.ARRLEN', -2, 'readonly @json', '1 RO', (db, argv) => {
    const path = optionalPath(argv)
    const lengthOf = (value: Json): number | null => (Array.isArray(value) ? value.length : null)
    const found = placesIn(db, argv, path)
    if (!path.legacy || found === null) return found?.map(({ value }) => lengthOf(value)) ?? null
    if (found.length === 0) throw missing(path.given)
    return lengthOf(found[0].value) ?? missing(path.given, 'not an array')
  }),
  row('JSON.ARRPOP', -2, 'write @json', '1 RW access delete', (db, argv, { protocol }) => {
    let format: Format | null = null
    let words = argv
    if (argv.length > 3 && argv[2].toUpperCase() === 'FORMAT') {
      format = readFormat(argv[3], 'STRINGS', protocol)
      words = [...argv.slice(0, 2), ...argv.slice(4)]
    }
    const path = optionalPath(words)
    if (format !== null && path.legacy) throw new ReplyError('ERR Legacy paths are supported only with FORMAT STRINGS')
    const index = Number(parseInt64(words[3] ?? '-1') ?? -1)
    return change(db, argv, path, (document, place) => {
      const { length } = place.value as Json[]
      if (length === 0) return null
      const at = index < 0 ? Math.max(0, length + index) : Math.min(index, length - 1)
      return () => (format ?? toText)(document.splice(place, at, 1)[0])
    })
  }),
  row('JSON.ARRTRIM', 5, 'write @json', '1 RW delete', (db, argv) => {
    const [start, stop] = [integer(argv[3]), integer(argv[4])]
    return change(db, argv, parsePath(argv[2]), (document, place) => {
      const { length } = place.value as Json[]
      const from = start < 0 ? Math.max(0, start + length) : Math.min(start, length)
      const end = Math.min(length, Math.max(from, 1 + (stop < 0 ? Math.max(0, stop + length) : stop)))
      return () => {
        document.splice(place, end, length - end)
        document.splice(place, 0, from)
        return end - from
      }
    })
  }),
]

function change(db: Database, argv: Argv, path: Path, prepare: (document: JsonDocument, place: Place) => (() => Reply) | null): Reply {
  return changeEach(db, argv, path, { is: Array.isArray, isNot: 'not an array', prepare })
}

/** @param where the index that the values go to; @throws what it throws */
function insert(db: Database, argv: Argv, values: readonly Json[], where: (array: readonly Json[]) => number): Reply {
  let used = false
  return change(db, argv, parsePath(argv[2]), (document, place) => {
    const array = place.value as Json[]
    const length = array.length + values.length
    const at = where(array)
    JsonDocument.checkDepth(place, values, 1)
    return () => {
      document.splice(place, at, 0, used ? values.map(copyOf) : values)
      used = true
      return length
    }
  })
}

function arrIndex(db: Database, argv: Argv): Reply {
  if (argv.length > 6) throw wrongArity('json.arrindex')
  const path = parsePath(argv[2])
  const wanted = parseJson(argv[3])
  const [start, stop] = [Number(int64(argv[4] ?? '0')), Number(int64(argv[5] ?? '0'))]
  const indexIn = (value: Json): number | null => {
    if (!Array.isArray(value)) return null
    const { length } = value
    const from = start < 0 ? Math.max(0, start + length) : Math.min(start, length - 1)
    // 0 is the end, not the beginning.
    const end = stop === 0 ? length : stop < 0 ? stop + length : Math.min(stop, length)
    for (let i = Math.max(0, from); i < end; i++) if (isSame(value[i], wanted)) return i
    return -1
  }
  const found = placesIn(db, argv, path, missing(path.given))
  if (found === null) throw missing(path.given)
  if (!path.legacy) return found.map(({ value }) => indexIn(value))
  if (found.length === 0) throw missing(path.text)
  return indexIn(found[0].value) ?? expected('array', found[0].value)
}
