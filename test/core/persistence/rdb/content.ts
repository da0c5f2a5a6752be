// What values, files and servers hold, as plain JS that can be compared.
import { readRdb } from '../../../../src/core/persistence/rdb/reader.ts'
import { ByteSink, type SinkOptions } from '../../../../src/core/persistence/rdb/byte-sink.ts'
import type { Use } from '../../../../src/core/persistence/rdb/format.ts'
import { RdbWriter, type WriterOptions } from '../../../../src/core/persistence/rdb/writer.ts'
import type { ByteString } from '../../../../src/core/bytes.ts'
import { restoreValue } from '../../../../src/core/persistence/rdb/dump.ts'
import { contentOf as contentOfModule, type Types } from '../../../../src/core/engine/modules.ts'
import { stream } from '../../../../src/core/streams/streams.ts'
import { formatId, MAX_ID, MIN_ID } from '../../../../src/core/streams/stream-id.ts'
import { textOf, type Value } from '../../../../src/core/engine/values.ts'
import type { Stream } from '../../../../src/core/streams/stream.ts'
import { formatDouble, parseDouble } from '../../../../src/core/numbers.ts'
import { plain, type RespClient, type WireReply } from '../../../support/resp-client.ts'

export interface Entry {
  readonly type: string
  readonly value: unknown
  /** Milliseconds since 1970, 0 for none. */
  readonly expiry: number
  readonly use?: Use
}

/** Entries by `db:key`. */
export type Content = Record<string, Entry>

export interface File {
  readonly content: Content
  readonly aux: Record<string, string>
  readonly libraries: string[]
  readonly version: number
  readonly empty: string[]
}

/** A value, with what has no order sorted. */
export function contentOf(value: Value): { type: string; value: unknown } {
  if (typeof value !== 'object' || value.type === 'string') return { type: 'string', value: textOf(value) }
  switch (value.type) {
    case 'list':
      return { type: 'list', value: value.slice(0, value.size - 1) }
    case 'set':
      return { type: 'set', value: value.keys.toSorted() }
    case 'hash':
      return { type: 'hash', value: sorted(value.keys.map((field, slot) => [field, value.values[slot], value.expiry(slot)])) }
    case 'zset': {
      const members: [string, string][] = []
      value.order.walk(0, value.size, false, (member, score) => members.push([member, formatDouble(score)]))
      return { type: 'zset', value: members }
    }
    case 'module':
      return { type: value.of.name, value: contentOfModule(value) }
    case 'stream':
      return { type: 'stream', value: contentOfStream(value) }
  }
}

/** What XINFO STREAM FULL tells of a stream, but for its nodes. */
function contentOfStream(stream: Stream): unknown {
  const entries: unknown[] = []
  stream.walk(MIN_ID, MAX_ID, false, (fields, ms, seq) => void entries.push([formatId({ ms, seq }), [...fields]]))
  return {
    length: stream.size,
    lastId: formatId(stream.lastId),
    maxDeletedId: formatId(stream.maxDeletedId),
    added: Number(stream.added),
    entries,
    groups: [...stream.groups].toSorted(byName).map(([name, group]) => {
      const pel: unknown[] = []
      const own = new Map<string, unknown[]>(group.sortedConsumers().map(({ name }) => [name, []]))
      group.pel.walk(MIN_ID, MAX_ID, false, ({ consumer, time, count }, ms, seq) => {
        pel.push([formatId({ ms, seq }), consumer.name, time, Number(count)])
        if (consumer.pending.get({ ms, seq })) own.get(consumer.name)!.push([formatId({ ms, seq }), time, Number(count)])
      })
      return {
        name,
        lastId: formatId(group.lastId),
        read: group.entriesRead === -1 ? null : Number(group.entriesRead),
        pel,
        consumers: group.sortedConsumers().map((consumer) => ({ name: consumer.name, seen: consumer.seen, pel: own.get(consumer.name) })),
      }
    }),
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)

type Info = Record<string, never>

/** The same from the reply of XINFO STREAM FULL. */
export function contentOfInfo(reply: unknown): unknown {
  const {
    length,
    'last-generated-id': lastId,
    'max-deleted-entry-id': maxDeletedId,
    'entries-added': added,
    entries,
    groups,
  } = asInfo(reply)
  return {
    length,
    lastId,
    maxDeletedId,
    added,
    entries,
    groups: (groups as unknown[])
      .map(asInfo)
      .toSorted((a, b) => (a['name'] < b['name'] ? -1 : 1))
      .map((group) => ({
        name: group['name'],
        lastId: group['last-delivered-id'],
        read: group['entries-read'],
        pel: group['pending'],
        consumers: (group['consumers'] as unknown[])
          .map(asInfo)
          .toSorted((a, b) => (a['name'] < b['name'] ? -1 : 1))
          .map((consumer) => ({ name: consumer['name'], seen: consumer['seen-time'], pel: consumer['pending'] })),
      })),
  }
}

function asInfo(flat: unknown): Info {
  const list = flat as unknown[]
  return Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name === 'pel' ? 'pending' : name, list[i + 1]]] : []))) as Info
}

const sorted = <T extends [string, ...unknown[]]>(rows: T[]): T[] => rows.toSorted((a, b) => (a[0] < b[0] ? -1 : 1))

/** Of an engine that has all but those of other entries. */
export const TYPES: Types = { modules: new Map(), stream }

/** The value of a payload of DUMP. */
export const restore = (payload: ByteString): Value => restoreValue(payload, TYPES)

/** Reads a file, from the chunks it comes in. */
export async function readFile(chunks: Iterable<Uint8Array>): Promise<File> {
  const content: Content = {}
  const aux: Record<string, string> = {}
  const libraries: string[] = []
  const empty: string[] = []
  const { version } = await readRdb(chunks, {
    databases: 16,
    types: TYPES,
    entry(db, key, value, expiry, use) {
      const name = `${db}:${key}`
      if (name in content) return false
      content[name] = { ...contentOf(value), expiry, ...(Object.keys(use).length > 0 ? { use } : {}) }
      return true
    },
    aux: (name, value) => (aux[name] = value),
    library: (code) => libraries.push(code),
    empty: (key) => empty.push(key),
  })
  return { content, aux, libraries, version, empty }
}

export interface KeyToWrite {
  readonly db: number
  readonly key: string
  readonly value: Value
  readonly expiry: number
  readonly use?: Use
}

/** A file of ours. */
export function writeFile(keys: readonly KeyToWrite[], options: WriterOptions & SinkOptions & { libraries?: string[] } = {}): Uint8Array {
  const sink = new ByteSink(options)
  const writer = new RdbWriter(sink, options)
  writer.header([['redis-ver', '7.0.15']])
  for (const code of options.libraries ?? []) writer.library(code)
  for (const db of new Set(keys.map((each) => each.db))) {
    const own = keys.filter((each) => each.db === db)
    writer.database(db, own.length, own.filter(({ expiry }) => expiry !== 0).length)
    for (const { key, value, expiry, use } of own) writer.entry(key, value, expiry, use ?? {})
  }
  writer.end()
  return Buffer.concat(sink.take())
}

export function contentOfKeys(keys: readonly KeyToWrite[]): Content {
  return Object.fromEntries(
    keys.map(({ db, key, value, expiry, use }) => [`${db}:${key}`, { ...contentOf(value), expiry, ...(use === undefined ? {} : { use }) }]),
  )
}

/** All that a server holds. */
export async function readServer(client: RespClient): Promise<Content> {
  const content: Content = {}
  const info = plain(await client.call('INFO', 'keyspace')) as string
  for (const [, db] of info.matchAll(/^db(\d+):/gm)) {
    await client.call('SELECT', db)
    const keys = plain(await client.call('KEYS', '*')) as string[]
    const types = await client.pipeline(keys.map((key) => ['TYPE', key]))
    const expiries = await client.pipeline(keys.map((key) => ['PEXPIRETIME', key]))
    const values = await client.pipeline(keys.map((key, i) => COMMANDS[types[i].value as string](key)))
    keys.forEach((key, i) => {
      const type = types[i].value as string
      content[`${db}:${key}`] = { type, value: serverValue(type, values[i]), expiry: Math.max(0, Number(expiries[i].value)) }
    })
  }
  await client.call('SELECT', '0')
  return content
}

const COMMANDS: Readonly<Record<string, (key: string) => string[]>> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  hash: (key) => ['HGETALL', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
}

function serverValue(type: string, reply: WireReply): unknown {
  if (type === 'stream') return contentOfInfo(plain(reply))
  const value = plain(reply) as string[]
  if (type === 'set') return value.toSorted()
  if (type === 'hash') return sorted(pairs(value).map(([field, text]) => [field, text, 0]))
  // Redis keeps the sign of a zero in its large encoding; Redis 8 and Valkey write scores with fewer digits.
  if (type === 'zset') return pairs(value).map(([member, score]) => [member, formatDouble(parseDouble(score) + 0)])
  return value
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((first, i) => (i % 2 === 0 ? [[first, flat[i + 1]] as [string, string]] : []))
}
