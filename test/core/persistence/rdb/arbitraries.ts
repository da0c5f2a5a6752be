// Random values of all types, with what the encodings treat differently: integers at their limits, lengths at theirs,
// text that compresses and bytes that do not, collections on both sides of Redis's small forms.
import * as fc from 'fast-check'
import { ConsumerGroup } from '../../../../src/core/streams/consumer-group.ts'
import { compareIds, formatId } from '../../../../src/core/streams/stream-id.ts'
import { encodeString, Hash, List, Members, Raw, SortedSet, type Value } from '../../../../src/core/engine/values.ts'
import { Stream } from '../../../../src/core/streams/stream.ts'
import type { Int64 } from '../../../../src/core/numbers.ts'
import type { KeyToWrite } from './content.ts'

const bytes = (most: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: most, size: 'max' }).map((array) => Buffer.from(array).toString('latin1'))

const LIMITS = [0, 7, 8, 12, 13, 15, 16, 23, 24, 31, 32, 53, 63].flatMap((bits) =>
  [-1n, 0n, 1n].flatMap((near) => [2n ** BigInt(bits) + near, -(2n ** BigInt(bits)) + near]),
)
const integers = fc
  .oneof(fc.constantFrom(...LIMITS), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -200n, max: 200n }))
  .map(String)
const nearlyIntegers = fc.constantFrom('', '-', '-0', '00', '01', '+1', ' 1', '1 ', '1e3', '0x1', '99999999999', '12345678901234567890')
const repetitive = fc
  .tuple(fc.string({ minLength: 1, maxLength: 20, unit: 'binary-ascii' }), fc.integer({ min: 1, max: 40 }), bytes(8))
  .map(([part, times, end]) => part.repeat(times) + end)
const lengths = fc
  .constantFrom(20, 21, 63, 64, 127, 128, 252, 253, 254, 4095, 4096, 16_383, 16_384, 70_000)
  .map((length) => 'y'.repeat(length - 1) + 'z')

export const byteStrings = fc.oneof(
  { weight: 4, arbitrary: bytes(24) },
  { weight: 3, arbitrary: integers },
  { weight: 1, arbitrary: nearlyIntegers },
  { weight: 2, arbitrary: repetitive },
  { weight: 1, arbitrary: lengths },
  { weight: 1, arbitrary: bytes(600) },
)
const elements = fc.oneof({ weight: 6, arbitrary: bytes(12) }, { weight: 3, arbitrary: integers }, { weight: 1, arbitrary: byteStrings })

const scores = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(Infinity, -Infinity, 0, 0.1, -1.5e-7, 2 ** 53, 1e300, 5e-324, 0.1 + 0.2),
)

/** Mostly small, sometimes beyond what Redis keeps in a listpack. */
const many = <T>(element: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.array(element, { minLength: 1, maxLength: 12, size: 'max' }) },
    { weight: 1, arbitrary: fc.array(element, { minLength: 100, maxLength: 700, size: 'max' }) },
  )

const FUTURE = fc.integer({ min: 4_102_444_800_000, max: 5_000_000_000_000 })

export const strings: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: byteStrings.map(encodeString) },
  { weight: 1, arbitrary: byteStrings.map((text) => new Raw(text)) },
)
export const lists: fc.Arbitrary<Value> = many(elements).map((all) => {
  const list = new List()
  for (const element of all) list.push(element)
  return list
})
export const sets: fc.Arbitrary<Value> = fc.oneof(many(elements), many(integers)).map((all) => {
  const members = new Members()
  for (const member of all) members.add(member)
  return members
})
export const hashes = many(fc.tuple(elements, elements)).map((all) => {
  const hash = new Hash()
  for (const [field, value] of all) hash.put(field, value)
  return hash
})
export const sortedSets: fc.Arbitrary<Value> = many(fc.tuple(elements, scores)).map((all) => {
  const zset = new SortedSet()
  for (const [member, score] of all) zset.set(member, score)
  return zset
})
/** Some fields, but at least one, have an expiry. */
export const expiringHashes: fc.Arbitrary<Value> = fc
  .tuple(hashes, fc.array(FUTURE, { minLength: 1, maxLength: 20 }))
  .map(([hash, expiries]) => {
    expiries.forEach((expiry, i) => hash.setExpiry((i * 7) % hash.size, expiry))
    return hash
  })

const halves = fc.oneof(
  { weight: 8, arbitrary: fc.nat(50) },
  { weight: 2, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom<Int64>(2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n) },
)
const ids = fc.record({ ms: halves, seq: halves }).filter(({ ms, seq }) => ms !== 0 || seq !== 0)
const fields = fc.oneof(
  // Often the same names, which a node keeps once.
  { weight: 3, arbitrary: fc.tuple(elements, elements).map(([a, b]) => ['name', a, 'number', b]) },
  { weight: 1, arbitrary: fc.array(fc.tuple(elements, elements), { minLength: 1, maxLength: 4 }).map((pairs) => pairs.flat()) },
)
const TIMES = fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 })
const group = fc.record({
  name: elements,
  lastId: ids,
  read: fc.constantFrom(-1, 0, 7),
  consumers: fc.uniqueArray(fc.tuple(elements, TIMES), { minLength: 1, maxLength: 3, selector: ([name]) => name }),
  pending: fc.array(fc.tuple(ids, fc.nat(), TIMES, fc.nat(5)), { maxLength: 30 }),
})

export const streams = fc
  .record({
    entries: fc.uniqueArray(fc.tuple(ids, fields), { maxLength: 40, size: 'max', selector: ([id]) => formatId(id) }),
    deleted: fc.array(fc.nat(40), { maxLength: 5 }),
    limits: fc.constantFrom({ bytes: 4096, entries: 100 }, { bytes: 100, entries: 0 }, { bytes: 0, entries: 3 }),
    groups: fc.uniqueArray(group, { maxLength: 2, selector: ({ name }) => name }),
  })
  .map(({ entries, deleted, limits, groups }): Value => {
    const stream = new Stream()
    const sorted = entries.toSorted(([a], [b]) => compareIds(a, b))
    for (const [id, fields] of sorted) stream.append(id, [...fields], limits)
    for (const i of deleted) {
      const id = sorted[i]?.[0]
      if (id !== undefined && stream.delete(id) && compareIds(id, stream.maxDeletedId) > 0) stream.maxDeletedId = id
    }
    for (const { name, lastId, read, consumers, pending } of groups) {
      const group = new ConsumerGroup(lastId, read)
      const readers = consumers.map(([name, seen]) => group.addConsumer(name, seen))
      for (const [id, which, time, count] of pending) group.assign(id, { consumer: readers[which % readers.length], time, count })
      stream.groups.set(name, group)
    }
    return stream
  })

export const values: fc.Arbitrary<Value> = fc.oneof(strings, lists, sets, hashes, sortedSets, streams)

/** Keys of some databases, without duplicates. */
export function keysOf(value: fc.Arbitrary<Value>, most = 12): fc.Arbitrary<KeyToWrite[]> {
  const key = fc.record({
    db: fc.constantFrom(0, 0, 1, 15),
    key: byteStrings,
    value,
    expiry: fc.oneof(fc.constant(0), fc.constant(0), FUTURE),
  })
  return fc.uniqueArray(key, { maxLength: most, size: 'max', selector: ({ db, key }) => `${db}:${key}` })
}
