// Command lines out of bytes, however they are cut, and out of noise.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toUint8Array } from '../../../src/core/bytes.ts'
import { ProtocolError, RequestParser } from '../../../src/core/resp/request-parser.ts'
import { respCommand } from '../../support/resp-client.ts'
import { collectGarbage, usedMemory } from '../../support/garbage.ts'
import { SEED } from '../../support/seed.ts'

const word = fc.oneof(
  fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 20 }),
  fc.constant('x'.repeat(70_000)),
)
const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 5 }), { maxLength: 8 })

/** Feeds text in pieces cut at the given places. @returns the commands, or the error */
function parse(text: string, cuts: readonly number[] = [], parser = new RequestParser()): string[][] {
  const found: string[][] = []
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  for (const [i, start] of [0, ...places].entries()) {
    parser.feed(toUint8Array(text.slice(start, places[i] ?? text.length)))
    for (let argv = parser.next(); argv !== undefined; argv = parser.next()) found.push(argv)
  }
  return found
}

describe('command lines', () => {
  test('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(commands, fc.array(fc.nat(200_000)), (given, cuts) => {
        expect(parse(given.map(respCommand).join(''), cuts)).toEqual(given)
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  test('may be typed as lines', () => {
    expect(parse('PING\r\nSET a "b c"\n\r\n  GET   a  \r\n')).toEqual([['PING'], ['SET', 'a', 'b c'], ['GET', 'a']])
    expect(parse('PING\r\n*1\r\n$4\r\nPING\r\nECHO x\r\n', [3, 9, 12])).toEqual([['PING'], ['PING'], ['ECHO', 'x']])
  })

  test('of no words are nothing', () => expect(parse('*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n')).toEqual([['PING']]))

  test('of no words, however many, leave the stack alone', () => expect(parse(`${'\n*0\r\n'.repeat(100_000)}PING\n`)).toEqual([['PING']]))

  test('that are not all there yet are waited for', () => {
    for (const part of ['', '*', '*1', '*1\r', '*2\r\n$4\r\nPING\r\n', '*1\r\n$4\r\nPI', '*1\r\n$4\r\nPING', 'PIN', '$'])
      expect(parse(part)).toEqual([])
  })

  test('that break the protocol are errors in its words', () => {
    const errors: Record<string, string> = {
      '*x\r\n': 'invalid multibulk length',
      '*1x\r\n': 'invalid multibulk length',
      '*\r\n': 'invalid multibulk length',
      '*99999999999999999999999\r\n': 'invalid multibulk length',
      '*2147483648\r\n': 'invalid multibulk length',
      '*1\r\n:4\r\n': "expected '$', got ':'",
      '*1\r\n$-1\r\n': 'invalid bulk length',
      '*1\r\n$x\r\n': 'invalid bulk length',
      '*1\r\n$\r\n': 'invalid bulk length',
      '*1\r\n$536870913\r\n': 'invalid bulk length',
      'SET a "b\r\n': 'unbalanced quotes in request',
      "SET a 'b\r\n": 'unbalanced quotes in request',
      'SET a "b"c\r\n': 'unbalanced quotes in request',
      [`SET ${'x'.repeat(70_000)}`]: 'too big inline request',
    }
    for (const [text, message] of Object.entries(errors)) expect(() => parse(text)).toThrow(new ProtocolError(`Protocol error: ${message}`))
  })

  test('of noise give commands or an error, and hold no more than was sent', () => {
    const noise = fc.string({
      unit: fc.constantFrom('*', '$', '1', '2', '-', '9', '\r', '\n', 'a', ' ', '"', "'", '\\', '\0', '\xff'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(noise, fc.array(fc.nat(60)), (text, cuts) => {
        const parser = new RequestParser()
        try {
          parse(text, cuts, parser)
          expect(parser.pending).toBeLessThanOrEqual(text.length)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { seed: SEED, numRuns: 3000 },
    )
  })

  test('with a long value take no longer for coming in many pieces', () => {
    const value = 'v'.repeat(3_000_000)
    const parser = new RequestParser()
    const bytes = toUint8Array(respCommand(['SET', 'k', value]))
    let tries = 0
    let found: string[] | undefined
    for (let at = 0; at < bytes.length; at += 1000) {
      parser.feed(bytes.subarray(at, at + 1000))
      tries++
      found = parser.next()
    }
    expect(tries).toBeGreaterThan(3000)
    expect(found).toEqual(['SET', 'k', value])
  })
})

test('a parser keeps nothing of a command that was taken: a connection may be idle for long', async () => {
  const parser = new RequestParser()
  const feed = (pieces: number): WeakRef<Uint8Array>[] => {
    const bytes = toUint8Array(respCommand(['SET', 'key', 'x'.repeat(100_000)]))
    const step = Math.ceil(bytes.length / pieces)
    const parts = Array.from({ length: pieces }, (_, i) => bytes.slice(i * step, (i + 1) * step))
    for (const part of parts) parser.feed(part)
    expect(parser.next()).toHaveLength(3)
    return parts.map((part) => new WeakRef(part))
  }
  for (const pieces of [1, 3]) {
    const parts = feed(pieces)
    await collectGarbage()
    expect(parts.map((part) => part.deref())).toEqual(parts.map(() => undefined))
  }
  const before = await usedMemory()
  const many = Array.from({ length: 100 }, () => {
    const each = new RequestParser()
    each.feed(toUint8Array(respCommand(['SET', 'key', 'x'.repeat(1_000_000)])))
    each.next()
    return each
  })
  expect((await usedMemory()) - before).toBeLessThan(20_000_000)
  expect(many.every(({ pending }) => pending === 0)).toBe(true)
})
