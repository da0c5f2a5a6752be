// DEBUG DIGEST: one hash of all data, the same on every server that holds the same, in whatever order it came there. What
// has an order is mixed into a digest one after the other; what has none is put together by XOR.
import type { ByteString } from '../bytes.ts'
import type { Database } from '../engine/database.ts'
import type { Engine } from '../engine/engine.ts'
import { MAX_ID, MIN_ID } from '../streams/stream-id.ts'
import { textOf, typeOf, type Value } from '../engine/values.ts'
import { formatDouble } from '../numbers.ts'
import { hexOf, paddedWords, sha1Words } from '../sha1.ts'

/** The numbers of types in RDB files and in the digest. */
const TYPES = { string: 0, list: 1, set: 2, zset: 3, hash: 4, module: 5, stream: 6 } as const
/** A digest's, as words; and in bits. */
const WORDS = 5
const BITS = 160

class Digest {
  #words: Int32Array = new Int32Array(WORDS)

  /** Something whose place counts. */
  mix(text: ByteString): this {
    this.add(text)
    const block = new Int32Array(16)
    block.set(this.#words)
    block[WORDS] = 1 << 31
    block[15] = BITS
    this.#words = sha1Words(block)
    return this
  }

  /** Something whose place does not count. */
  add(text: ByteString): void {
    const hash = sha1Words(paddedWords(text))
    for (let i = 0; i < WORDS; i++) this.#words[i] ^= hash[i]
  }

  get bytes(): ByteString {
    let bytes = ''
    for (const word of this.#words) bytes += uint32(word)
    return bytes
  }

  get hex(): string {
    return hexOf(this.#words)
  }
}

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
      return value.keys.forEach((field, slot) => {
        const each = new Digest().mix(field).mix(value.values[slot])
        if (value.expiry(slot) !== 0) each.add('!!hexpire!!')
        digest.add(each.bytes)
      })
    case 'zset':
      return value.scores.keys.forEach((member, slot) => pair(member, formatDouble(value.scores.values[slot])))
    case 'module':
      for (const part of value.parts()) digest.add(part)
      return undefined
    case 'stream':
      return value.walk(MIN_ID, MAX_ID, false, (fields, ms, seq) => {
        digest.mix(`${ms}.${seq}`)
        for (const text of fields) digest.mix(text)
      })
  }
}
