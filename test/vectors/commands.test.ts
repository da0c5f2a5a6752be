// The commands on vector sets: replies, errors, and what is refused before anything changes.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { Double, MapReply, type Reply, ReplyError } from '../../src/core/reply.ts'
import { vectors } from '../../src/core/vectors/vectors.ts'

let redis: EmbeddedRedis
beforeEach(async () => {
  redis = await createRedis({ vectors, random: () => 0.5 })
})
afterEach(() => redis.close())

const raw = async (line: string): Promise<Reply> => redis.backend.call(line.split(' '))
const failure = async (line: string): Promise<string> => {
  const reply = await raw(line)
  return reply instanceof ReplyError ? reply.text : `no error but ${JSON.stringify(reply)}`
}
async function fill(): Promise<void> {
  await raw('VADD k VALUES 2 1 0 east SETATTR {"n":1}')
  await raw('VADD k VALUES 2 0 2 north SETATTR {"n":2}')
  await raw('VADD k VALUES 2 -1 0 west')
}

describe('VADD', () => {
  test('says whether an element is new; another vector takes the place of the first, and attributes stay', async () => {
    expect(await raw('VADD k VALUES 2 1 0 e SETATTR {"a":1}')).toBe(true)
    expect(await raw('VADD k VALUES 2 0 3 e')).toBe(false)
    expect(await raw('VGETATTR k e')).toBe('{"a":1}')
    expect(await redis.call('VEMB', 'k', 'e')).toEqual([0, 3])
    expect(await raw('VCARD k')).toBe(1)
    expect(await redis.backend.call(['VADD', 'k', 'FP32', '\0\0\x80\x3f\0\0\0\0', 'f'])).toBe(true)
    expect(await redis.call('VEMB', 'k', 'f')).toEqual([1, 0])
    expect(await redis.type('k')).toBe('vectorset')
  })

  test('brings vectors to fewer dimensions', async () => {
    expect(await raw('VADD k REDUCE 2 VALUES 4 1 2 3 4 e')).toBe(true)
    expect(await raw('VADD k REDUCE 2 VALUES 4 4 3 2 1 f')).toBe(true)
    expect(await raw('VDIM k')).toBe(2)
    expect(await failure('VADD k VALUES 4 1 2 3 4 g')).toBe('ERR Vector dimension mismatch - got 4 but set has 2')
    expect(await failure('VADD k REDUCE 2 VALUES 3 1 2 3 g')).toBe(
      'ERR Input dimension mismatch for projection - got 3 but projection expects 4',
    )
    expect(await failure('VSIM k VALUES 3 1 2 3')).toBe('ERR Input dimension mismatch for projection - got 3 but projection expects 4')
    expect(await raw('VSIM k VALUES 4 1 2 3 4 COUNT 1')).toEqual(['e'])
    expect(await redis.call('VINFO', 'k')).toMatchObject({ 'vector-dim': 2, 'projection-input-dim': 4 })
  })

  test.each([
    ['VADD k VALUES 2', "ERR wrong number of arguments for 'vadd' command"],
    ['vadd k VALUES 2 1 2', "ERR wrong number of arguments for 'vadd' command"],
    ['VADD k VALUES 2 1', 'ERR invalid vector specification'],
    ['VADD k VALUES 2 1 2', "ERR wrong number of arguments for 'VADD' command"],
    ['VADD k VALUES 3 1 2 e', 'ERR invalid vector specification'],
    ['VADD k VALUES 0 1 2 e', 'ERR invalid vector specification'],
    ['VADD k VALUES 70000 1 2 e', 'ERR invalid vector specification'],
    ['VADD k VALUES x 1 2 e', 'ERR invalid vector specification'],
    ['VADD k VALUES 2 1 x e', 'ERR invalid vector specification'],
    ['VADD k VALUES 2 1 inf e', 'ERR invalid vector specification'],
    ['VADD k VALUES 2 1 1e300 e', 'ERR invalid vector specification'],
    ['VADD k FP32 abc e x', 'ERR invalid vector specification'],
    ['VADD k REDUCE 3 VALUES 2 1 2 e', 'ERR invalid vector specification'],
    ['VADD k REDUCE 0 VALUES 2 1 2 e', 'ERR invalid vector specification'],
    ['VADD k LIST 2 1 2 e', 'ERR invalid vector specification'],
    ['VADD k VALUES 2 1 2 e EF 0', 'ERR invalid EF'],
    ['VADD k VALUES 2 1 2 e M 3', 'ERR invalid M'],
    ['VADD k VALUES 2 1 2 e M 5000', 'ERR invalid M'],
    ['VADD k VALUES 2 1 2 e M', 'ERR invalid option after element'],
    ['VADD k VALUES 2 1 2 e WHAT', 'ERR invalid option after element'],
    ['VADD text VALUES 2 1 2 e', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['VADD set VALUES 3 1 2 3 e', 'ERR Vector dimension mismatch - got 3 but set has 2'],
    ['VADD set VALUES 2 1 2 e NOQUANT', 'ERR asked quantization mismatch with existing vector set'],
    ['VADD set VALUES 2 1 2 e M 8', 'ERR asked M value mismatch with existing vector set'],
    ['VADD set REDUCE 2 VALUES 2 1 2 e', 'ERR cannot add projection to existing set without projection'],
  ])('%s is refused, and changes nothing', async (line, error) => {
    await redis.set('text', 'x')
    await raw('VADD set VALUES 2 1 0 a')
    expect(await failure(line)).toBe(error)
    expect((await redis.keys('*')).toSorted()).toEqual(['set', 'text'])
    expect(await raw('VCARD set')).toBe(1)
  })
})

describe('VSIM', () => {
  beforeEach(fill)

  test('gives the nearest first, and what was asked for with them', async () => {
    expect(await raw('VSIM k VALUES 2 1 0.1')).toEqual(['east', 'north', 'west'])
    expect(await raw('VSIM k ELE west COUNT 2 TRUTH NOTHREAD')).toEqual(['west', 'north'])
    expect(await raw('VSIM k VALUES 2 1 0 WITHSCORES')).toEqual(
      new MapReply(['east', new Double(1), 'north', new Double(0.5), 'west', new Double(0)]),
    )
    expect(await raw('VSIM k VALUES 2 1 0 WITHATTRIBS')).toEqual(new MapReply(['east', '{"n":1}', 'north', '{"n":2}', 'west', null]))
    const both = await raw('VSIM k VALUES 2 1 0 WITHSCORES WITHATTRIBS COUNT 1')
    expect(both).toEqual(new MapReply(['east', [new Double(1), '{"n":1}']]))
    expect(await raw('VSIM k VALUES 2 1 0 EPSILON 0.5')).toEqual(['east', 'north'])
    expect(await raw('VSIM k VALUES 2 1 0 EF 1')).toHaveLength(3)
    expect(await raw('VSIM none VALUES 2 1 0')).toEqual([])
  })

  test('FILTER leaves out what does not pass', async () => {
    const filtered = (filter: string, ...more: string[]) => redis.call('VSIM', 'k', 'ELE', 'east', 'FILTER', filter, ...more)
    expect(await filtered('.n > 1')).toEqual(['north'])
    expect(await filtered('.n >= 1', 'FILTER-EF', '10', 'TRUTH')).toEqual(['east', 'north'])
    expect(await filtered('.n == 3')).toEqual([])
    await expect(filtered('.n >')).rejects.toThrow('ERR syntax error in FILTER expression near: .n >')
  })

  test.each([
    ['VSIM k ELE none', 'ERR element not found in set'],
    ['VSIM k ELE', "ERR wrong number of arguments for 'vsim' command"],
    ['VSIM k VALUES 3 1 2 3', 'ERR Vector dimension mismatch - got 3 but set has 2'],
    ['VSIM k VALUES 3 1 2', 'ERR invalid vector specification'],
    ['VSIM k WHAT 3 1 2', 'ERR invalid vector specification'],
    ['VSIM k ELE east COUNT 0', 'ERR invalid COUNT'],
    ['VSIM k ELE east EPSILON 0', 'ERR invalid EPSILON'],
    ['VSIM k ELE east EPSILON x', 'ERR invalid EPSILON'],
    ['VSIM k ELE east EF 1000001', 'ERR invalid EF'],
    ['VSIM k ELE east FILTER-EF -1', 'ERR invalid FILTER-EF'],
    ['VSIM k ELE east FILTER', 'ERR syntax error in VSIM command'],
    ['VSIM k ELE east WHAT', 'ERR syntax error in VSIM command'],
  ])('%s is refused', async (line, error) => {
    expect(await failure(line)).toBe(error)
  })
})

test('VREM removes an element, and the key with the last', async () => {
  await fill()
  await redis.configSet({ 'notify-keyspace-events': 'KEA' })
  await using events = await redis.psubscribe('__keyevent@0__:*')
  expect([await raw('VREM k east'), await raw('VREM k east'), await raw('VREM none x')]).toEqual([true, false, false])
  expect(await raw('VSIM k VALUES 2 1 0')).toEqual(['north', 'west'])
  await raw('VREM k north')
  await raw('VREM k west')
  expect(await redis.exists('k')).toBe(0)
  const { value } = await events[Symbol.asyncIterator]().next()
  expect(value).toMatchObject({ channel: '__keyevent@0__:del', message: 'k' })
})

test('elements are asked for their vector, attributes and links; null where there is none', async () => {
  await fill()
  expect([await raw('VISMEMBER k east'), await raw('VISMEMBER k x'), await raw('VISMEMBER none x')]).toEqual([true, false, false])
  expect([await raw('VEMB k x'), await raw('VEMB none x')]).toEqual([null, null])
  expect(await raw('VEMB k north RAW')).toEqual([expect.objectContaining({ text: 'int8' }), '\0\x7f', new Double(2), new Double(1)])
  expect(await failure('VEMB k north WHAT')).toBe('ERR invalid option')
  expect([await raw('VSETATTR k west {"x":1}'), await raw('VSETATTR k x {}'), await raw('VSETATTR none x {}')]).toEqual([
    true,
    false,
    false,
  ])
  expect(await raw('VGETATTR k west')).toBe('{"x":1}')
  expect(await redis.call('VINFO', 'k')).toMatchObject({ 'attributes-count': 3, size: 3, 'quant-type': 'int8', 'hnsw-m': 16 })
  await redis.call('VSETATTR', 'k', 'west', '')
  expect([await raw('VGETATTR k west'), await raw('VGETATTR k x'), await raw('VGETATTR none x')]).toEqual([null, null, null])
  expect(await raw('VLINKS k east')).toEqual([['north', 'west']])
  expect(await raw('VLINKS k east WITHSCORES')).toEqual([new MapReply(['north', new Double(0.5), 'west', new Double(0)])])
  expect([await raw('VLINKS k x'), await raw('VLINKS none x')]).toEqual([null, null])
  expect(await failure('VLINKS k east WHAT')).toBe("ERR wrong number of arguments for 'VLINKS' command")
  expect([await raw('VCARD none'), await failure('VDIM none'), await redis.call('VINFO', 'none')]).toEqual([
    0,
    'ERR key does not exist',
    null,
  ])
})

test('VRANDMEMBER gives different ones, or with a negative count any', async () => {
  await fill()
  expect(['east', 'north', 'west']).toContain(await raw('VRANDMEMBER k'))
  expect(((await raw('VRANDMEMBER k 5')) as string[]).toSorted()).toEqual(['east', 'north', 'west'])
  expect(await raw('VRANDMEMBER k -5')).toHaveLength(5)
  expect([await raw('VRANDMEMBER k 0'), await raw('VRANDMEMBER none 2'), await raw('VRANDMEMBER none')]).toEqual([[], [], null])
  expect(await failure('VRANDMEMBER k x')).toBe('ERR COUNT value is not an integer')
  expect(await failure('VRANDMEMBER k 1 2')).toBe("ERR wrong number of arguments for 'VRANDMEMBER' command")
})

test('VRANGE gives elements in the order of their bytes', async () => {
  for (const name of ['b', 'a', 'c', 'B', 'ba']) await raw(`VADD k VALUES 1 1 ${name}`)
  expect(await raw('VRANGE k - +')).toEqual(['B', 'a', 'b', 'ba', 'c'])
  expect(await raw('VRANGE k [a (c')).toEqual(['a', 'b', 'ba'])
  expect(await raw('VRANGE k (a [c 2')).toEqual(['b', 'ba'])
  expect([await raw('VRANGE k [x [a'), await raw('VRANGE k - + 0'), await raw('VRANGE none - +')]).toEqual([[], [], []])
  expect(await raw('VRANGE k - + -1')).toHaveLength(5)
  await raw('VREM k b')
  expect(await raw('VRANGE k [a [c')).toEqual(['a', 'ba', 'c'])
  expect(await failure('VRANGE k a +')).toBe('ERR invalid start range format')
  expect(await failure('VRANGE k - [')).toBe('ERR invalid end range format')
  expect(await failure('VRANGE k + -')).toBe("ERR '-' can only be used as first argument, '+' only as second")
  expect(await failure('VRANGE k - + x')).toBe('ERR invalid COUNT value')
})

test('a set is a value like any other', async () => {
  await fill()
  await redis.copy('k', 'copy')
  await raw('VREM k east')
  expect([await raw('VCARD copy'), await raw('VCARD k')]).toEqual([3, 2])
  expect(await raw('VSIM copy VALUES 2 1 0 COUNT 1')).toEqual(['east'])
  const before = (await redis.memoryUsage('copy'))!
  await raw('VADD copy VALUES 2 1 1 northeast')
  expect(await redis.memoryUsage('copy')).toBeGreaterThan(before)
  await expect(redis.get('k')).rejects.toThrow('WRONGTYPE')
  const aborted = redis.watch('k', async (watched) => {
    await redis.call('VSETATTR', 'k', 'west', '{}')
    return watched.multi().get('x').exec()
  })
  expect(await aborted).toBeNull()
  const [card, similar] = await redis.multi().call('VCARD', 'k').call('VSIM', 'k', 'ELE', 'west').exec()
  expect([card, similar]).toEqual([2, ['west', 'north']])
  expect(await redis.scan(0, { match: '*' })).toEqual(['0', expect.arrayContaining(['k', 'copy'])])
})

test('an engine without them says what brings them', async () => {
  await using plain = await createRedis()
  await expect(plain.call('VADD', 'k', 'VALUES', '1', '1', 'e')).rejects.toThrow('createRedis({ vectors }) of isodis/vectors has it')
})

test('COMMAND DOCS and INFO have all of the commands', async () => {
  const names = ((await redis.call('COMMAND', 'LIST')) as string[]).filter((name) => /^v(?!ersion)/.test(name))
  expect(names).toHaveLength(13)
  const docs = (await redis.call('COMMAND', 'DOCS', ...names)) as Record<
    string,
    { summary?: string; since?: string; arguments?: unknown[] }
  >
  expect(Object.keys(docs).toSorted()).toEqual(names.toSorted())
  for (const [name, { summary, since, arguments: args }] of Object.entries(docs)) {
    expect([name, summary !== '', /^8\.[04]\.0$/.test(since!), args!.length > 0]).toEqual([name, true, true, true])
  }
  expect(await redis.call('COMMAND', 'GETKEYS', 'VSIM', 'k', 'ELE', 'e')).toEqual(['k'])
  await expect(redis.call('VADD', 'k', 'x')).rejects.toThrow("ERR wrong number of arguments for 'vadd' command")
})
