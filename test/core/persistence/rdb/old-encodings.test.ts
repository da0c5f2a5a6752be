// The encodings that servers before and after 7.0 wrote. Those that 7.0 still reads are made here, restored on a real
// server, and must be read alike by both; the others are checked against what they were made from.
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRedis } from '../../../../src/adapters/memory.ts'
import { memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import { formatDouble } from '../../../../src/core/numbers.ts'
import { ByteSink } from '../../../../src/core/persistence/rdb/byte-sink.ts'
import * as format from '../../../../src/core/persistence/rdb/format.ts'
import { backLength } from '../../../../src/core/persistence/rdb/listpack.ts'
import { LzfCompressor } from '../../../../src/core/persistence/rdb/lzf.ts'
import { RdbWriter } from '../../../../src/core/persistence/rdb/writer.ts'
import { type RedisServer, startRedisServer } from '../../../support/redis-server.ts'
import { plain, RespClient } from '../../../support/resp-client.ts'
import { streams } from './arbitraries.ts'
import { contentOf, readFile, readServer, restore } from './content.ts'
import { SEED } from '../../../support/seed.ts'

let server: RedisServer
let client: RespClient

beforeAll(async () => {
  server = await startRedisServer()
  client = await RespClient.connect({ path: server.path })
})
beforeEach(() => client.call('FLUSHALL'))
afterAll(async () => {
  client?.close()
  await server?.stop()
})

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const joined = (...parts: (Uint8Array | number[])[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)))
const le = (value: bigint | number, width: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes.subarray(0, width)
}

/** What the format's parts look like, written as plainly as possible. */
const length = (value: number): Buffer => {
  const sink = new ByteSink()
  sink.length(value)
  sink.flush()
  return Buffer.concat(sink.take())
}
const string = (bytes: Uint8Array | string): Buffer => {
  const content = typeof bytes === 'string' ? latin1(bytes) : Buffer.from(bytes)
  return joined(length(content.length), content)
}
const compressed = (bytes: Buffer): Buffer => {
  const compressor = new LzfCompressor()
  const size = bytes.length < 5 ? 0 : compressor.compress(bytes.toString('latin1'))
  return size === 0 ? string(bytes) : joined([format.LZF], length(size), length(bytes.length), compressor.output.subarray(0, size))
}

const integerOf = (text: string): bigint | null => {
  if (!/^-?\d{1,19}$/.test(text)) return null
  const value = BigInt(text)
  return String(value) === text && BigInt.asIntN(64, value) === value ? value : null
}
const widthOf = (value: bigint, widths: number[]): number => widths.find((width) => BigInt.asIntN(8 * width, value) === value)!

function ziplist(elements: string[]): Buffer {
  const entries: Buffer[] = []
  let before = 0
  let tail = 10
  let at = 10
  for (const element of elements) {
    const number = integerOf(element)
    let body: Buffer
    if (number !== null && number >= 0n && number <= 12n) body = Buffer.from([0xf1 + Number(number)])
    else if (number !== null) {
      const width = widthOf(number, [1, 2, 3, 4, 8])
      body = joined([{ 1: 0xfe, 2: 0xc0, 3: 0xf0, 4: 0xd0, 8: 0xe0 }[width]!], le(number, width))
    } else {
      const n = element.length
      const head = n < 64 ? [n] : n < 16_384 ? [0x40 | (n >> 8), n & 255] : [0x80, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]
      body = joined(head, latin1(element))
    }
    const entry = joined(before < 254 ? [before] : joined([254], le(before, 4)), body)
    entries.push(entry)
    tail = at
    at += entry.length
    before = entry.length
  }
  return joined(le(at + 1, 4), le(tail, 4), le(Math.min(elements.length, 65_535), 2), ...entries, [255])
}

function listpack(elements: string[]): Buffer {
  const entries = elements.map((element) => {
    const number = integerOf(element)
    const n = element.length
    let body: Buffer
    if (number !== null && number >= 0n && number < 128n) body = Buffer.from([Number(number)])
    else if (number !== null && number >= -4096n && number < 4096n)
      body = Buffer.from([0xc0 | (Number(number >> 8n) & 31), Number(number & 255n)])
    else if (number !== null) {
      const width = widthOf(number, [2, 3, 4, 8])
      body = joined([0xf1 + [2, 3, 4, 8].indexOf(width)], le(number, width))
    } else if (n < 64) body = joined([0x80 | n], latin1(element))
    else if (n < 4096) body = joined([0xe0 | (n >> 8), n & 255], latin1(element))
    else body = joined([0xf0], le(n, 4), latin1(element))
    const size = backLength(body.length)
    return joined(
      body,
      Array.from({ length: size }, (_, i) => ((body.length >> (7 * (size - 1 - i))) & 127) | (i > 0 ? 128 : 0)),
    )
  })
  const content = Buffer.concat(entries)
  return joined(le(content.length + 7, 4), le(Math.min(elements.length, 65_535), 2), content, [255])
}

function zipmap(fields: [string, string][]): Buffer {
  const text = (content: string, unused?: number): Buffer =>
    joined(
      content.length < 254 ? [content.length] : joined([254], le(content.length, 4)),
      unused === undefined ? [] : [unused],
      latin1(content),
      Buffer.alloc(unused ?? 0),
    )
  return joined([Math.min(fields.length, 254)], ...fields.flatMap(([field, value], i) => [text(field), text(value, i % 3)]), [255])
}

function intset(members: bigint[]): Buffer {
  const sorted = members.toSorted((a, b) => (a < b ? -1 : 1))
  const width = Math.max(2, ...sorted.map((member) => widthOf(member, [2, 4, 8])))
  return joined(le(width, 4), le(sorted.length, 4), ...sorted.map((member) => le(member, width)))
}

function payload(type: number, ...body: Buffer[]): string {
  const sink = new ByteSink()
  sink.byte(type)
  for (const bytes of body) sink.bytes(bytes)
  sink.integer(10, 2)
  sink.bytes(sink.digest())
  sink.flush()
  return Buffer.concat(sink.take()).toString('latin1')
}

async function readAlike(payload: string): Promise<void> {
  expect(plain(await client.call('RESTORE', 'key', '0', payload, 'REPLACE'))).toBe('OK')
  expect({ ...contentOf(restore(payload)), expiry: 0 }).toEqual((await readServer(client))['0:key'])
}

const NUMBERS = [0, 12, 13, 127, 128, -1, -128, -129, 4095, 4096, -4096, -4097, 32_767, 32_768, -32_768, 8_388_607, 8_388_608, 2 ** 31 - 1, 2 ** 31, -(2 ** 31)].map(BigInt) // prettier-ignore
const integers = fc.oneof(fc.constantFrom(...NUMBERS, 2n ** 63n - 1n, -(2n ** 63n)), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
  { weight: 3, arbitrary: integers.map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...[63, 64, 126, 127, 250, 253, 254, 255, 4095, 4096, 16_380, 16_384].map((n) => 'x'.repeat(n))),
  },
)
const list = fc.array(texts, { minLength: 1, maxLength: 20 })
const fields = fc.uniqueArray(fc.tuple(texts, texts), { minLength: 1, maxLength: 15, selector: ([field]) => field })
const scored = fc.uniqueArray(fc.tuple(texts, fc.double({ noNaN: true })), { minLength: 1, maxLength: 15, selector: ([member]) => member })
const blob = fc.constantFrom(string, compressed)

/** What is written for each encoding. */
const ENCODINGS: Record<string, fc.Arbitrary<string>> = {
  list: list.map((all) => payload(format.LIST, length(all.length), ...all.map(string))),
  'list as a ziplist': fc.tuple(list, blob).map(([all, blob]) => payload(format.LIST_ZIPLIST, blob(ziplist(all)))),
  'quicklist of ziplists': fc
    .tuple(fc.array(list, { minLength: 1, maxLength: 4 }), blob)
    .map(([nodes, blob]) => payload(format.LIST_QUICKLIST, length(nodes.length), ...nodes.map((node) => blob(ziplist(node))))),
  'quicklist of listpacks and plain nodes': fc
    .tuple(fc.array(list, { minLength: 1, maxLength: 4 }), blob)
    .map(([nodes, blob]) =>
      payload(
        format.LIST_QUICKLIST_2,
        length(nodes.length),
        ...nodes.map((node) =>
          node.length === 1 && node[0] !== '' ? joined(length(1), string(node[0])) : joined(length(2), blob(listpack(node))),
        ),
      ),
    ),
  'set as an intset': fc
    .tuple(fc.uniqueArray(integers, { minLength: 1, maxLength: 20 }), blob)
    .map(([all, blob]) => payload(format.SET_INTSET, blob(intset(all)))),
  'hash as a zipmap': fc.tuple(fields, blob).map(([all, blob]) => payload(format.HASH_ZIPMAP, blob(zipmap(all)))),
  'hash as a ziplist': fc.tuple(fields, blob).map(([all, blob]) => payload(format.HASH_ZIPLIST, blob(ziplist(all.flat())))),
  'hash as a listpack': fc.tuple(fields, blob).map(([all, blob]) => payload(format.HASH_LISTPACK, blob(listpack(all.flat())))),
  'sorted set with scores as text': scored.map((all) =>
    payload(
      format.ZSET,
      length(all.length),
      ...all.flatMap(([member, score]) => [
        string(member),
        score === Infinity ? Buffer.from([254]) : score === -Infinity ? Buffer.from([255]) : string(formatDouble(score)),
      ]),
    ),
  ),
  'sorted set as a ziplist': fc
    .tuple(scored, blob)
    .map(([all, blob]) =>
      payload(format.ZSET_ZIPLIST, blob(ziplist(byScore(all).flatMap(([member, score]) => [member, formatDouble(score)])))),
    ),
  'sorted set as a listpack': fc
    .tuple(scored, blob)
    .map(([all, blob]) =>
      payload(format.ZSET_LISTPACK, blob(listpack(byScore(all).flatMap(([member, score]) => [member, formatDouble(score)])))),
    ),
}

function byScore(all: [string, number][]): [string, number][] {
  return all.toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
}

describe('read as redis-server reads it', () => {
  test.each(Object.entries(ENCODINGS))('%s', async (_, payloads) => {
    await fc.assert(fc.asyncProperty(payloads, readAlike), { seed: SEED, numRuns: 60 })
  })
})

test('a stream of Redis 5, which does not say what was deleted', async () => {
  const id = (ms: number, seq: number): Buffer => joined(le(ms, 8).reverse(), le(seq, 8).reverse())
  const node = listpack([
    '2',
    '1',
    '1',
    'f',
    '0',
    '2',
    '0',
    '0',
    'one',
    '4',
    '3',
    '1',
    '0',
    'gone',
    '4',
    '0',
    '5',
    '-1',
    '1',
    'g',
    '7',
    '6',
  ])
  const pending = [id(6, 0), le(1_700_000_000_000, 8)]
  const group = [string('group'), [6, 0], [1], ...pending, [3], [1], string('alice'), le(1_700_000_000_001, 8), [1], id(6, 0)].map((part) =>
    Buffer.from(part),
  )
  const read = payload(format.STREAM_LISTPACKS, length(1), string(id(1, 1)), string(node), Buffer.of(2, 6, 0, 1), ...group)
  await readAlike(read)
  expect(contentOf(restore(read)).value).toMatchObject({
    entries: [['1-1', ['f', 'one']], ['6-0', ['g', '7']]], // prettier-ignore
    added: 2,
    groups: [{ name: 'group', read: 2, consumers: [{ name: 'alice', pel: [['6-0', 1_700_000_000_000, 3]] }] }],
  })
})

describe('what redis-server 7.0 does not know', () => {
  const hash = (rows: [string, string, number][]): unknown => ({ type: 'hash', value: rows })
  const at = 4_102_444_800_000

  test('a set as a listpack', () => {
    const read = restore(payload(format.SET_LISTPACK, string(listpack(['a', '1', '-5000']))))
    expect(contentOf(read)).toEqual({ type: 'set', value: ['-5000', '1', 'a'] })
  })

  test('a stream of Redis 7.2, whose consumers have two times', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const sink = new ByteSink()
        new RdbWriter(sink, { version: 11 }).value(stream)
        sink.flush()
        const written = payload(format.STREAM_LISTPACKS_3, ...sink.take().map((chunk) => Buffer.from(chunk)))
        expect(contentOf(restore(written))).toEqual(contentOf(stream))
      }),
      { seed: SEED },
    )
  })

  test('hash fields that expire, of Redis 7.4', () => {
    const rows: [string, string, number][] = [['a', '1', at], ['b', '2', 0], ['c', '3', at + 100_000]] // prettier-ignore
    const relative = rows.flatMap(([field, value, expiry]) => [length(expiry === 0 ? 0 : expiry - at + 1), string(field), string(value)])
    const absolute = rows.flatMap(([field, value, expiry]) => [length(expiry), string(field), string(value)])
    const pack = string(listpack(rows.flat().map(String)))
    expect(contentOf(restore(payload(format.HASH_METADATA, le(at, 8), length(3), ...relative)))).toEqual(hash(rows))
    expect(contentOf(restore(payload(format.HASH_METADATA_PRE_GA, length(3), ...absolute)))).toEqual(hash(rows))
    expect(contentOf(restore(payload(format.HASH_LISTPACK_EX, le(at, 8), pack)))).toEqual(hash(rows))
    expect(contentOf(restore(payload(format.HASH_LISTPACK_EX_PRE_GA, pack)))).toEqual(hash(rows))
  })
})

// What these servers wrote themselves.
describe('later than 7.4', () => {
  const base64 = (text: string): Buffer => Buffer.from(text, 'base64')
  const fields = [
    ['a', '1', Date.UTC(2100, 0)],
    ['b', '2', 0],
  ]

  test('hash fields that expire, of Valkey 9.1.2', () => {
    const dumped = base64('FgIBYcABANjDLLsDAAABYsAC//////////9QAF9fK8Cn47jT')
    expect(contentOf(restore(dumped.toString('latin1')))).toEqual({ type: 'hash', value: fields })
  })

  test('a file of Valkey 9.1.2', async () => {
    const bytes = base64(
      'VkFMS0VZMDgw+gp2YWxrZXktdmVyBTkuMS4y+gpyZWRpcy1iaXRzwED6BWN0aW1lwpLrAmv6CHVzZWQtbWVtwlBDEAD6CGFvZi1iYXNlwAD+APsBABYBaAIBYcABANjDLLsDAAABYsAC////////////0uDtShFjLig=',
    )
    const { content, aux, version } = await readFile([bytes])
    expect(content).toEqual({ '0:h': { type: 'hash', value: fields, expiry: 0 } })
    expect([aux['valkey-ver'], version]).toEqual(['9.1.2', 80])
    const redis = await createRedis({ storage: memoryStorage([bytes]), save: '' })
    expect(await redis.hpexpiretime('h', 'a', 'b')).toEqual([fields[0][2], -1])
    await redis.close()
  })

  test('a stream of Redis 8.6.3, which knows its producers', () => {
    const dumped = base64(
      'GgEQAAABogNoNkgAAAAAAAAAAMM7QEAHQAAAABYAAgFAAAeBZgIAAQIBACABA4F2AgQgCgAIwAoMAQH0mDPkooocAAAJBSANCIFnAoF3AgYB/wKBAAAeLKZMaeAFgQAAAaIDaDZIAIEAAB4spkxp4AUDAQNncnCBAAABogNoNkgAgf//////////AQAAAaIDaDZIAAAAAAAAAABsNmgDogEAAAEBAWNsNmgDogEAAGw2aAOiAQAAAQAAAaIDaDZIAAAAAAAAAABAZEBkAgJwMgECeDKBAAABogNoNlAACHByb2R1Y2VyAQJtMYEAAAGiA2g2SAACAQ0A7YrcHzA3HCY=',
    )
    const [first, second, deleted] = ['1795353491016-0', '1795353491024-0', '33177117420000-5']
    const stream = restore(dumped.toString('latin1'))
    expect(contentOf(stream).value).toMatchObject({
      ...{ length: 2, lastId: deleted, maxDeletedId: deleted, added: 3 },
      entries: [[first, ['f', 'v']], [second, ['f', 'v']]], // prettier-ignore
      groups: [{ name: 'grp', lastId: first, pel: [[first, 'c', 1_795_353_491_052, 1]] }],
    })
  })
})

describe('files of all versions', () => {
  const file = (version: string, ...body: (Buffer | number[])[]): Buffer => joined(latin1(`REDIS${version}`), ...body)
  const noChecksum = Buffer.alloc(8)

  test('version 1 to 4: no checksum, expiry in seconds', async () => {
    for (const version of ['0001', '0002', '0003', '0004']) {
      const bytes = file(version, [254, 2], [253], le(4_102_444_800, 4), [0], string('key'), string('value'), [255])
      const { content } = await readFile([bytes])
      expect(content).toEqual({ '2:key': { type: 'string', value: 'value', expiry: expect.any(Number) as number } })
    }
  })

  test('an expiry in seconds is signed: one before 1970 has passed', async () => {
    const { content } = await readFile([file('0004', [253], le(-5, 4), [0], string('a'), string('b'), [255])])
    expect(content['0:a'].expiry).toBe(1)
  })

  test('a checksum of zeros is none, and slot infos and unknown aux fields are passed over', async () => {
    const body = [[250], string('other'), string('x'), [254, 0], [251, 1, 0], [244, 5, 1, 0], [0], string('a'), string('b'), [255]]
    const { content, aux } = await readFile([file('0012', ...body, noChecksum)])
    expect(Object.keys(content)).toEqual(['0:a'])
    expect(aux).toEqual({ other: 'x' })
  })

  test('a key without elements is skipped, as Redis does', async () => {
    const { content, empty } = await readFile([file('0010', [4], string('empty'), [0], [1], string('empty too'), [0], [255], noChecksum)])
    expect([content, empty]).toEqual([{}, ['empty', 'empty too']])
  })

  test('such keys are told of in the log, as in Redis', async () => {
    const log: string[] = []
    const bytes = file('0010', [4], string('empty'), [0], [0], string('a'), string('b'), [255], noChecksum)
    const redis = await createRedis({
      storage: memoryStorage([bytes]),
      save: '',
      log: (level, message) => log.push(`${level}: ${message}`),
    })
    expect(await redis.keys('*')).toEqual(['a'])
    expect(log).toEqual([
      'warning: rdbLoadObject skipping empty key: empty',
      'warning: Done loading RDB, keys loaded: 1, keys expired: 0, empty keys skipped: 1.',
    ])
  })

  test.each([
    ['neither a listpack nor one element', [3], string(listpack(['a']))],
    ['an element without bytes', [1], string('')],
  ])('a node of a list that is %s is refused, as by Redis', async (_, kind, bytes) => {
    const damaged = payload(format.LIST_QUICKLIST_2, length(1), Buffer.from(kind), bytes)
    expect(plain(await client.call('RESTORE', 'key', '0', damaged, 'REPLACE'))).toEqual({ error: 'ERR Bad data format' })
    expect(() => restore(damaged)).toThrow(expect.objectContaining({ text: 'ERR Bad data format' }) as Error)
  })

  // The nine chars of a module's name and a version of 10 bits.
  const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const moduleId = [...'ReJSON-RL'].reduce((id, char) => (id << 6n) | BigInt(CHARS.indexOf(char)), 0n) << 10n
  const module = joined([0x81], le(moduleId | 3n, 8).reverse())

  test.each<[string, Buffer, string]>([
    ['no RDB', latin1('RDB000001'), 'this is no RDB file at byte 0'],
    ['version 0', latin1('REDIS0000'), 'unknown version 0000 at byte 0'],
    ['a version that is no number', latin1('REDIS+010'), 'unknown version +010 at byte 0'],
    ['a newer version', latin1('REDIS0014'), 'unknown version 0014 at byte 0'],
    ["Valkey's version without its name", latin1('REDIS0080'), 'unknown version 0080 at byte 0'],
    ['a newer version of Valkey', latin1('VALKEY081'), 'unknown version 081 at byte 0'],
    ["Redis's version with Valkey's name", latin1('VALKEY012'), 'unknown version 012 at byte 0'],
    ['an unknown opcode', file('0010', [200]), 'unknown type or opcode 200 at byte 9'],
    ['an unknown type', file('0010', [27]), 'unknown type or opcode 27 at byte 9'],
    ['a type that never was', file('0010', [8], string('a')), 'unknown type 8 at byte 9'],
    [
      'a module value',
      file('0010', [7], string('a'), module),
      'a value of the type ReJSON-RL (createRedis({ json }) of isodis/json has it) at byte 9',
    ],
    ['module data', file('0010', [247], module), 'a value of the type ReJSON-RL (createRedis({ json }) of isodis/json has it) at byte 9'],
    ['an early function', file('0010', [246]), 'functions from before Redis 7.0.0 cannot be read at byte 9'],
    ['a database that is not there', file('0010', [254, 16]), 'there is no database 16 at byte 9'],
    ['a key twice', file('0010', [0], string('a'), [1, 65], [0], string('a'), [1, 65]), 'a key that was there already at byte 14'],
    ['a member twice', file('0010', [2], string('a'), [2], string('b'), string('b')), 'duplicate member of a set at byte 15'],
    ['a field twice', file('0010', [4], string('a'), [2], ...Array<Buffer>(4).fill(string('b'))), 'duplicate field of a hash at byte 17'],
    [
      'a scored member twice',
      file('0010', [3], string('a'), [2], string('b'), [254], string('b'), [255]),
      'duplicate member of a sorted set at byte 16',
    ],
    ['a score that is none', file('0010', [3], string('a'), [1], string('b'), [253]), 'a score that is not a number at byte 13'],
    ['an impossible length', file('0010', [0], string('a'), [0xbf]), 'no length begins with 191 at byte 9'],
    ['an impossible string encoding', file('0010', [0], string('a'), [0xc4]), 'unknown string encoding 196 at byte 9'],
    [
      'a string beyond all limits',
      file('0010', [0], string('a'), [0x81, 0, 0, 1, 0, 0, 0, 0, 0]),
      'a string of 1099511627776 bytes is too long at byte 9',
    ],
    [
      'a string beyond what LZF can do',
      file('0010', [0], string('a'), [0xc3, 1, 0x40, 89, 0]),
      'a string of 89 bytes cannot come out of 1 at byte 9',
    ],
    ['a damaged compressed string', file('0010', [0], string('a'), [0xc3, 1, 1, 0]), 'damaged compressed string at byte 9'],
    ['a wrong checksum', file('0010', [255], [1, 0, 0, 0, 0, 0, 0, 0]), 'RDB CRC error: wrong checksum at byte 10'],
    ['something behind the end', file('0010', [255], noChecksum, [0]), 'something follows the end at byte 18'],
    ['no end', file('0010', [0], string('a')), 'the data ends too early at byte 12'],
    ['a damaged listpack', file('0010', [20], string('a'), string(joined(listpack(['a', 'b']), [0]))), 'damaged listpack at byte 9'],
    ['half a pair', file('0010', [16], string('a'), string(listpack(['a']))), 'damaged listpack at byte 9'],
  ])('%s is an error that says so', async (_, bytes, message) => {
    await expect(readFile([bytes])).rejects.toThrow(expect.objectContaining({ name: 'RdbError', message: `RDB: ${message}` }) as Error)
  })
})
