// VADD and its like: https://redis.io/docs/latest/develop/data-types/vector-sets/. What is asked for is looked at whole before anything changes.
import { type ByteString, fromUint8Array } from '../bytes.ts'
import { flag, integer, integerIn, randomCount, readOptions } from '../engine/arguments.ts'
import { type Argv, type Group, type Row, row } from '../engine/command.ts'
import { randomSlots } from '../engine/commands/random.ts'
import type { Database } from '../engine/database.ts'
import { WRONG_TYPE, wrongArity } from '../engine/errors.ts'
import type { Session } from '../engine/session.ts'
import { parseDouble } from '../numbers.ts'
import { Double, MapReply, NullArray, type Reply, ReplyError, Status } from '../reply.ts'
import { parseFilter } from './filter.ts'
import type { Node } from './graph.ts'
import type { Found } from './nearest.ts'
import { bytesOf, fromBytes, MOST_DIMENSIONS, MOST_M, type Quantization, quantized } from './vector.ts'
import { VectorSet } from './vector-set.ts'

export const vectorGroup = (): Group => ({ name: 'vector_set', rows: rows() })

const DEFAULT_M = 16
const DEFAULT_BUILD_EFFORT = 200
const DEFAULT_SEARCH_EFFORT = 100
const DEFAULT_COUNT = 10
/** Unless FILTER-EF says otherwise, so many elements are looked at for each one wanted. */
const LOOKED_AT = 100
/** Components of a matrix for fewer dimensions. */
const LARGEST_MATRIX = 2 ** 26

const INVALID_VECTOR = new ReplyError('ERR invalid vector specification')
const NO_COUNT = new ReplyError('ERR COUNT value is not an integer')
const NO_KEY = new ReplyError('ERR key does not exist')
const invalid = (what: string): ReplyError => new ReplyError(`ERR invalid ${what}`)

const rows = (): Row[] => [
  row('VADD', -5, 'write denyoom', '1 RW update', add),
  row('VREM', 3, 'write', '1 RW delete', (db, argv) => {
    const set = setFor(db, argv[1])
    const node = set?.find(argv[2])
    if (set === undefined || node === undefined) return false
    set.remove(node)
    db.shrunk(argv[1], set, 0, '')
    return true
  }),
  row('VSIM', -4, 'readonly', '1 RO access', similar),
  row('VDIM', 2, 'readonly fast', '1 RO', (db, argv) => read(db, argv[1])?.form.dim ?? NO_KEY),
  row('VCARD', 2, 'readonly fast', '1 RO', (db, argv) => read(db, argv[1])?.size ?? 0),
  row('VISMEMBER', 3, 'readonly fast', '1 RO', (db, argv) => read(db, argv[1])?.find(argv[2]) !== undefined),
  row('VEMB', -3, 'readonly fast', '1 RO access', (db, argv) => {
    const { RAW } = readOptions(argv, 3, { RAW: flag }, () => invalid('option'))
    const set = read(db, argv[1])
    const node = set?.find(argv[2])
    if (set === undefined || node === undefined) return null
    if (!RAW) return Array.from(set.valuesOf(node), (value) => new Double(value))
    const { data, length, range } = node.vector
    const { quantization } = set.form
    const reply: Reply[] = [new Status(quantization), fromUint8Array(bytesOf(data)), new Double(length)]
    return quantization === 'int8' ? [...reply, new Double(range)] : reply
  }),
  row('VSETATTR', 4, 'write fast', '1 RW update', (db, argv) => {
    const set = setFor(db, argv[1])
    const node = set?.find(argv[2])
    if (set === undefined || node === undefined) return false
    set.setAttributes(node, argv[3] || null)
    db.changed(argv[1], 0, '')
    return true
  }),
  row('VGETATTR', 3, 'readonly fast', '1 RO access', (db, argv) => read(db, argv[1])?.find(argv[2])?.attributes ?? null),
  row('VLINKS', -3, 'readonly', '1 RO access', (db, argv) => {
    const scored = argv.length === 4 && argv[3].toUpperCase() === 'WITHSCORES'
    if (argv.length > (scored ? 4 : 3)) throw wrongArity(argv[0])
    const set = read(db, argv[1])
    const node = set?.find(argv[2])
    if (set === undefined || node === undefined) return null
    const levels = node.layers.map(({ links }, layer): Reply => {
      if (!scored) return links.map(({ name }) => name)
      const distances = set.graph.distances(node, layer)
      return new MapReply(links.flatMap(({ name }, i): Reply[] => [name, score(distances[i])]))
    })
    return levels.reverse()
  }),
  row('VINFO', 2, 'readonly fast', '1 RO', (db, argv) => {
    const set = read(db, argv[1])
    if (set === undefined) return new NullArray()
    const { quantization, m, dim, projection } = set.form
    const facts = {
      'quant-type': new Status(quantization),
      'hnsw-m': m,
      'vector-dim': dim,
      'projection-input-dim': projection?.from ?? 0,
      size: set.size,
      'max-level': set.graph.topLayer,
      'attributes-count': set.attributed,
      'vset-uid': set.uid,
      'hnsw-max-node-uid': set.lastId,
    }
    return new MapReply(Object.entries(facts).flatMap(([name, value]): Reply[] => [new Status(name), value]))
  }),
  row('VRANDMEMBER', -2, 'readonly nondeterministic_output', '1 RO access', (db, argv) => {
    if (argv.length > 3) throw wrongArity(argv[0])
    const count = argv.length === 3 ? integer(argv[2], NO_COUNT) && randomCount(argv[2], false) : null
    if (count === 0) return []
    const nodes = read(db, argv[1])?.graph.nodes ?? []
    const random = db.engine.random
    if (count === null) return nodes.length === 0 ? null : nodes[Math.floor(random() * nodes.length)].name
    return nodes.length === 0 ? [] : randomSlots(nodes.length, count, random).map((slot) => nodes[slot].name)
  }),
  row('VRANGE', -4, 'readonly', '1 RO access', range),
]

const asSet = (value: unknown): VectorSet | undefined => {
  if (value === undefined || value instanceof VectorSet) return value
  throw WRONG_TYPE
}
const read = (db: Database, key: ByteString): VectorSet | undefined => asSet(db.read(key))
const setFor = (db: Database, key: ByteString): VectorSet | undefined => asSet(db.write(key))

/** How alike two are, from 0 to 1. */
const score = (distance: number): Double => new Double(1 - distance / 2)

/** `[REDUCE dim] FP32 blob | VALUES n value...` from a position on. @throws ReplyError */
function readVector(argv: Argv, from: number, mayReduce: boolean): { values: Float32Array; reduced: number; next: number } {
  let at = from
  let reduced = 0
  if (mayReduce && argv.length > at + 2 && argv[at].toUpperCase() === 'REDUCE') {
    reduced = integerIn(argv[at + 1], 1, Infinity, INVALID_VECTOR)
    at += 2
  }
  const format = argv[at].toUpperCase()
  if (argv.length < at + 2) throw INVALID_VECTOR
  let values: Float32Array
  if (format === 'FP32') {
    const blob = argv[at + 1]
    if (blob.length % 4 !== 0 || blob.length < 4 || blob.length > 4 * MOST_DIMENSIONS) throw INVALID_VECTOR
    values = fromBytes(blob)
    at += 2
  } else if (format === 'VALUES') {
    const dim = integerIn(argv[at + 1], 1, MOST_DIMENSIONS, INVALID_VECTOR)
    at += 2
    if (argv.length < at + dim) throw INVALID_VECTOR
    values = Float32Array.from(argv.slice(at, at + dim), parseDouble)
    at += dim
  } else throw INVALID_VECTOR
  if (reduced > values.length || reduced * values.length > LARGEST_MATRIX || !values.every(Number.isFinite)) throw INVALID_VECTOR
  return { values, reduced, next: at }
}

const effort = (text: ByteString): number => integerIn(text, 1, 1_000_000, invalid('EF'))

function add(db: Database, argv: Argv): Reply {
  const key = argv[1]
  const { values, reduced, next } = readVector(argv, 2, true)
  if (argv.length <= next) throw wrongArity(argv[0])
  const name = argv[next]
  let quantization: Quantization = 'int8'
  const options = readOptions(
    argv,
    next + 1,
    {
      CAS: flag,
      EF: effort,
      M: (text: ByteString) => integerIn(text, 4, MOST_M, invalid('M')),
      SETATTR: (text: ByteString) => text,
      NOQUANT: () => (quantization = 'f32'),
      BIN: () => (quantization = 'bin'),
      Q8: () => (quantization = 'int8'),
    },
    () => invalid('option after element'),
  )
  const m = options.M ?? DEFAULT_M
  let set = setFor(db, key)
  if (set === undefined) {
    set = new VectorSet(VectorSet.form(quantization, values.length, reduced, m))
    db.store(key, set)
  } else checkFits(set, quantization, m, values.length, reduced)
  const { node, isNew } = set.add(name, values, db.engine.random, options.EF ?? DEFAULT_BUILD_EFFORT)
  if (options.SETATTR !== undefined) set.setAttributes(node, options.SETATTR || null)
  db.changed(key, 0, '')
  return isNew
}

/** @throws ReplyError unless a vector and what is said of it fit to a set */
function checkFits({ form }: VectorSet, quantization: Quantization, m: number, dim: number, reduced: number): void {
  if (form.quantization !== quantization) throw new ReplyError('ERR asked quantization mismatch with existing vector set')
  if (form.m !== m) throw new ReplyError('ERR asked M value mismatch with existing vector set')
  if ((form.projection === null ? dim : reduced) !== form.dim) throw otherDimensions(dim, form.dim)
  if (form.projection === null && reduced !== 0) throw new ReplyError('ERR cannot add projection to existing set without projection')
  if (form.projection !== null && form.projection.from !== dim) throw otherInput(dim, form.projection.from)
}

const otherDimensions = (got: number, has: number): ReplyError =>
  new ReplyError(`ERR Vector dimension mismatch - got ${got} but set has ${has}`)
const otherInput = (got: number, expects: number): ReplyError =>
  new ReplyError(`ERR Input dimension mismatch for projection - got ${got} but projection expects ${expects}`)

function similar(db: Database, argv: Argv, { protocol }: Session): Reply {
  const set = read(db, argv[1])
  if (set === undefined) return []
  const { dim, projection, quantization } = set.form
  let values: Float32Array
  let next = 4
  if (argv[2].toUpperCase() === 'ELE') {
    const node = set.find(argv[3])
    if (node === undefined) throw new ReplyError('ERR element not found in set')
    values = set.valuesOf(node)
  } else {
    ;({ values, next } = readVector(argv, 2, false))
    if (projection === null && values.length !== dim) throw otherDimensions(values.length, dim)
    if (projection !== null && values.length !== dim && values.length !== projection.from) throw otherInput(values.length, projection.from)
  }
  const { WITHSCORES, WITHATTRIBS, ...options } = readOptions(
    argv,
    next,
    {
      WITHSCORES: flag,
      WITHATTRIBS: flag,
      TRUTH: flag,
      NOTHREAD: flag,
      COUNT: (text: ByteString) => integerIn(text, 1, Infinity, invalid('COUNT')),
      EPSILON: (text: ByteString) => epsilon(text),
      EF: effort,
      'FILTER-EF': (text: ByteString) => integerIn(text, 1, Infinity, invalid('FILTER-EF')),
      FILTER: parseFilter,
    },
    () => new ReplyError('ERR syntax error in VSIM command'),
  )
  const count = options.COUNT ?? DEFAULT_COUNT
  const most = Math.min(Math.max(options.EF ?? DEFAULT_SEARCH_EFFORT, count), set.size)
  // An element's own vector has the dimensions of the set.
  const vector = values.length === dim ? quantized(values, quantization) : set.toVector(values)
  const found = options.TRUTH
    ? set.graph.scan(vector, most, options.FILTER)
    : set.graph.search(vector, most, options.FILTER, options['FILTER-EF'] ?? count * LOOKED_AT)
  const near = found.slice(0, count).filter(({ distance }) => distance / 2 <= (options.EPSILON ?? 2))
  const details = ({ node, distance }: Found<Node>): Reply[] => [
    ...(WITHSCORES ? [score(distance)] : []),
    ...(WITHATTRIBS ? [node.attributes] : []),
  ]
  if (!WITHSCORES && !WITHATTRIBS) return near.map(({ node }) => node.name)
  const both = WITHSCORES && WITHATTRIBS && protocol === 3
  return new MapReply(near.flatMap((each): Reply[] => [each.node.name, ...(both ? [details(each)] : details(each))]))
}

function epsilon(text: ByteString): number {
  const value = parseDouble(text)
  if (!(value > 0)) throw invalid('EPSILON')
  return value
}

/** A bound of VRANGE. */
interface Bound {
  readonly name: ByteString
  readonly inclusive: boolean
}

const LEAST: Bound = { name: '', inclusive: true }

function readBound(text: ByteString, which: 'start' | 'end'): Bound | '-' | '+' {
  if (text === '-' || text === '+') return text
  if (!/^[[(][^]/.test(text)) throw new ReplyError(`ERR invalid ${which} range format`)
  return { name: text.slice(1), inclusive: text[0] === '[' }
}

function range(db: Database, argv: Argv): Reply {
  if (argv.length > 5) throw wrongArity(argv[0])
  const count = argv.length === 5 ? integer(argv[4], invalid('COUNT value')) : -1
  const [start, end] = [readBound(argv[2], 'start'), readBound(argv[3], 'end')]
  if (start === '+' || end === '-') throw new ReplyError("ERR '-' can only be used as first argument, '+' only as second")
  const names = read(db, argv[1])?.sorted() ?? []
  const { name, inclusive } = start === '-' ? LEAST : start
  const from = firstIndex(names, (each) => (inclusive ? each >= name : each > name))
  const to = end === '+' ? names.length : firstIndex(names, (each) => (end.inclusive ? each > end.name : each >= end.name))
  return names.slice(from, count < 0 ? to : Math.min(to, from + count))
}

/** The index of the first for which something holds, if it holds for all after that too. */
function firstIndex(names: readonly ByteString[], holds: (name: ByteString) => boolean): number {
  let [low, high] = [0, names.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(names[middle])) high = middle
    else low = middle + 1
  }
  return low
}
