// Mistakes that can be seen when a script is defined are errors there, which name the script.
import { expect, test } from 'vitest'
import { type Builder, defineScript, type Expr, type HashKey } from '../../src/scripts/builder/define.ts'

const message = (build: Parameters<typeof defineScript>[1]): unknown => {
  try {
    defineScript({ name: 'x', keys: { h: 'hash' } }, build as never)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}
const other: Expr<number>[] = []
defineScript({ name: 'other', args: { n: 'number' } }, (_$, _keys, { n }) => void other.push(n))

test.each<[string, Parameters<typeof defineScript>[1]]>([
  ['script x: nothing can follow what leaves a block', ($) => { $.fail('a'); $.fail('b') }],
  ['script x: an expression of one script cannot be used in another', () => other[0]],
  ["script x: 'n' is used outside of the block that it belongs to", ($) => {
    let n: unknown
    $.if($.local('y', true), () => { n = $.local('n', 1) })
    return n as number
  }],
  ["script x: 'n' has changed since this expression was made: keep its value with $.local()", ($) => {
    const n = $.local('n', 1)
    const next = n.add(1)
    n.assign(5)
    return next
  }],
  ['script x: nothing keeps what is changed here: give it a name with $.local()', ($) => $.local('s', 'a,b').split(',').push('c')],
  ['script x: a script cannot take undefined', ($) => $.local(undefined as never)],
  ['script x: a script cannot take function', ($) => $.local((() => 1) as never)],
  ['script x: text is made of text and numbers, not of what is null', ($) => $.text`${null as never}`],
  ['script x: hset takes text and numbers, not what may be a boolean', (_$, keys) => (keys as unknown as { h: HashKey }).h.hset('a', true as never)],
  ['script x: a step must be an integer that is not 0', ($) => $.for($.range(0, 1, 0), () => {})],
  ['script x: a function of Lua has at most 200 variables', ($) => { for (let i = 0; i < 250; i++) $.local('n', i) }],
  ['script x: $.for goes over a range, a list or a dictionary, not over a string', ($) => $.for($.local('s', 'x') as never, () => {})],
  ['script x: a value cannot be string or integer: a script cannot tell them apart', () => ['a', 1]],
  ['script x: an expression has no value before the script runs: use its methods (add, eq, lt, ...) and $.text`...`', ($) => {
    const n = $.local('n', 1)
    return `v${n as unknown as string}`
  }],
  ['script x: an expression has no value before the script runs: use its methods (add, eq, lt, ...) and $.text`...`', ($) => {
    if (($.local('n', 1) as unknown as number) > 3) $.log('notice', 'never')
  }],
  ['script x: an expression has no value before the script runs: use $.toJson()', ($) => JSON.stringify({ n: $.local('n', 1) })],
  ['script x: $.break() is not in a loop', ($) => $.if($.local('y', true), () => $.break())],
  ['script x: $.break() is not in a loop', ($) => $.for($.range(0, 1), () => {
    $.function({ name: 'f', args: {} }, ($) => $.break())
  })],
  ['script x: its function must not be async: it runs once, when the script is defined', (async () => 1) as never],
  ["script x: hsh is no type of a key: use 'string', 'hash', 'list', 'set', 'zset' or 'stream'", ($) => $.key('hsh' as 'hash', 'a')],
])('%s', (text, build) => expect(message(build)).toBe(text)) // prettier-ignore

test('a key of an unknown type', () => {
  expect(() => defineScript({ name: 'x', keys: { h: 'hsh' as 'hash' } }, () => {})).toThrow(
    "script x: hsh is no type of a key: use 'string'",
  )
})

test('an end without the value that the script says it returns', () => {
  const error = 'script x: it says that it returns a value, but can end without one: return one at its end'
  const define = (build: ($: Builder<string>) => Expr<string> | void, returns: 'string' | 'string?' = 'string'): unknown =>
    defineScript({ name: 'x', returns: returns as 'string' }, build)
  expect(() => define(() => {})).toThrow(error)
  expect(() => define(($) => void $.if($.now().gt(0), () => $.return('a')))).toThrow(error)
  define(() => {}, 'string?')
  define(($) => void $.if($.now().gt(0), () => $.return('a')).else(() => $.return('b')))
  define(($) => void $.if($.now().gt(0), () => $.return('a')).else(() => $.fail('NONE nothing')))
})
