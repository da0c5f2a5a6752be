// docs/api.md is run: every line gives what its comment says. A comment is a value, perhaps with words behind `: ` or `; `.
import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { createTestRedis, type TestRedis } from '../../src/adapters/testing.ts'
import { Redis } from '../../src/core/client/redis.ts'

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')

/** A statement that begins at the margin, goes on in lines that are indented or close a brace, and ends with a comment. */
const COMMENTED = /^(?:await )?(redis[^\n]*?(?:\n(?: {2}|\})[^\n]*?)*|\w+\.next\(\)|batch\.exec[^\n]*?) \/\/ (.*)$/gm

const sections = [...page.matchAll(/\n## (.*)\n([^]*?)(?=\n## |$)/g)].map(([, name, text]) => ({
  name,
  code: [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code).join('\n'),
}))

/** The value that a comment begins with; undefined if it is words only. */
function valueOf(comment: string): { value: unknown } | undefined {
  const ends = [comment.length, ...[...comment.matchAll(/[:;] /g)].map(({ index }) => index)]
  for (const end of ends) {
    try {
      return { value: runInThisContext(`(${comment.slice(0, end)})`) as unknown }
    } catch {
      // words
    }
  }
  return undefined
}

/** What a call gives. The time of the engine moves only when a call waits for it. */
async function outcome(redis: TestRedis, call: () => unknown): Promise<unknown> {
  let settled = false
  const result = Promise.resolve(call()).finally(() => (settled = true))
  result.catch(() => {})
  for (;;) {
    await new Promise(setImmediate)
    if (settled) return result
    await redis.clock.advance(1000)
  }
}

let checked = 0

test.each(sections.filter(({ code }) => code !== ''))('$name', async ({ code }) => {
  await using redis = await createTestRedis()
  const check = async (call: () => unknown, line: string, comment: string): Promise<void> => {
    const given = await outcome(redis, call)
    const expected = valueOf(comment)
    if (expected === undefined) return
    expect(given, line).toEqual(expected.value)
    checked++
  }
  const checking = code.replace(COMMENTED, (line, call: string, comment: string) => {
    return `await check(() => ${call}, ${JSON.stringify(line)}, ${JSON.stringify(comment)})`
  })
  const { code: javascript } = await transform(`export async function run() {\n${checking}\n}`, { loader: 'ts', format: 'cjs' })
  const run = runInThisContext(`(redis, check, console, module) => { ${javascript}; return run() }`) as (
    ...given: unknown[]
  ) => Promise<void>
  await run(redis, check, { log() {} }, {})
})

test('the comments were read', () => {
  expect(checked).toBeGreaterThan(90)
})

/** What the methods share, for subclasses only. */
const INSIDE = new Set(['constructor', 'run', 'members', 'expireFields', 'askFields', 'invoke'])

test('every method is named', () => {
  const named = new Set([...page.matchAll(/`(?:redis\.)?(\w+)[`(]|\.(\w+)[(<]/g)].map(([, alone, called]) => alone ?? called))
  const methods: string[] = []
  for (let type = Redis.prototype as object; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
    methods.push(...Object.getOwnPropertyNames(type))
  }
  expect(methods.length).toBeGreaterThan(200)
  expect(methods.filter((name) => !named.has(name) && !INSIDE.has(name))).toEqual([])
})
