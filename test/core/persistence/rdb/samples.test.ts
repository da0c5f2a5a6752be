// Files that redis-server 7.0.15 wrote, against what it said that they hold (see samples/).
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Content, contentOfInfo, readFile } from './content.ts'

const DIR = new URL('samples/', import.meta.url)
const names = readdirSync(DIR).filter((name) => name.endsWith('.rdb'))

interface Described {
  readonly type: string
  readonly expireAtMs: number
  readonly value: unknown
}

const text = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1')

/** What a sample's JSON says, in the form of `contentOf`. */
function described(name: string): Content {
  const content: Content = {}
  const dbs = JSON.parse(readFileSync(new URL(name.replace('.rdb', '.json'), DIR), 'utf8')) as Record<string, Record<string, Described>>
  for (const [db, keys] of Object.entries(dbs)) {
    for (const [key, { type, expireAtMs, value }] of Object.entries(keys)) {
      content[`${db}:${text(key)}`] = { type, value: decode(type, value), expiry: Math.max(0, expireAtMs) }
    }
  }
  return content
}

function decode(type: string, value: unknown): unknown {
  const byFirst = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1)
  if (type === 'string') return text(value as string)
  if (type === 'list') return (value as string[]).map(text)
  if (type === 'set') return (value as string[]).map(text).toSorted()
  if (type === 'hash')
    return Object.entries(value as Record<string, string>)
      .map(([field, each]) => [text(field), text(each), 0])
      .toSorted(byFirst)
  if (type === 'zset') return (value as [string, string][]).map(([member, score]) => [text(member), score])
  return contentOfInfo(decodeInfo(value))
}

/** Names and values alike are base64; IDs too. */
function decodeInfo(value: unknown): unknown {
  return Array.isArray(value) ? value.map(decodeInfo) : typeof value === 'string' ? text(value) : value
}

describe('samples of redis-server', () => {
  test.for(names)('%s loads with exactly the content that the server reported', async (name) => {
    const file = await readFile([readFileSync(new URL(name, DIR))])
    expect(file.content).toEqual(described(name))
    expect(file.version).toBe(10)
    expect(file.aux).toMatchObject({ 'redis-ver': '7.0.15', 'redis-bits': '64', 'aof-base': '0' })
  })

  test('functions.rdb holds a library', async () => {
    const { libraries } = await readFile([readFileSync(new URL('functions.rdb', DIR))])
    expect(libraries).toEqual([expect.stringMatching(/^#!lua name=mylib\n/)])
  })

  test('a file that comes byte by byte, in plain arrays, loads alike', async () => {
    for (const name of names) {
      const bytes = new Uint8Array(readFileSync(new URL(name, DIR)))
      const parts = Array.from(bytes, (_, i) => bytes.slice(i, i + 1))
      expect((await readFile(parts)).content).toEqual(described(name))
    }
  })
})
