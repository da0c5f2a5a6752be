// `isodis rdb FILE`: a dump as lines of JSON, one a key, or with --check only whether it is whole. Any dump.rdb
// that the engine loads will do; of what was read only the names of the keys are kept, to see one that comes twice.
import { createReadStream } from 'node:fs'
import { type ByteString, decodeUtf8, encodeUtf8 } from '../../core/bytes.ts'
import { formatDouble } from '../../core/numbers.ts'
import { readRdb } from '../../core/persistence/rdb/reader.ts'
import type { Stream } from '../../core/streams/stream.ts'
import { formatId, MAX_ID, MIN_ID } from '../../core/streams/stream-id.ts'
import { stream } from '../../core/streams/streams.ts'
import { contentOf } from '../../core/engine/modules.ts'
import { nameOfType, textOf, type Value } from '../../core/engine/values.ts'
import { json } from '../../core/json/json.ts'
import { vectors } from '../../core/vectors/vectors.ts'
import { reasonOf } from './reason.ts'

/** How many databases a file may have. */
const DATABASES = 2 ** 31 - 1
const READ_SIZE = 1 << 20
/** Lines are put together, so that a pipe is not written to a key at a time. */
const OUTPUT_SIZE = 1 << 16

export interface RdbSummary {
  readonly version: number
  readonly keys: number
  readonly expired: number
  readonly databases: number
  /** How many keys of each type. */
  readonly types: Readonly<Record<string, number>>
}

/**
 * Reads a file to its end, checksum included.
 * @param path `-` for standard input
 * @param write gets the lines; null if they are not wanted
 * @throws RdbError, or Error if it cannot be read
 */
export async function printRdb(
  path: string,
  write: ((lines: string) => void | Promise<void>) | null,
  now = Date.now(),
): Promise<RdbSummary> {
  const types: Record<string, number> = {}
  const databases = new Set<number>()
  let keys = 0
  let expired = 0
  let lines = ''
  const seen = new Map<number, Set<ByteString>>()
  const { version } = await readRdb(
    opened(path),
    {
      databases: DATABASES,
      types: { modules: new Map([json, vectors].map(({ type }) => [type.name, type])), stream },
      entry(db, key, value, expiry) {
        // A file with a key twice is refused by those who load it, so checking must see it too.
        let names = seen.get(db)
        if (names === undefined) seen.set(db, (names = new Set()))
        if (names.has(key)) return false
        names.add(key)
        const type = nameOfType(value)
        types[type] = (types[type] ?? 0) + 1
        databases.add(db)
        keys++
        if (expiry !== 0 && expiry <= now) expired++
        if (write !== null)
          lines += `${JSON.stringify({ db, key: shown(key), type, ...(expiry === 0 ? {} : { expireAt: expiry }), value: plain(value) })}\n`
        return true
      },
      library(code) {
        if (write !== null) lines += `${JSON.stringify({ library: shown(code) })}\n`
      },
    },
    async () => {
      if (lines.length < OUTPUT_SIZE) return
      const full = lines
      lines = ''
      await write?.(full)
    },
  )
  if (lines !== '') await write?.(lines)
  return { version, keys, expired, databases: databases.size, types }
}

async function* opened(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* path === '-' ? process.stdin : createReadStream(path, { highWaterMark: READ_SIZE })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined
      ? error
      : new Error(`can't read '${path}': ${reasonOf(error)}`, { cause: error })
  }
}

export function describeSummary({ version, keys, expired, databases, types }: RdbSummary): string {
  const counts = Object.entries(types).map(([type, count]) => `${type} ${count}`)
  const parts = [
    `RDB version ${version}`,
    `${counted(keys, 'key')} in ${counted(databases, 'database')}`,
    ...(counts.length > 0 ? [counts.join(', ')] : []),
  ]
  return `${parts.join('; ')}${expired > 0 ? `; ${expired} of them have expired` : ''}; the checksum is right`
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Bytes as text where they are UTF-8, else as base64. */
function shown(bytes: ByteString): string | { base64: string } {
  const text = decodeUtf8(bytes)
  return text.includes('\ufffd') && encodeUtf8(text) !== bytes ? { base64: Buffer.from(bytes, 'latin1').toString('base64') } : text
}

/** A value in JSON: hashes and sorted sets are lists of pairs, since fields may be no text and scores infinite. */
function plain(value: Value): unknown {
  if (typeof value !== 'object' || value.type === 'string') return shown(textOf(value))
  switch (value.type) {
    case 'list':
      return value.slice(0, value.size - 1).map(shown)
    case 'set':
      return value.keys.map(shown)
    case 'hash':
      return value.keys.map((field, slot) => {
        const expiry = value.expiry(slot)
        return [shown(field), shown(value.values[slot]), ...(expiry === 0 ? [] : [expiry])]
      })
    case 'zset': {
      const pairs: unknown[] = []
      value.order.walk(0, value.size, false, (member, score) =>
        pairs.push([shown(member), Number.isFinite(score) ? score : formatDouble(score)]),
      )
      return pairs
    }
    case 'module':
      return value.of.form === 'string' ? shown(contentOf(value)) : Array.from(value.parts(), shown)
    case 'stream':
      return plainStream(value)
  }
}

/** Entries with their fields and values in turn; groups with what is pending for whom, since when and how often delivered. */
function plainStream(stream: Stream): unknown {
  const entries: unknown[] = []
  stream.walk(MIN_ID, MAX_ID, false, (fields, ms, seq) => void entries.push([formatId({ ms, seq }), fields.map(shown)]))
  const groups = [...stream.groups].map(([name, { lastId, consumers, pel }]) => {
    const pending: unknown[] = []
    pel.walk(MIN_ID, MAX_ID, false, ({ consumer, time, count }, ms, seq) => {
      pending.push([formatId({ ms, seq }), shown(consumer.name), time, Number(count)])
    })
    return { name: shown(name), lastId: formatId(lastId), consumers: [...consumers.keys()].map(shown), pending }
  })
  return { entries, lastId: formatId(stream.lastId), groups }
}
