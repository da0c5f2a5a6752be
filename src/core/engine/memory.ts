// How much memory the data takes, by estimate: JavaScript tells no sizes. A collection is sampled, as MEMORY USAGE does,
// and so is a keyspace, so that the total costs the same with a thousand keys and with a million.
import type { ByteString } from '../bytes.ts'
import type { Engine } from './engine.ts'
import type { Keyspace } from './keyspace.ts'
import { MAX_ID, MIN_ID } from './structures/stream-id.ts'
import { Raw, type Stream, type Value } from './values.ts'

// Bytes on V8 without pointer compression, measured with a million entries (bench/memory.bench.ts).
const STRING_HEADER = 16
export const SLOT = 45 // an index entry, and a place in the columns
const OBJECT = 200 // a collection with its arrays
const ENTRY = 80 // a stream's entry: its places in three columns, and an array
const PENDING = 140 // an entry in a pending list and in its consumer's
const SAMPLES = 5
const KEYS_SAMPLED = 512

const sizeOfString = (text: ByteString): number => STRING_HEADER + ((text.length + 7) & ~7)

/** Bytes of a key and its value. @param samples how many elements of a collection are looked at; 0 looks at all */
export function sizeOfEntry(key: ByteString, value: Value, samples = SAMPLES): number {
  return SLOT + sizeOfString(key) + sizeOfValue(value, samples)
}

function sizeOfValue(value: Value, samples: number): number {
  if (typeof value === 'number') return 8
  if (typeof value === 'string') return sizeOfString(value)
  if (value instanceof Raw) return OBJECT + value.length
  if (value.size === 0) return OBJECT
  const sampled = samples === 0 ? value.size : Math.min(samples, value.size)
  let bytes = 0
  switch (value.type) {
    case 'list':
      value.walk(0, false, (element, i) => {
        bytes += 8 + sizeOfString(element)
        return i + 1 < sampled
      })
      break
    case 'set':
      for (let i = 0; i < sampled; i++) bytes += SLOT + sizeOfString(value.keys[i])
      break
    case 'hash':
      for (let i = 0; i < sampled; i++) bytes += SLOT + sizeOfString(value.keys[i]) + sizeOfString(value.values[i])
      break
    case 'zset':
      for (let i = 0; i < sampled; i++) bytes += 2 * SLOT + sizeOfString(value.scores.keys[i])
      break
    case 'stream':
      bytes = sizeOfEntries(value, sampled)
  }
  return OBJECT + Math.round((bytes / sampled) * value.size)
}

/** Bytes of a stream's first entries, with their part of what is pending. */
function sizeOfEntries(stream: Stream, sampled: number): number {
  let pending = 0
  for (const { pel } of stream.groups.values()) pending += pel.size
  let bytes = (pending / stream.size) * PENDING * sampled
  let left = sampled
  stream.walk(MIN_ID, MAX_ID, false, (fields) => {
    bytes += ENTRY
    // The names are shared by a node's entries.
    for (let i = 0; i < fields.length; i++) bytes += 8 + (i % 2) * sizeOfString(fields[i])
    return --left > 0
  })
  return bytes
}

export class Memory {
  readonly #engine: Engine
  #estimate = 0
  // The estimate is good for as many changes as it counted keys of a hundred.
  #until = -1
  peak = 0
  /** Changes that the dirty count does not tell: what has expired. */
  expired = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Bytes of all data, by estimate. */
  used(): number {
    const changes = this.#engine.dirty + this.expired
    if (changes > this.#until) {
      let bytes = 0
      let keys = 0
      for (const { keyspace } of this.#engine.databases()) {
        bytes += sizeOfKeyspace(keyspace, this.#engine.random)
        keys += keyspace.size
      }
      this.#estimate = bytes
      this.#until = changes + keys / 100
    }
    this.peak = Math.max(this.peak, this.#estimate)
    return this.#estimate
  }

  /** Takes what was just removed off the estimate. */
  freed(bytes: number): void {
    this.#estimate -= bytes
  }

  /** Forgets the estimate: all data has changed, or nothing may be written and any change counts. */
  reset(): void {
    this.#until = -1
  }
}

function sizeOfKeyspace(keyspace: Keyspace, random: () => number): number {
  const { size } = keyspace
  if (size === 0) return 0
  let bytes = 0
  const sampled = Math.min(size, KEYS_SAMPLED)
  for (let i = 0; i < sampled; i++) {
    const slot = size === sampled ? i : Math.floor(random() * size)
    bytes += sizeOfEntry(keyspace.keys[slot], keyspace.values[slot])
  }
  return (bytes / sampled) * size
}
