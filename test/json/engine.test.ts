// A JSON value is a value like any other to all commands, to events, memory, transactions, scripts and users.
import { afterEach, beforeEach, expect, test } from 'vitest'
import fc from 'fast-check'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { createTestRedis } from '../../src/adapters/testing.ts'
import { json } from '../../src/core/json/json.ts'
import { MapReply } from '../../src/core/reply.ts'
import { JsonDocument } from '../../src/core/json/document.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { SEED } from '../support/seed.ts'

let redis: EmbeddedRedis
beforeEach(async () => {
  redis = await createRedis({ json, lua, admin })
})
afterEach(() => redis.close())

const call = (...words: [string, ...(string | number)[]]): Promise<unknown> => redis.call(...words)

test('commands on keys know the type, and those of other types refuse it', async () => {
  await call('JSON.SET', 'k', '$', '{"a":[1,2]}')
  expect(await redis.type('k')).toBe('ReJSON-RL')
  expect(await call('OBJECT', 'ENCODING', 'k')).toBe('raw')
  expect(await call('SCAN', '0', 'TYPE', 'ReJSON-RL')).toEqual(['0', ['k']])
  expect(await call('SCAN', '0', 'TYPE', 'string')).toEqual(['0', []])
  await expect(redis.get('k')).rejects.toThrow('WRONGTYPE')
  await expect(redis.lpush('k', 'x')).rejects.toThrow('WRONGTYPE')
  await expect(redis.sort('k')).rejects.toThrow('WRONGTYPE')
  await redis.set('s', 'x')
  await expect(call('JSON.SET', 's', '$', '1')).rejects.toThrow('WRONGTYPE Operation against a key holding the wrong kind of value')
  expect(await redis.get('s')).toBe('x')

  expect(await call('COPY', 'k', 'copy')).toBe(1)
  await call('JSON.ARRAPPEND', 'copy', '$.a', '3')
  expect(await call('JSON.GET', 'k')).toBe('{"a":[1,2]}')
  expect(await call('JSON.GET', 'copy')).toBe('{"a":[1,2,3]}')
  await redis.rename('copy', 'renamed')
  const payload = (await redis.bytes.call('DUMP', 'renamed')) as Uint8Array
  await call('RESTORE', 'restored', '0', payload as never)
  expect(await call('JSON.GET', 'restored')).toBe('{"a":[1,2,3]}')

  expect(await call('DEBUG', 'DIGEST-VALUE', 'renamed', 'restored', 'k')).toSatisfy(([a, b, c]: string[]) => a === b && b !== c)
  expect(await redis.del('renamed', 'restored')).toBe(2)
})

test('who asks what the server can do is told', async () => {
  const module = ['name', 'ReJSON', 'ver', 80400, 'path', '', 'args', []]
  const session = redis.engine.connect({ trusted: true })
  expect(session.execute(['MODULE', 'LIST'])).toEqual([new MapReply(module)])
  expect((session.execute(['HELLO']) as MapReply).flat.slice(-2)).toEqual(['modules', [new MapReply(module)]])
  expect(await call('INFO', 'modules')).toContain('module:name=ReJSON,ver=80400,')
  await using without = await createRedis({ admin })
  expect(await without.call('MODULE', 'LIST')).toEqual([])
})

test('an expiry stays when a value is set, even the root', async () => {
  await using clocked = await createTestRedis({ json })
  await clocked.call('JSON.SET', 'k', '$', '{}')
  await clocked.expire('k', 10)
  await clocked.call('JSON.SET', 'k', '$', '{"a":1}')
  await clocked.call('JSON.SET', 'k', '$.b', '2')
  expect(await clocked.ttl('k')).toBe(10)
  await clocked.clock.advance(10_000)
  expect(await clocked.call('JSON.GET', 'k')).toBe(null)
})

test('events of class d, one for each command that has changed something', async () => {
  await redis.configSet('notify-keyspace-events', 'KEd')
  await using events = await redis.psubscribe('__keyevent@0__:*')
  await call('JSON.SET', 'k', '$', '{"foo":"bar","n":1,"a":[],"t":true}')
  await call('JSON.SET', 'k', '$.none.x', '1')
  await call('JSON.STRAPPEND', 'k', '$.*', '"x"')
  await call('JSON.STRAPPEND', 'k', '$.n', '"x"')
  await call('JSON.ARRPOP', 'k', '$.a')
  await call('json.arrappend', 'k', '$.a', '1')
  await call('JSON.NUMINCRBY', 'k', '$.n', '1')
  await call('JSON.TOGGLE', 'k', '$.t')
  await call('JSON.MERGE', 'k', '$', '{"x":1}')
  await call('JSON.CLEAR', 'k', '$.none')
  await call('JSON.FORGET', 'k', '$.x')
  await call('JSON.MSET', 'k', '$.y', '1')
  await call('JSON.DEL', 'k')
  await redis.publish('__keyevent@0__:end', '')
  const names: string[] = []
  for await (const { channel } of events) {
    if (channel.endsWith(':end')) break
    names.push(channel.replace('__keyevent@0__:', ''))
  }
  expect(names).toEqual(
    ['set', 'strappend', 'arrappend', 'numincrby', 'toggle', 'merge', 'del', 'mset', 'del'].map((name) => `json.${name}`),
  )
})

test('WATCH sees a change, and none where there was none', async () => {
  await call('JSON.SET', 'k', '$', '{"a":1}')
  const tried = (change: () => Promise<unknown>): Promise<unknown> =>
    redis.watch('k', async (watching) => {
      await change()
      return watching.multi().call('JSON.GET', 'k').exec()
    })
  expect(await tried(() => call('JSON.SET', 'k', '$.a', '2'))).toBe(null)
  expect(await tried(() => call('JSON.DEL', 'k', '$.none'))).toEqual(['{"a":2}'])
})

test('scripts, transactions and COMMAND know the commands', async () => {
  expect(
    await redis.eval(
      "redis.call('JSON.SET', KEYS[1], '$', ARGV[1]) return redis.call('JSON.NUMINCRBY', KEYS[1], '$.n', 2)",
      ['k'],
      ['{"n":1}'],
    ),
  ).toBe('[3]')
  expect(await redis.multi().call('JSON.SET', 'k', '$.n', '1').call('JSON.GET', 'k').exec()).toEqual(['OK', '{"n":1}'])
  expect(await call('COMMAND', 'GETKEYS', 'JSON.MGET', 'a', 'b', '$.x')).toEqual(['a', 'b'])
  expect(await call('COMMAND', 'GETKEYS', 'JSON.MSET', 'a', '$', '1', 'b', '$', '2')).toEqual(['a', 'b'])
  expect(await call('COMMAND', 'GETKEYS', 'JSON.DEBUG', 'MEMORY', 'a')).toEqual(['a'])
  const names = (await call('COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'json.*')) as string[]
  expect(names.length).toBeGreaterThan(25)
  const docs = (await call('COMMAND', 'DOCS', ...names)) as Record<string, { summary?: string; group?: string }>
  for (const name of names) {
    if (!name.includes('|')) expect(docs[name], name).toMatchObject({ group: 'json', summary: expect.any(String) })
  }
  expect(docs['json.get']).toMatchObject({
    arguments: expect.arrayContaining([expect.objectContaining({ name: 'format', token: 'FORMAT', type: 'oneof' })]),
  })
  expect(await call('ACL', 'CAT')).toContain('json')
  expect(await call('ACL', 'CAT', 'json')).toEqual(expect.arrayContaining(['json.set', 'json.get', 'json.debug|memory']))
  await call('ACL', 'SETUSER', 'ann', 'on', 'nopass', '~*', '-@all', '+@json')
  expect(await call('ACL', 'DRYRUN', 'ann', 'JSON.SET', 'k', '$', '1')).toBe('OK')
  expect(await call('ACL', 'DRYRUN', 'ann', 'GET', 'k')).toMatch(/no permissions/)
})

test('without the entry, an error says what brings the commands', async () => {
  await using bare = await createRedis()
  await expect(bare.call('JSON.SET', 'k', '$', '1')).rejects.toThrow(
    /unknown command 'JSON.SET'.*createRedis\(\{ json \}\) of isodis\/json has it/,
  )
})

test('used_memory follows every change, and nothing is left when all is gone', async () => {
  const { engine } = redis
  const before = engine.memory.used()
  await call('JSON.SET', 'k', '$', '{"a":[1,2,{"b":"x"}],"c":{"d":null}}')
  const commands: [string, ...string[]][] = [
    ['JSON.SET', 'k', '$.c.e', '[1.5,"long text"]'],
    ['JSON.ARRAPPEND', 'k', '$.a', '"y"', '{"z":[]}'],
    ['JSON.ARRINSERT', 'k', '$.a', '0', '123456789012'],
    ['JSON.ARRTRIM', 'k', '$.a', '1', '3'],
    ['JSON.ARRPOP', 'k', '$.a', '0'],
    ['JSON.STRAPPEND', 'k', '$..b', '"longer"'],
    ['JSON.NUMMULTBY', 'k', '$..e[0]', '3'],
    ['JSON.MERGE', 'k', '$', '{"c":{"d":5,"e":null},"new":{"x":{"y":null}}}'],
    ['JSON.SET', 'k', '$..x', '"other"'],
    ['JSON.CLEAR', 'k', '$.c'],
    ['JSON.DEL', 'k', '$..b'],
  ]
  for (const command of commands) {
    await call(...command)
    const value = engine.database(0).keyspace.get('k') as JsonDocument
    expect(value.bytes, command.join(' ')).toBe(value.copy().bytes)
  }
  await redis.del('k')
  expect(engine.memory.used()).toBe(before)
})

test('a save sees the value as it was when it began, whatever changes before it is written', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(value, fc.array(fc.tuple(fc.nat(7), value), { maxLength: 12 }), fc.nat(12), (first, changes, savedAt) => {
      const engine = redis.engine
      const session = engine.connect({ trusted: true })
      const run = (...words: string[]): unknown => session.execute(words.map((word) => Buffer.from(word).toString('latin1')))
      const read = (text: unknown): unknown => JSON.parse(Buffer.from(text as string, 'latin1').toString())
      run('DEL', 'p')
      run('JSON.SET', 'p', '$', JSON.stringify([first, {}]))
      let saving: ReturnType<JsonDocument['save']> | null = null
      let expected: unknown
      changes.forEach(([kind, other], i) => {
        if (i === savedAt) {
          saving = (engine.database(0).keyspace.get('p') as JsonDocument).save()
          expected = run('JSON.GET', 'p')
        }
        const text = JSON.stringify(other)
        const commands = [
          ['JSON.ARRAPPEND', 'p', '$', text],
          ['JSON.SET', 'p', '$[1].x', text],
          ['JSON.DEL', 'p', '$..[0]'],
          ['JSON.MERGE', 'p', '$[1]', text],
          ['JSON.NUMINCRBY', 'p', '$..*', '1'],
          ['JSON.CLEAR', 'p', '$[0]'],
          ['JSON.ARRINSERT', 'p', '$..*', '0', text],
          ['JSON.ARRPOP', 'p', '$..*'],
        ]
        run(...commands[kind])
        // JSON.DEL removes a document of which nothing is left.
        run('JSON.SET', 'p', '$', '[]', 'NX')
        const { bytes } = engine.database(0).keyspace.get('p') as JsonDocument
        expect(bytes).toBe((engine.database(0).keyspace.get('p') as JsonDocument).copy().bytes)
      })
      if (saving !== null) {
        const pieces: string[] = []
        for (
          let piece = (saving as ReturnType<JsonDocument['save']>).next();
          piece !== null;
          piece = (saving as ReturnType<JsonDocument['save']>).next()
        )
          pieces.push(piece)
        ;(saving as ReturnType<JsonDocument['save']>).release()
        expect(read(pieces.join(''))).toEqual(read(expected))
      }
      session.close()
    }),
    { seed: SEED, numRuns: 300 },
  )
})
