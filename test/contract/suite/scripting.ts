// Scripts and functions in Lua.
import { expect } from 'vitest'
import { a, b, does, EVERY_BYTE, failure, type Suite } from '../contract.ts'

const SUM = "return redis.call('INCRBY', KEYS[1], ARGV[1])"
const READ = "return redis.call('GET', KEYS[1])"
const WRITES = { name: 'RedisError', message: expect.stringContaining('Write commands are not allowed from read-only scripts') }
const UNKNOWN = 'f'.repeat(40)
const NOSCRIPT = { code: 'NOSCRIPT', message: expect.stringMatching(/^NOSCRIPT No matching script\./) as string }
const LIBRARY = `#!lua name=contract
redis.register_function('sum', function(keys, args) return redis.call('INCRBY', keys[1], args[1]) end)
redis.register_function{ function_name='read', callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'} }`

export const scripting: Suite = {
  eval: [
    does('gives what the script returns', async ({ redis }) => {
      expect(await redis.eval(SUM, [a], [2])).toBe(2)
      expect(await redis.eval(SUM, [a], [-5n])).toBe(-3)
      expect(await redis.eval('return { 1.9, "ä", true, { ARGV[1] }, false }', [a], ['x'])).toEqual([1, 'ä', 1, ['x'], null])
      expect(await redis.eval('return #KEYS', [a, b])).toBe(2)
      expect(await redis.eval('return { #KEYS, #ARGV }')).toEqual([0, 0])
    }),
    does(
      'has every byte',
      async ({ redis }) => {
        const both = await redis.bytes.eval('return ARGV[1] .. KEYS[1]', [Uint8Array.of(255)], [EVERY_BYTE])
        expect(both).toEqual(Uint8Array.of(...EVERY_BYTE, 255))
      },
      { needs: 'bytes in scripts' },
    ),
    does('fails with its own error, and changes nothing if it is none', async ({ redis }) => {
      await expect(redis.eval("return redis.error_reply('MINE it is')", [a])).rejects.toMatchObject({ code: 'MINE', message: 'MINE it is' })
      await expect(redis.eval('return +', [a])).rejects.toMatchObject(
        failure("ERR Error compiling script (new function): user_script:1: unexpected symbol near '+'"),
      )
      await expect(redis.eval('return 1', ['x', undefined as unknown as string])).rejects.toBeInstanceOf(TypeError)
    }),
  ],
  evalRo: [
    does('reads, and refuses to write', async ({ redis }) => {
      await redis.set(a, 'x')
      expect(await redis.evalRo(READ, [a])).toBe('x')
      await expect(redis.evalRo(SUM, [b], [1])).rejects.toMatchObject(WRITES)
      expect(await redis.exists(b)).toBe(0)
    }),
  ],
  evalsha: [
    does('runs what the server knows', async ({ redis }) => {
      await redis.eval(SUM, [a], [1])
      expect(await redis.evalsha('8cd00688c05c46bde4a2e60658ef20a2e5c0b248', [a], [1])).toBe(2)
      await expect(redis.evalsha(UNKNOWN, [a])).rejects.toMatchObject(NOSCRIPT)
    }),
  ],
  evalshaRo: [
    does('runs what the server knows and only reads', async ({ redis }) => {
      await redis.set(a, 'x')
      await redis.eval(READ, [a])
      expect(await redis.evalshaRo('d3c21d0c2b9ca22f82737626a27bcaf5d288f99f', [a])).toBe('x')
      await expect(redis.evalshaRo(UNKNOWN, [a])).rejects.toMatchObject(NOSCRIPT)
    }),
  ],
  scriptLoad: [
    does(
      'gives the SHA-1 that calls the script',
      async ({ redis }) => {
        const sum = await redis.scriptLoad(SUM)
        expect(sum).toMatch(/^[0-9a-f]{40}$/)
        expect(await redis.evalsha(sum, [a], [7])).toBe(7)
        const read = await redis.scriptLoad(READ)
        expect(await redis.evalshaRo(read, [a])).toBe('7')
        await expect(redis.evalshaRo(sum, [b], [1])).rejects.toMatchObject(WRITES)
      },
      { needs: 'every node' },
    ),
  ],
  scriptExists: [
    does(
      '1 for those that are known',
      async ({ redis }) => {
        const sha1 = await redis.scriptLoad(SUM)
        expect(await redis.scriptExists(sha1, UNKNOWN)).toEqual([1, 0])
      },
      { needs: 'every node' },
    ),
  ],
  scriptFlush: [
    does(
      'forgets them',
      async ({ redis }) => {
        const sha1 = await redis.scriptLoad(SUM)
        expect(await redis.scriptFlush()).toBe('OK')
        expect(await redis.scriptExists(sha1)).toEqual([0])
        expect(await redis.scriptFlush('async')).toBe('OK')
      },
      { needs: 'every node' },
    ),
  ],
  fcall: [
    does(
      'calls a function',
      async ({ redis }) => {
        await redis.functionLoad(LIBRARY, { replace: true })
        expect(await redis.fcall('sum', [a], [3])).toBe(3)
        expect(await redis.fcall('read', [a])).toBe('3')
        await expect(redis.fcall('none', [a])).rejects.toMatchObject(failure('ERR Function not found'))
      },
      { needs: 'every node' },
    ),
  ],
  fcallRo: [
    does(
      'calls a function that only reads',
      async ({ redis }) => {
        await redis.functionLoad(LIBRARY, { replace: true })
        expect(await redis.bytes.fcallRo('read', [a])).toBeNull()
        await expect(redis.fcallRo('sum', [a], [3])).rejects.toMatchObject(
          failure('ERR Can not execute a script with write flag using *_ro command.'),
        )
      },
      { needs: 'every node' },
    ),
  ],
  functionLoad: [
    does(
      'adds a library, or replaces it',
      async ({ redis }) => {
        expect(await redis.functionLoad(LIBRARY, { replace: true })).toBe('contract')
        await expect(redis.functionLoad(LIBRARY)).rejects.toMatchObject(failure("ERR Library 'contract' already exists"))
        expect(await redis.functionLoad(LIBRARY, { replace: true })).toBe('contract')
      },
      { needs: 'every node' },
    ),
  ],
  functionDelete: [
    does(
      'removes it',
      async ({ redis }) => {
        await redis.functionLoad(LIBRARY, { replace: true })
        expect(await redis.functionDelete('contract')).toBe('OK')
        await expect(redis.functionDelete('contract')).rejects.toMatchObject(failure('ERR Library not found'))
      },
      { needs: 'every node' },
    ),
  ],
}
