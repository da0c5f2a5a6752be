// JSON.SET and its like: https://redis.io/docs/latest/commands/?group=json. A path that begins with `$` is answered with what became of
// every value that it selects, in an array; an older one with one of them, or an error. Whatever can be refused is refused
// before anything has changed, also where RedisJSON has changed a part of it by then.
import type { ByteString } from '../bytes.ts'
import { type Argv, container, type Group, type Row, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { SYNTAX, wrongArity } from '../engine/errors.ts'
import type { Session } from '../engine/session.ts'
import { OK, type Reply, ReplyError } from '../reply.ts'
import { arrayRows } from './commands-arrays.ts'
import { JsonDocument, outermost, type Place } from './document.ts'
import { changeEach, changed, documentFor, expected, missing, noKey, optionalPath, placesIn, readDocument } from './keys.ts'
import { numberRows } from './commands-numbers.ts'
import { parseJson } from './parse.ts'
import { parsePath, type Path } from './path.ts'
import { type Format, inResp, readFormat } from './replies.ts'
import { select } from './select.ts'
import { copyOf, isNumber, type Json, type JsonObject, sizeOf, toNumber, typeName } from './value.ts'
import { type Layout, toLaidOutText, toText } from './write.ts'

export const jsonGroup = (): Group => ({ name: 'json', rows: [...documentRows(), ...arrayRows(), ...numberRows()] })

const documentRows = (): Row[] => [
  row('JSON.SET', -4, 'write denyoom @json', '1 RW access update', set),
  row('JSON.MSET', -4, 'write denyoom @json', '1..-1/3 OW update', mset),
  row('JSON.MERGE', -4, 'write denyoom @json', '1 RW access update', mergeCommand),
  row('JSON.GET', -2, 'readonly @json', '1 RO access', get),
  row('JSON.MGET', -3, 'readonly @json', '1..-2 RO access', mget),
  row('JSON.DEL', -2, 'write @json', '1 RW delete', del),
  row('JSON.FORGET', -2, 'write @json', '1 RW delete', del),
  row('JSON.CLEAR', -2, 'write @json', '1 RW update', clear),
  row('JSON.TYPE', -2, 'readonly @json', '1 RO', (db, argv, { protocol }) => {
    const path = optionalPath(argv)
    const document = readDocument(db, argv[1])
    const types = document === undefined ? null : select(path.steps, document.root).map(({ value }) => typeName(value))
    const reply = path.legacy ? (types?.[0] ?? null) : types
    return protocol === 3 ? [reply] : reply
  }),
  row('JSON.TOGGLE', 3, 'write denyoom @json', '1 RW access update', (db, argv) => {
    const path = parsePath(argv[2])
    const prepare = (document: JsonDocument, place: Place) => () => {
      document.replace(place, !place.value)
      return path.legacy ? String(!place.value) : Number(!place.value)
    }
    return changeEach(db, argv, path, { is: (value) => typeof value === 'boolean', isNot: 'not a bool', prepare })
  }),
  row('JSON.STRAPPEND', -3, 'write denyoom @json', '1 RW access update', (db, argv) => {
    const path = argv.length > 3 ? parsePath(argv[2]) : parsePath('.')
    const suffix = parseJson(argv[argv.length > 3 ? 3 : 2])
    if (typeof suffix !== 'string') throw expected('string', suffix)
    const prepare = (document: JsonDocument, place: Place) => () => {
      const text = (place.value as ByteString) + suffix
      document.replace(place, text)
      return text.length
    }
    return changeEach(db, argv, path, { is: (value) => typeof value === 'string', isNot: 'not a string', prepare })
  }),
  row('JSON.STRLEN', -2, 'readonly @json', '1 RO', (db, argv) => {
    const path = optionalPath(argv)
    const lengthOf = (value: Json): number | null => (typeof value === 'string' ? value.length : null)
    const found = placesIn(db, argv, path)
    if (!path.legacy || found === null) return found?.map(({ value }) => lengthOf(value)) ?? null
    if (found.length === 0) throw missing(path.text)
    return lengthOf(found[0].value) ?? expected('string', found[0].value)
  }),
  row('JSON.OBJKEYS', -2, 'readonly @json', '1 RO access', (db, argv) => {
    const path = optionalPath(argv)
    const keysOf = (value: Json): ByteString[] | null => (value instanceof Map ? [...value.keys()] : null)
    const found = placesIn(db, argv, path)
    if (!path.legacy || found === null) return found?.map(({ value }) => keysOf(value)) ?? null
    return found.length === 0 ? null : (keysOf(found[0].value) ?? missing(path.text, 'not an object'))
  }),
  row('JSON.OBJLEN', -2, 'readonly @json', '1 RO', (db, argv) => {
    const path = optionalPath(argv)
    const sizeIn = (value: Json): number | null => (value instanceof Map ? value.size : null)
    const found = placesIn(db, argv, path, missing(path.text, 'not an object'))
    if (!path.legacy || found === null) return found?.map(({ value }) => sizeIn(value)) ?? null
    return found.length === 0 ? null : (sizeIn(found[0].value) ?? expected('object', found[0].value))
  }),
  row('JSON.RESP', -2, 'readonly @json', '1 RO access', (db, argv) => {
    const path = optionalPath(argv)
    const document = readDocument(db, argv[1])
    if (document === undefined) return null
    const found = select(path.steps, document.root)
    if (!path.legacy) return found.map(({ value }) => inResp(value))
    return found.length === 0 ? missing(path.text) : inResp(found[0].value)
  }),
  container('JSON.DEBUG', -2, '@json', [
    row('JSON.DEBUG|MEMORY', -3, 'readonly @json', '2 RO', (db, argv) => {
      const path = parsePath(argv[3] ?? '.')
      const document = readDocument(db, argv[2])
      if (document === undefined) return path.legacy ? 0 : []
      const sizes = select(path.steps, document.root).map(({ value }) => (value === document.root ? document.bytes : sizeOf(value)))
      return path.legacy ? (sizes[0] ?? missing(path.text)) : sizes
    }),
    row('JSON.DEBUG|HELP', 2, '@json', '', () => [
      'MEMORY <key> [path] - bytes of memory that values take',
      'HELP                - this message',
    ]),
  ]),
]

/** What a command that sets values is to do with a document. */
interface Update {
  readonly replace: readonly Place[]
  /** Objects that get a new field. */
  readonly add: readonly Place[]
  readonly key: ByteString
}

const newAtRoot = (): ReplyError => new ReplyError('ERR new objects must be created at the root')

/** @param when which places count: those that are there already, those that are not, or both */
function findUpdate(document: JsonDocument, { steps }: Path, when: 'NX' | 'XX' | ''): Update {
  const replace = when === 'NX' && steps.length > 0 ? [] : select(steps, document.root)
  const none: Update = { replace: when === 'NX' ? [] : replace, add: [], key: '' }
  if (replace.length > 0 || when === 'XX') return none
  // What is not there can only be added where the path says one place, and as a field.
  const single = ({ selector, deep }: Path['steps'][number]): boolean =>
    !deep && (selector.kind === 'keys' ? selector.keys.length === 1 : selector.kind === 'indexes' && selector.indexes.length === 1)
  if (!steps.every(single)) throw new ReplyError('ERR wrong static path')
  const { selector } = steps.at(-1)!
  if (selector.kind !== 'keys') {
    if (select(steps, document.root).length === 0) throw new ReplyError('ERR array index out of range')
    return none
  }
  const [key] = selector.keys
  const add = select(steps.slice(0, -1), document.root).filter(({ value }) => value instanceof Map && !value.has(key))
  return { replace: [], add, key }
}

/** @param merging whether what is there is merged with the value; @returns whether there was anything to do */
function update(document: JsonDocument, { replace, add, key }: Update, value: Json, merging = false): boolean {
  // What is merged keeps what lies in it, which may be selected too.
  const places = merging ? replace : outermost(replace)
  for (const place of places) JsonDocument.checkDepth(place, [value])
  for (const place of add) JsonDocument.checkDepth(place, [value], 1)
  let used = false
  // One of them has the value itself.
  const next = (): Json => (used ? copyOf(value) : ((used = true), value))
  for (const place of places) {
    if (merging) merge(document, place, value)
    else document.replace(place, next())
  }
  for (const place of add) document.setField(place, key, next())
  return replace.length + add.length > 0
}

/** RFC 7396. In place: of a large document it looks only at what the patch names. */
function merge(document: JsonDocument, place: Place, patch: Json): void {
  const target = document.at(place)
  // Merging what it lay in may have removed it.
  if (target === undefined) return
  if (!(target instanceof Map && patch instanceof Map)) return document.replace(place, withoutNulls(patch))
  for (const [key, value] of patch) {
    const old = target.get(key)
    const field = { parent: place, key, value: old ?? null }
    if (old instanceof Map && value instanceof Map) merge(document, field, value)
    else if (value !== null) document.setField(place, key, withoutNulls(value))
    else if (old !== undefined) document.remove([field])
  }
}

/** A patch where there is no object yet. */
function withoutNulls(patch: Json): Json {
  if (!(patch instanceof Map)) return copyOf(patch)
  const result: JsonObject = new Map()
  for (const [key, value] of patch) if (value !== null) result.set(key, withoutNulls(value))
  return result
}

/** `FORMAT JSON`, the only one that values come in. */
function checkFormat(format: ByteString | undefined): void {
  if (format === undefined) throw SYNTAX
  if (!/^(json|string)$/i.test(format)) throw new ReplyError('ERR wrong format')
}

function set(db: Database, argv: Argv): Reply {
  const [, key, pathText, text] = argv
  let when: 'NX' | 'XX' | '' = ''
  for (let i = 4; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if ((word === 'NX' || word === 'XX') && when === '') when = word
    else if (word === 'FORMAT') checkFormat(argv[++i])
    else throw SYNTAX
  }
  const path = parsePath(pathText)
  const document = documentFor(db, key)
  const value = parseJson(text)
  if (document === undefined) {
    if (when === 'XX') return null
    if (path.steps.length > 0) throw newAtRoot()
    db.insert(key, new JsonDocument(value))
  } else if (!update(document, findUpdate(document, path, when), value)) return null
  changed(db, key, 'set')
  return OK
}

function mergeCommand(db: Database, argv: Argv): Reply {
  const [, key, pathText, text] = argv
  if (argv.length > 4) {
    if (argv[4].toUpperCase() !== 'FORMAT' || argv.length > 6) throw SYNTAX
    checkFormat(argv[5])
  }
  const path = parsePath(pathText)
  const document = documentFor(db, key)
  const value = parseJson(text)
  if (document === undefined) {
    if (path.steps.length > 0) throw newAtRoot()
    db.insert(key, new JsonDocument(value))
  } else if (!update(document, findUpdate(document, path, ''), value, true)) return null
  changed(db, key, 'merge')
  return OK
}

function mset(db: Database, argv: Argv): Reply {
  if (argv.length % 3 !== 1) throw wrongArity('json.mset')
  const all: { readonly key: ByteString; readonly path: Path; readonly value: Json }[] = []
  for (let i = 1; i < argv.length; i += 3) {
    const [key, path] = [argv[i], parsePath(argv[i + 1])]
    const document = readDocument(db, key)
    if (path.steps.length > 0) {
      if (document === undefined) throw newAtRoot()
      findUpdate(document, path, '')
    }
    const value = parseJson(argv[i + 2])
    for (const place of document === undefined ? [] : select(path.steps.slice(0, -1), document.root))
      JsonDocument.checkDepth(place, [value], 1)
    all.push({ key, path, value })
  }
  for (const { key, path, value } of all) {
    const document = documentFor(db, key)
    if (document === undefined) db.insert(key, new JsonDocument(value))
    else if (!updateNow(document, path, value)) continue
    changed(db, key, 'mset')
  }
  return OK
}

/** What was right when all were looked at need not be so any more: an earlier one may have changed the same key. */
function updateNow(document: JsonDocument, path: Path, value: Json): boolean {
  try {
    return update(document, findUpdate(document, path, ''), value)
  } catch (error) {
    if (error instanceof ReplyError) return false
    throw error
  }
}

function get(db: Database, argv: Argv, { protocol }: Session): Reply {
  const layout = { indent: '', newline: '', space: '' }
  let laidOut = false
  let format: Format | null = null
  const paths: Path[] = []
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toLowerCase()
    if (word === 'noescape') continue
    if (word !== 'format' && !Object.hasOwn(layout, word)) {
      paths.push(parsePath(argv[i]))
      continue
    }
    if (++i === argv.length) throw wrongArity('json.get')
    if (word === 'format') format = readFormat(argv[i], 'STRING', protocol)
    else {
      layout[word as keyof Layout] = argv[i]
      laidOut = true
    }
  }
  if (paths.length === 0) paths.push(parsePath('.'))
  const document = readDocument(db, argv[1])
  if (document === undefined) return null
  const legacy = format === null && paths.every((path) => path.legacy)
  const found = paths.map((path) => {
    const values = select(path.steps, document.root).map(({ value }) => value)
    if (legacy && values.length === 0) throw missing(paths.length > 1 ? path.given : path.text)
    return legacy ? values[0] : values
  })
  if (format !== null) return (found as Json[][]).map((values) => values.map(format))
  const result = paths.length === 1 ? found[0] : new Map(paths.map(({ given }, i) => [given, found[i]]))
  return laidOut ? toLaidOutText(result, layout) : toText(result)
}

function mget(db: Database, argv: Argv): Reply {
  const keys = argv.slice(1, -1)
  let path: Path
  try {
    path = parsePath(argv.at(-1)!)
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error
    return keys.map(() => null)
  }
  return keys.map((key) => {
    const document = db.read(key)
    if (!(document instanceof JsonDocument)) return null
    const values = select(path.steps, document.root).map(({ value }) => value)
    if (!path.legacy) return toText(values)
    return values.length === 0 ? null : toText(values[0])
  })
}

function del(db: Database, argv: Argv): Reply {
  const key = argv[1]
  const path = optionalPath(argv)
  const document = documentFor(db, key)
  if (document === undefined) return 0
  const removed = path.steps.length === 0 ? 1 : document.remove(select(path.steps, document.root))
  if (removed === 0) return 0
  // What is left empty goes too.
  if (path.steps.length === 0 || !isFull(document.root)) db.delete(key)
  changed(db, key, 'del')
  return removed
}

/** Whether there is something to clear. */
const isFull = (value: Json): boolean =>
  Array.isArray(value) ? value.length > 0 : value instanceof Map ? value.size > 0 : isNumber(value) && toNumber(value) !== 0

function clear(db: Database, argv: Argv): Reply {
  const path = parsePath(argv[2] ?? '$')
  const document = documentFor(db, argv[1])
  if (document === undefined) throw noKey()
  const places = outermost(select(path.steps, document.root).filter(({ value }) => isFull(value)))
  for (const place of places) document.replace(place, Array.isArray(place.value) ? [] : place.value instanceof Map ? new Map() : 0)
  if (places.length > 0) changed(db, argv[1], 'clear')
  return places.length
}
