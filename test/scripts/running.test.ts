// How clients run scripts: in a cluster, on servers that forget them, and where an engine cannot.
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import type { Argv, Backend } from '../../src/core/client/backend.ts'
import { asText, Redis } from '../../src/core/client/redis.ts'
import { type Reply, ReplyError } from '../../src/core/reply.ts'
import { defineScript } from '../../src/scripts/builder/define.ts'
import { scripts } from '../../src/scripts/engine.ts'
import { scriptBackends } from '../support/script-backends.ts'

const move = defineScript({ name: 'move', keys: { from: 'list', to: 'list' } }, (_$, { from, to }) => from.rpoplpush(to))

/** A client whose backend notes what is sent, and knows as many scripts as it is told. */
function recording(multipleSlots: boolean, known: Set<string>): { redis: Redis; lines: Argv[] } {
  const lines: Argv[] = []
  const answer = (line: Argv): Reply => {
    lines.push(line)
    if (line[0] === 'EVALSHA' && !known.has(line[1])) return new ReplyError('NOSCRIPT No matching script. Please use EVAL.')
    if (line[0] === 'EVAL') known.add(move.sha)
    return 'x'
  }
  const backend = {
    capabilities: { multipleSlots },
    call: async (line: Argv) => answer(line),
    batch: async (commands: readonly Argv[]) => commands.map(answer),
  } as unknown as Backend
  return { redis: new Redis(backend, asText), lines }
}

test('a script is sent by its SHA-1, and once by its source where the server does not know it', async () => {
  const { redis, lines } = recording(true, new Set())
  const run = redis.script(move)
  expect(await run({ from: 'a', to: 'b' })).toBe('x')
  expect(await run({ from: 'a', to: 'b' })).toBe('x')
  expect(lines.map(([name]) => name)).toEqual(['EVALSHA', 'EVAL', 'EVALSHA'])
  expect(lines[1]).toEqual(['EVAL', move.toLua(), '2', 'a', 'b'])
  expect(lines[2]).toEqual(['EVALSHA', move.sha, '2', 'a', 'b'])
})

test('a batch brings the source of each script once; in a cluster’s pipeline, which has many nodes, every time', async () => {
  const keys = { from: '{k}a', to: '{k}b' }
  for (const [multipleSlots, atomic, names] of [
    [true, false, ['EVAL', 'EVALSHA']],
    [true, true, ['EVAL', 'EVALSHA']],
    [false, false, ['EVAL', 'EVAL']],
    [false, true, ['EVAL', 'EVALSHA']],
  ] as const) {
    const { redis, lines } = recording(multipleSlots, new Set())
    const batch = atomic ? redis.multi() : redis.pipeline()
    expect(await batch.script(move, keys).script(move, keys).exec()).toEqual(['x', 'x'])
    expect(lines.map(([name]) => name)).toEqual(names)
  }
})

test('in a cluster, keys of different slots are refused before anything is sent', async () => {
  const { redis, lines } = recording(false, new Set([move.sha]))
  const run = redis.script(move)
  const refusal = { code: 'CROSSSLOT', message: "CROSSSLOT Keys of the script move don't hash to the same slot" }
  await expect(run({ from: 'a', to: 'b' })).rejects.toMatchObject(refusal)
  expect(() => redis.pipeline().script(move, { from: 'a', to: 'b' })).toThrow(expect.objectContaining(refusal))
  expect(lines).toEqual([])
  expect(await run({ from: '{x}a', to: '{x}b' })).toBe('x')
})

test('an error names the line of the author, however the server says where it was', async () => {
  const line =
    move
      .toLua()
      .split('\n')
      .findIndex((text) => text.includes('RPOPLPUSH')) + 1
  for (const place of [`script: ${move.sha}, on @user_script:${line}.`, `script: on @user_script:${line}.`]) {
    const answer = (): Reply => new ReplyError(`WRONGTYPE A list is needed ${place}`)
    const redis = new Redis({ capabilities: { multipleSlots: true }, call: async () => answer() } as unknown as Backend, asText)
    const failed = redis.script(move)({ from: 'a', to: 'b' })
    await expect(failed).rejects.toThrow(/^WRONGTYPE A list is needed \(script move, .*running\.test\.ts:\d+\)$/)
  }
})

test.each(Object.keys(scriptBackends))('on %s a script is run again after SCRIPT FLUSH', async (name) => {
  const { redis, close } = await scriptBackends[name]()
  const run = redis.script(move)
  await redis.rpush('a', '1', '2', '3')
  expect(await run({ from: 'a', to: 'b' })).toBe('3')
  await redis.call('SCRIPT', 'FLUSH').catch(() => {})
  expect(await run({ from: 'a', to: 'b' })).toBe('2')
  await redis.call('SCRIPT', 'FLUSH').catch(() => {})
  expect(await redis.multi().script(move, { from: 'a', to: 'b' }).llen('b').exec()).toEqual(['1', 3])
  await close()
})

test('an engine without scripts says what to give it', async () => {
  const redis = await createRedis()
  const message = "UNSUPPORTED scripts: give createRedis { scripts } from 'isodis/scripts/engine', or { lua } from 'isodis/lua'"
  await expect(redis.script(move)({ from: 'a', to: 'b' })).rejects.toMatchObject({ code: 'UNSUPPORTED', message })
  await expect(redis.pipeline().script(move, { from: 'a', to: 'b' }).exec()).rejects.toMatchObject({ message })
  await redis.close()
})

test('the engine runs scripts without promises too, with text or bytes', async () => {
  const redis = await createRedis({ scripts })
  redis.sync.rpush('a', 'x', 'y')
  expect(redis.sync.script(move)({ from: 'a', to: 'b' })).toBe('y')
  expect(redis.sync.bytes.script(move)({ from: 'a', to: 'b' })).toEqual(new Uint8Array([120]))
  expect(() => redis.sync.script(move)({ from: 'a' } as never)).toThrow(new TypeError('script move: the key to is missing'))
  await redis.close()
})

test('an endless loop and endless recursion end with an error, and the engine lives', async () => {
  const redis = await createRedis({ scripts: scripts.with({ time: 50, hardTime: 100 }) })
  const endless = defineScript({ name: 'endless', keys: { k: 'string' }, args: { write: 'boolean' } }, ($, { k }, { write }) => {
    $.if(write, () => k.incr())
    const n = $.local('n', 0)
    $.while(
      () => n.ge(0),
      () => n.assign(n.add(1)),
    )
  })
  const run = redis.script(endless)
  const killed = /^ERR Script killed by user with SCRIPT KILL\.\.\. \(script endless, .*running\.test\.ts:\d+\)$/
  await expect(run({ k: 'k' }, { write: false })).rejects.toThrow(killed)
  await expect(run({ k: 'k' }, { write: true })).rejects.toThrow(killed)
  const deep = defineScript({ name: 'deep' }, ($) => {
    const down = $.function({ name: 'down', args: { n: 'number' }, returns: 'number' }, (_$, { n }, self) => self({ n: n.add(1) }).add(1))
    return down({ n: 0 })
  })
  await expect(redis.script(deep)({})).rejects.toThrow(/stack overflow.* \(script deep, .*running\.test\.ts:\d+\)$/)
  expect(await redis.get('k')).toBe('1')
  await redis.close()
})
