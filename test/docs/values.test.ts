// docs/api.md, and the pages of entries that can run here, are run: every line gives what its comment says. A comment is a value,
// perhaps with words behind it.
import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import { transform } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { createTestRedis, type TestOptions, type TestRedis } from '../../src/adapters/testing.ts'
import { Redis } from '../../src/core/client/redis.ts'
import { json, jsonOf } from '../../src/core/json/json.ts'
import { vectors, vectorsOf } from '../../src/core/vectors/vectors.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
const api = read('api')

/** A statement that begins at the margin, goes on in lines that are indented or close a brace, and ends with a comment. */
const COMMENTED = /^(?:await )?(\w+\.[^\n]*?(?:\n(?: {2}|\})[^\n]*?)*) \/\/ (.*)$/gm

/** What runs together: a section of docs/api.md, or all of another page. */
const parts = [
  ...[...api.matchAll(/\n## (.*)\n([^]*?)(?=\n## |$)/g)].map(([, name, text]) => ({ name, text })),
  ...['json', 'vectors', 'lua'].map((name) => ({ name: `docs/${name}.md`, text: read(name) })),
].map(({ name, text }) => ({ name, code: [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code).join('\n') }))

/** The value that a comment begins with; undefined if it is words only. */
function valueOf(comment: string): { value: unknown } | undefined {
  const ends = [comment.length, ...[...comment.matchAll(/[:;,] /g)].map(({ index }) => index)]
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

/** To four places: the docs do not show all digits of a score. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null), (_, each: unknown) => (typeof each === 'number' ? Number(each.toFixed(4)) : each))

let checked = 0

test.each(parts.filter(({ code }) => code !== ''))('$name', async ({ code }) => {
  let redis: TestRedis
  const createRedis = async (options?: TestOptions): Promise<TestRedis> => {
    const made = await createTestRedis(options)
    onTestFinished(() => made.close())
    return (redis = made)
  }
  const check = async (call: () => unknown, line: string, comment: string): Promise<void> => {
    const given = await outcome(redis, call)
    const expected = valueOf(comment)
    if (expected === undefined) return
    expect(rounded(given), line).toEqual(rounded(expected.value))
    checked++
  }
  const checking = code.replace(/^import .*\n/gm, '').replace(COMMENTED, (line, call: string, comment: string) => {
    return `await check(() => ${call}, ${JSON.stringify(line)}, ${JSON.stringify(comment)})`
  })
  const { code: javascript } = await transform(`export async function run() {\n${checking}\n}`, { loader: 'ts', format: 'cjs' })
  const given = { check, createRedis, json, jsonOf, vectors, vectorsOf, lua, console: { log() {} }, module: {}, redis: await createRedis() }
  const run = runInThisContext(`({ ${Object.keys(given).join()} }) => { ${javascript}; return run() }`) as (
    all: typeof given,
  ) => Promise<void>
  await run(given)
})

test('the comments were read', () => {
  expect(checked).toBeGreaterThan(100)
})

/** What the methods share, for subclasses only. */
const INSIDE = new Set(['constructor', 'run', 'members', 'expireFields', 'askFields', 'invoke'])

test('every method is named', () => {
  const named = new Set([...api.matchAll(/`(?:redis\.)?(\w+)[`(]|\.(\w+)[(<]/g)].map(([, alone, called]) => alone ?? called))
  const methods: string[] = []
  for (let type = Redis.prototype as object; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
    methods.push(...Object.getOwnPropertyNames(type))
  }
  expect(methods.length).toBeGreaterThan(200)
  expect(methods.filter((name) => !named.has(name) && !INSIDE.has(name))).toEqual([])
})
