// Commands that wait on the engine in this process: nothing is lost between a value and a signal that come together, and
// the process lives as long as something can end the waiting.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/host.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { admin } from '../../src/core/admin/admin.ts'

test('an AbortSignal ends the waiting at once: what is pushed in the same turn stays', async () => {
  await using redis = await createRedis()
  const abort = new AbortController()
  const taken = redis.blpop('jobs', 0, { signal: abort.signal })
  abort.abort()
  await redis.rpush('jobs', 'x')
  await expect(taken).rejects.toThrow('aborted')
  expect(await redis.lrange('jobs', 0, -1)).toEqual(['x'])
})

test('an AbortSignal ends what CLIENT PAUSE holds back before it can wait', async () => {
  await using redis = await createRedis({ admin })
  await redis.call('CLIENT', 'PAUSE', 20)
  const abort = new AbortController()
  const taken = redis.blpop('jobs', 0, { signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(taken).rejects.toThrow('enough')
})

test('what was taken before the signal came is given', async () => {
  await using redis = await createRedis()
  const abort = new AbortController()
  const taken = redis.blpop('jobs', 0, { signal: abort.signal })
  redis.sync.rpush('jobs', 'x')
  abort.abort()
  expect(await taken).toEqual(['jobs', 'x'])
})

test('what was taken before the client was closed is given', async () => {
  const redis = await createRedis()
  const taken = redis.blpop('jobs', 0)
  const waits = redis.blpop('other', 0)
  redis.sync.rpush('jobs', 'x')
  await redis.close()
  expect(await taken).toEqual(['jobs', 'x'])
  await expect(waits).rejects.toThrow('ERR The client is closed')
})

test('commands that wait in several pipelines are ended with the client', async () => {
  const redis = await createRedis()
  const settled = ['a', 'b'].map((key) => redis.pipeline().blpop(key, 0).set('after', key).execSettled())
  await expect.poll(() => redis.sync.info('clients')).toContain('blocked_clients:2')
  await redis.close()
  const closed = expect.objectContaining({ message: 'ERR The client is closed' })
  expect(await Promise.all(settled)).toEqual([[closed, closed], [closed, closed]]) // prettier-ignore
})

test('CLIENT KILL is an error, not the end of the time', async () => {
  await using redis = await createRedis()
  const waits = expect(redis.blpop('jobs', 0)).rejects.toMatchObject({ code: 'CONNECTION', cause: new Error('Connection is closed.') })
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal')
  await waits
})

describe('a process of its own', () => {
  const memory = fileURLToPath(new URL('../../src/adapters/memory.ts', import.meta.url))
  /** Runs a program that has nothing else to do. @returns what it printed, and its exit code */
  async function run(code: string): Promise<[string, number]> {
    const contents = `import { createRedis } from ${JSON.stringify(memory)}\nconst redis = await createRedis()\n${code}`
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: '.' },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
    })
    return new Promise((resolve) => {
      const child = execFile(process.execPath, ['--input-type=module'], (error, stdout) =>
        resolve([stdout, error === null ? 0 : Number(error.code)]),
      )
      child.stdin!.end(outputFiles[0].text)
    })
  }

  test.for([
    ['until the time is over', 'redis.blpop("jobs", 0.05)', 'null\n'],
    ['until the signal comes', 'redis.blpop("jobs", 0, { signal: AbortSignal.timeout(50) }).catch(({ name }) => name)', 'TimeoutError\n'],
  ])('lives %s', async ([, call, printed]) => {
    expect(await run(`console.log(await ${call})`)).toEqual([printed, 0])
  })

  test('does not live for what nothing can end', async () => {
    expect(await run(`void redis.blpop('jobs', 0)`)).toEqual(['', 0])
  })
})

test('a timer of months, which hosts take for none at all, does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.after(2 ** 33, () => (fired = true))
  await new Promise((resolve) => setTimeout(resolve, 20))
  cancel?.()
  expect(fired).toBe(false)
})
