// What paths select, in which order; what cannot be read; and that no path takes for ever.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matcher } from '../../src/core/json/pattern.ts'
import { parseJson } from '../../src/core/json/parse.ts'
import { parsePath } from '../../src/core/json/path.ts'
import { select } from '../../src/core/json/select.ts'
import { toLaidOutText, toPieces, toText } from '../../src/core/json/write.ts'
import { SEED } from '../support/seed.ts'

const found = (path: string, value: unknown): unknown =>
  JSON.parse(toText(select(parsePath(path).steps, parseJson(JSON.stringify(value))).map((place) => place.value)))

describe('paths', () => {
  test.each<[path: string, value: unknown, selected: unknown[]]>([
    ['$', { a: 1 }, [{ a: 1 }]],
    ['$.foo.bar', { foo: { bar: [1] } }, [[1]]],
    ['$["foo"].boo', { foo: { boo: 1 } }, [1]],
    ['$.[\'foo\'].["boo"][*]', { foo: { boo: [1, 2] } }, [1, 2]],
    ['$.[ "a" , \'b\' ].x', { a: { x: 1 }, b: { x: 2 } }, [1, 2]],
    ['$["\\"", "\\\\", "it\'s"]', { '"': 1, '\\': 2, "it's": 3 }, [1, 2, 3]],
    ['$.a-b.c_d.e/f:g.0', { 'a-b': { c_d: { 'e/f:g': { 0: 'x' } } } }, ['x']],
    ['$[0,2]', [1, 2, 3], [1, 3]],
    ['$[-3,-1]', [1, 2, 3], [1, 3]],
    ['$[5]', [1, 2, 3], []],
    ['$[40000000000000000000]', [1, 2, 3], []],
    ['$[-40000000000000000000:40000000000000000000]', [1, 2, 3], [1, 2, 3]],
    ['$. a [ 0 ] ', { a: [1] }, [1]],
    ['$[1:]', [1, 2, 3], [2, 3]],
    ['$[:-1]', [1, 2, 3], [1, 2]],
    ['$[-2:]', [1, 2, 3], [2, 3]],
    ['$[:]', [1, 2, 3], [1, 2, 3]],
    ['$[0:3:2]', [1, 2, 3], [1, 3]],
    ['$[ : : 2 ]', [1, 2, 3], [1, 3]],
    ['$.*[0,2]', { a: [1, 2, 3], b: ['c', 'd', 'e'], c: 'k' }, [1, 3, 'c', 'e']],
    ['$..a', { a: 1, nested: { a: { a: 2 } } }, [1, { a: 2 }, 2]],
    ['$..friends[0]', { school: { friends: ['inner'] }, friends: ['outer'] }, ['outer', 'inner']],
    ['$..*', { a: [1], b: { c: 2 } }, [[1], { c: 2 }, 1, 2]],
    [
      '$..[1]',
      [
        [1, 2],
        [3, [4, 5]],
      ],
      [[3, [4, 5]], 2, [4, 5], 5],
    ],
    ['$..["a","b"]', [{ b: 1, a: 2 }], [2, 1]],
    ['$.none.a', { a: 1 }, []],
    ['$.a[0]', { a: 'text' }, []],
    ['$.__proto__', { a: 1 }, []],
  ])('%s', (path, value, selected) => {
    expect(found(path, value)).toEqual(selected)
  })

  test('the older form is the same without the dollar', () => {
    for (const [legacy, path] of [
      ['.', '$'],
      ['.a', '$.a'],
      ['a', '$.a'],
      ['[0]', '$.[0]'],
      ['..a', '$..a'],
      ['$a', '$.$a'],
      ['["x"]', '$.["x"]'],
    ]) {
      // prettier-ignore
      expect(parsePath(legacy)).toMatchObject({ legacy: true, text: path, given: legacy })
      expect(parsePath(path)).toMatchObject({ legacy: false })
    }
  })

  test.each([
    '',
    ' ',
    '.',
    '$.',
    '$..',
    '$[',
    '$[]',
    '$[1',
    '$["a]',
    '$[1:2:0]',
    '$[1:2:-1]',
    '$[?]',
    '$[?(@.a]',
    '$[?@.a==]',
    '$[?@.a=1]',
    '$.a b',
    '$.[?(@.a==1)',
    '$[1,"a"]',
    '$...a',
    '$.a\0',
    '$.a\n',
    '$[?(1 < )]',
    '$[01]',
  ])('%j is an error that says where', (path) => {
    if (path === '.') return expect(parsePath(path).steps).toEqual([])
    expect(() => parsePath(path)).toThrow(expect.objectContaining({ text: expect.stringMatching(/^ERR Path error on position \d+/) }))
  })
})

describe('filters', () => {
  const books = [
    { title: 'Sayings', price: 8.95, tags: ['x'], isbn: '1' },
    { title: 'Sword', price: 12.99, sold: false },
    { title: 'Moby', price: 8.99, isbn: '2', sold: true },
    { title: 'Lord', price: 23, max: 23.0, tags: [] },
  ]
  test.each<[filter: string, titles: string]>([
    ['@.price<10', 'Sayings Moby'],
    ['@.price <= 12.99', 'Sayings Sword Moby'],
    ['@.price==@.max', 'Lord'],
    ['(@.price > $[0].price)', 'Sword Moby Lord'],
    ['@.title=="Moby"', 'Moby'],
    ["@.title>='Moby' && @.title<'Sword'", 'Sayings Moby'],
    ['@.isbn', 'Sayings Moby'],
    ['!@.isbn', 'Sword Lord'],
    ['!!@.isbn && !(@.title=="Moby")', 'Sayings'],
    ['@.isbn && @.sold || @.price==23', 'Moby Lord'],
    ['@.price==23 || @.isbn && @.sold', 'Moby Lord'],
    ['(@.price==23 || @.isbn) && @.tags', 'Sayings Lord'],
    ['@.sold==false', 'Sword'],
    ['@.sold!=false', 'Sayings Moby Lord'],
    ['@.sold>=false', 'Sword Moby'],
    ['@.none==null', ''],
    ['@.tags[0]=="x"', 'Sayings'],
    ['@["title"]=="Lord"', 'Lord'],
    ['@title=="Lord"', 'Lord'],
    ['@.tags==$[0].tags', 'Sayings'],
    ['@.title=~"^S.*d$"', 'Sword'],
    ['@.title =~ "(?i)LORD|moby"', 'Moby Lord'],
    ['@.price=~"8"', ''],
    ['@.title=~"("', ''],
    ['true', 'Sayings Sword Moby Lord'],
    ['false', ''],
    ['-1 < @.price && 1e1 > @.price', 'Sayings Moby'],
  ])('%s', (filter, titles) => {
    expect((found(`$[?${filter}].title`, books) as string[]).join(' ')).toBe(titles)
    expect((found(`$.*[?(${filter.replaceAll('$[0]', '$.all[0]')})].title`, { all: books }) as string[]).join(' ')).toBe(titles)
  })

  test('of objects they take the fields', () => {
    expect(found('$.root[?(@.value > 1)]', { root: { 1: { value: 1 }, 2: { value: 2 } } })).toEqual([{ value: 2 }])
    expect(found('$..[?(@.code=="2")].code', [{ code: '1' }, { code: '2' }])).toEqual(['2'])
    for (const path of ['$[?@.*==null]', '$[?@*==null]'])
      expect(found(path, [{ a: 10 }, { b: null }, { c: 30, d: null }]), path).toEqual([{ b: null }])
  })

  test('integers beyond 2^53 are compared as they are', () => {
    const values = parseJson('[9007199254740993,9007199254740992,9007199254740993.0]')
    expect(toText(select(parsePath('$[?@==9007199254740993]').steps, values).map(({ value }) => value))).toBe('[9007199254740993]')
  })

  test('nesting is bounded', () => {
    expect(() => parsePath(`$[?${'('.repeat(100_000)}`)).toThrow(
      expect.objectContaining({ text: expect.stringContaining('less that is nested') }),
    )
    expect(() => parsePath(`$${'[?@'.repeat(100_000)}`)).toThrow(
      expect.objectContaining({ text: expect.stringContaining('less that is nested') }),
    )
  })

  test('a path that would look at the same values again and again is given up', () => {
    const value = parseJson(`${'['.repeat(120)}${']'.repeat(120)}`)
    expect(() => select(parsePath(`$${'..*'.repeat(20)}`).steps, value)).toThrow(
      expect.objectContaining({ text: 'ERR the path has too much to look at' }),
    )
  })
})

describe('regular expressions', () => {
  test('take time in proportion to the text', () => {
    const text = 'a'.repeat(20_000)
    for (const pattern of ['^(a+)+$', '(a*)*b', '(a|aa)+$', 'a*a*a*a*a*c']) expect(matcher(pattern)(`${text}!`)).toBe(false)
  })

  test('repetitions of what takes no char have their bounds too', () => {
    for (const pattern of ['a{0}{999}{999}{999}', '(?i){999}{999}{999}']) expect(matcher(pattern)('a')).toBe(false)
  })

  test('match what they should, and nothing else', () => {
    const cases: [pattern: string, matching: string[], others: string[]][] = [
      ['^a.c$', ['abc', 'aäc', 'a😀c'], ['ac', 'a\nc', 'xabc']],
      ['^[a-cx-]+$', ['abcx-'], ['d', '']],
      ['[^\\d\\s]', ['a'], ['1 2']],
      ['^\\w+@\\w+\\.(com|org)$', ['a@b.com'], ['a@bXcom', 'a@b.net']],
      ['^a{2,3}$', ['aa', 'aaa'], ['a', 'aaaa']],
      ['^a{2}b{1,}c{0}$', ['aab', 'aabbb'], ['ab', 'aabc']],
      ['\\bword\\b', ['a word.'], ['words']],
      ['^(?:a|(?P<x>b))*?c?$', ['abac', ''], ['d']],
      ['(?i)ÄB', ['xäb'], ['x']],
      ['^[\\]\\\\]$', [']', '\\'], ['x']],
      ['', ['', 'x'], []],
    ]
    for (const [pattern, matching, others] of cases) {
      const matches = matcher(pattern)
      expect(
        matching.filter((text) => !matches(text)),
        pattern,
      ).toEqual([])
      expect(others.filter(matches), pattern).toEqual([])
    }
    for (const wrong of ['(', ')', '[', '*', 'a{3,2}', '\\1', '(?=a)', '(?<!a)', '[[:alpha:]]', 'a{9999}{9999}', '('.repeat(10_000)])
      expect(matcher(wrong)('a'), wrong).toBe(false)
  })

  test("agree with JavaScript's where both have a construct", () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '(a|b)', '(?:ab)', '^', '$', '\\b')
    const times = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}')
    const part = fc.tuple(atom, times).map(([one, many]) => (/^(\^|\$|\\b)$/.test(one) ? one : one + many))
    const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 2 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 8 }),
        (patterns, text) => {
          const whole = patterns.join('|')
          expect(matcher(whole)(text)).toBe(new RegExp(whole, 'u').test(text))
        },
      ),
      { seed: SEED, numRuns: 2000 },
    )
  })
})

test('what is written is read as the same, and in pieces, with any layout', () => {
  const value = fc.jsonValue({ maxDepth: 5 })
  fc.assert(
    fc.property(value, (each) => {
      const text = Buffer.from(JSON.stringify(each)).toString('latin1')
      const parsed = parseJson(text)
      const written = toText(parsed)
      expect(JSON.parse(Buffer.from(written, 'latin1').toString())).toEqual(JSON.parse(JSON.stringify(each)))
      expect(toText(parseJson(written))).toBe(written)
      expect([...toPieces(parsed)].join('')).toBe(written)
      expect(toText(parseJson(toLaidOutText(parsed, { indent: ' ', newline: '\n', space: ' ' })))).toBe(written)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('any text is JSON here if it is to JSON.parse, but for what is out of bounds', () => {
  const char = fc.constantFrom(...'{}[]",:0123456789-+.eE\\ untrfalsb\n\t/')
  const text = fc.oneof(fc.string({ unit: char, maxLength: 12 }), fc.json().chain((whole) => fc.nat(whole.length).map((at) => whole.slice(0, at) + whole.slice(at + 1)))) // prettier-ignore
  fc.assert(
    fc.property(text, (each) => {
      const read = (parse: (text: string) => unknown): boolean => {
        try {
          parse(each)
          return true
        } catch {
          return false
        }
      }
      const isRight = read(JSON.parse) && !/\d[eE]\+?\d{3}/.test(each) && !/\\ud[89a-f]/i.test(each)
      const bytes = Buffer.from(each).toString('latin1')
      if (isRight) parseJson(bytes)
      else if (!read(JSON.parse)) expect(() => parseJson(bytes)).toThrow()
    }),
    { seed: SEED, numRuns: 3000 },
  )
})
