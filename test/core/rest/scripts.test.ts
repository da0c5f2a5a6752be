// Scripts written for Upstash, as they are handed to a Redis.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { UpstashScripts } from '../../../src/core/rest/scripts.ts'

const sha1 = (text: string): string => createHash('sha1').update(text, 'latin1').digest('hex')

test.for([
  ['#!lua flags=allow-key-locking\nreturn 1', '#!lua\nreturn 1'],
  ['#!lua flags=no-writes,allow-key-locking,allow-stale\nreturn 1', '#!lua flags=no-writes,allow-stale\nreturn 1'],
  ['#!lua flags=no-writes\nreturn "allow-key-locking"', '#!lua flags=no-writes\nreturn "allow-key-locking"'],
  ['#!lua flags=allow-key-locking', '#!lua'],
  ['return "flags=allow-key-locking"', 'return "flags=allow-key-locking"'],
] as const)('%j runs as %j', ([sent, run]) => {
  const scripts = new UpstashScripts()
  expect(scripts.translate(['EVAL', sent, '1', 'key'])).toEqual(['EVAL', run, '1', 'key'])
  expect(scripts.translate(['SCRIPT', 'load', sent])).toEqual(['SCRIPT', 'load', run])
})

test('a script keeps the digest it was sent with', async () => {
  const scripts = new UpstashScripts()
  const [sent, run] = ['#!lua flags=allow-key-locking\nreturn "\xff"', '#!lua\nreturn "\xff"']
  expect(scripts.translate(['EVALSHA', sha1(sent), '0'])).toEqual(['EVALSHA', sha1(sent), '0'])
  scripts.translate(['EVAL', sent, '0'])
  await expect.poll(() => scripts.translate(['EVALSHA', sha1(sent).toUpperCase(), '0'])).toEqual(['EVALSHA', sha1(run), '0'])
  expect(scripts.translate(['SCRIPT', 'EXISTS', 'other', sha1(sent)])).toEqual(['SCRIPT', 'EXISTS', 'other', sha1(run)])
  expect(scripts.translate(['SET', sha1(sent), 'x'])).toEqual(['SET', sha1(sent), 'x'])
})

test('a command with too few words is left to Redis', () => {
  const scripts = new UpstashScripts()
  expect(scripts.translate(['EVAL'])).toEqual(['EVAL'])
  expect(scripts.translate(['SCRIPT'])).toEqual(['SCRIPT'])
})
