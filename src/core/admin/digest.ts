// DEBUG DIGEST: one hash of all data, the same on every server that holds the same, in whatever order it came there. What
// has an order is mixed into a digest one after the other; what has none is put together by XOR.
import type { ByteString } from '../bytes.ts'
import type { Database } from '../engine/database.ts'
import type { Engine } from '../engine/engine.ts'
import { MAX_ID, MIN_ID } from '../engine/structures/stream-id.ts'
import { textOf, typeOf, type Value } from '../engine/values.ts'
import { formatDouble } from '../numbers.ts'
import { sha1 } from '../sha1.ts'

/** The numbers of types in RDB files and in the digest. */
const TYPES = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const
const BYTES = 20

class Digest {
  #bytes: ByteString = '\0'.repeat(BYTES)

  /** Something whose place counts. */
  mix(text: ByteString): this {
    this.add(text)
    this.#bytes = sha1Bytes(this.#bytes)
    return this
  }

  /** Something whose place does not count. */
  add(text: ByteString): void {
    const hash = sha1Bytes(text)
    this.#bytes = Array.from(hash, (byte, i) => String.fromCharCode(byte.charCodeAt(0) ^ this.#bytes.charCodeAt(i))).join('')
  }

  get bytes(): ByteString {
    return this.#bytes
  }

  get hex(): string {
    return Array.from(this.#bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  }
}

const sha1Bytes = (text: ByteString): ByteString => sha1(text).replace(/../g, (digits) => String.fromCharCode(Number.parseInt(digits, 16)))

/** Four bytes, the highest first. */
const uint32 = (number: number): ByteString => String.fromCharCode(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255)

/** Of all databases. */
export function digestOf(engine: Engine): string {
  const all = new Digest()
  for (const db of engine.databases()) {
    if (db.keyspace.size === 0) continue
    all.mix(uint32(db.index))
    for (const key of [...db.keyspace.keys]) {
      const digest = new Digest().mix(key)
      addValue(db, key, digest)
      all.add(digest.bytes)
    }
  }
  return all.hex
}

/** Of the value of one key; zeros if there is none. */
export function digestOfValue(db: Database, key: ByteString): string {
  const digest = new Digest()
  addValue(db, key, digest)
  return digest.hex
}

function addValue(db: Database, key: ByteString, digest: Digest): void {
  const value = db.peek(key)
  if (value === undefined) return
  digest.mix(uint32(TYPES[typeOf(value)]))
  addContent(value, digest)
  if (db.expiryOf(key) !== 0) digest.add('!!expire!!')
}

function addContent(value: Value, digest: Digest): void {
  if (typeof value !== 'object' || value.type === 'string') return void digest.mix(textOf(value))
  const pair = (first: ByteString, second: ByteString): void => digest.add(new Digest().mix(first).mix(second).bytes)
  switch (value.type) {
    case 'list':
      return value.walk(0, false, (element) => void digest.mix(element))
    case 'set':
      return value.keys.forEach((member) => digest.add(member))
    case 'hash':
      return value.keys.forEach((field, slot) => pair(field, value.values[slot]))
    case 'zset':
      return value.scores.keys.forEach((member, slot) => pair(member, formatDouble(value.scores.values[slot])))
    case 'stream':
      return value.walk(MIN_ID, MAX_ID, false, (fields, ms, seq) => {
        digest.mix(`${ms}.${seq}`)
        for (const text of fields) digest.mix(text)
      })
  }
}
