// The commands on JSON: their replies, as RedisJSON's documentation and its own tests have them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import type { Session } from '../../src/core/engine/session.ts'
import { Double, MapReply, NullArray, type Reply, ReplyError, Status } from '../../src/core/reply.ts'
import { json } from '../../src/core/json/json.ts'

let redis: EmbeddedRedis
let session: Session

beforeEach(async () => {
  redis = await createRedis({ json })
  session = redis.engine.connect({ trusted: true })
})
afterEach(() => redis.close())

/** A reply to a line of words, as RESP2 has it; an error is its text. */
function run(...words: (string | number)[]): unknown {
  return plain(session.execute(words.map(String)) as Reply)
}

function plain(reply: Reply): unknown {
  if (reply instanceof ReplyError || reply instanceof Status) return reply.text
  if (reply instanceof NullArray) return null
  if (reply instanceof Double) return `double ${reply.value}`
  if (reply instanceof MapReply) return { map: reply.flat.map(plain) }
  return Array.isArray(reply) ? reply.map(plain) : reply
}

const set = (key: string, value: unknown): void => expect(run('JSON.SET', key, '$', JSON.stringify(value))).toBe('OK') as void
/** What a key holds. */
const held = (key: string): unknown => JSON.parse(run('JSON.GET', key) as string)

const BASIC = {
  string: 'string value',
  none: null,
  bool: true,
  int: 42,
  num: 4.2,
  arr: [42, null, -1.2, false, ['sub', 'array'], { subdict: true }],
  dict: { a: 1, b: '2', c: null },
}
const NO_KEY = "ERR could not perform this operation on a key that doesn't exist"

describe('JSON.SET and JSON.GET', () => {
  test('keep a value as it was written, but for the spaces', () => {
    const text = '{"b":1,"a":[1.0,-0.5,1e2,"\\u00e4\\n",true,null,{}],"10":[],"2":"x","__proto__":{"x":1}}'
    expect(run('JSON.SET', 'k', '$', text.replaceAll(',', ' ,\n'))).toBe('OK')
    expect(run('JSON.GET', 'k')).toBe('{"b":1,"a":[1.0,-0.5,100.0,"\xc3\xa4\\n",true,null,{}],"10":[],"2":"x","__proto__":{"x":1}}')
    expect(run('JSON.GET', 'k', '$.__proto__.x')).toBe('[1]')
  })

  test('refuse what is no JSON, and leave what was there', () => {
    run('JSON.SET', 'k', '$', '{"a":1}')
    const wrong = ['{', '}', '[', ']', '{]', '[}', '\\', '', ' ', '\\"', "'", '\0', '[1,]', '{"a":1,}', '01', '1.', '.5', '+1', '"\n"', '"\\x"', 'nul', '1e400', '"\\ud800"', '{a:1}', '1 2', '"\xff"'] // prettier-ignore
    for (const text of wrong) expect(run('JSON.SET', 'k', '$', text), text).toMatch(/^ERR /)
    expect(run('JSON.SET', 'k', '$', '{"a": x}')).toBe('ERR expected value at line 1 column 7')
    expect(run('JSON.SET', 'k', '$', '{')).toBe('ERR EOF while parsing an object at line 1 column 1')
    expect(run('JSON.SET', 'k', '$', '[1,\n2 3]')).toBe('ERR expected `,` or `]` at line 2 column 3')
    expect(run('JSON.GET', 'k')).toBe('{"a":1}')
  })

  test('nesting is bounded, in what comes and in what becomes of it', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(run('JSON.SET', 'k', '$', nested(127))).toBe('OK')
    expect(run('JSON.SET', 'k2', '$', nested(128))).toBe('ERR recursion limit exceeded at line 1 column 128')
    expect(run('JSON.SET', 'k2', '$', nested(1_000_000))).toMatch(/^ERR recursion limit exceeded/)
    let depth = 127
    let reply: unknown
    for (; depth < 600; depth += 100) {
      reply = run('JSON.ARRAPPEND', 'k', `$${'[0]'.repeat(depth - 1)}`, nested(100))
      if (!Array.isArray(reply)) break
    }
    expect(reply).toBe('ERR recursion limit exceeded')
    expect((run('JSON.GET', 'k') as string).length).toBeLessThan(1200)
  })

  test('NX sets only what is missing, XX only what is there', () => {
    expect(run('JSON.SET', 'k', '.', '{}', 'XX')).toBe(null)
    expect(run('JSON.SET', 'k', '.', '{}', 'NX')).toBe('OK')
    expect(run('JSON.SET', 'k', '.', '{}', 'nx')).toBe(null)
    expect(run('JSON.SET', 'k', '.', '{}', 'XX')).toBe('OK')
    expect(run('JSON.SET', 'k', '.foo', '[]', 'XX')).toBe(null)
    expect(run('JSON.SET', 'k', '.foo', '[]', 'NX')).toBe('OK')
    expect(run('JSON.SET', 'k', '.foo', '[]', 'NX')).toBe(null)
    expect(run('JSON.SET', 'k', '.foo', '[1]', 'XX')).toBe('OK')
    expect(run('JSON.SET', 'k', '.foo[0]', '2', 'NX')).toBe(null)
    expect(run('JSON.SET', 'k', '.foo[1]', 'null', 'NX')).toBe('ERR array index out of range')
    for (const words of [[''], ['NN'], ['FORMAT', 'TT'], ['XX', 'XN'], ['XX', 'NX']])
      expect(run('JSON.SET', 'k', '.foo', '[]', ...words)).toMatch(/^ERR/)
    expect(run('JSON.GET', 'k')).toBe('{"foo":[1]}')
  })

  test('a field is added where the path to its object says one place', () => {
    set('k', { a: { b: 1 } })
    expect(run('JSON.SET', 'k', '$.a.c', '2')).toBe('OK')
    expect(run('JSON.SET', 'k', '$["x y"]', '[3]')).toBe('OK')
    expect(run('JSON.SET', 'k', '$.none.c', '2')).toBe(null)
    expect(run('JSON.SET', 'k', '$.a.b.c', '2')).toBe(null)
    expect(run('JSON.SET', 'k', '$..f', '1')).toBe('ERR wrong static path')
    expect(run('JSON.SET', 'k', '$[0]', '1')).toBe('ERR array index out of range')
    expect(run('JSON.SET', 'new', '$.a', '1')).toBe('ERR new objects must be created at the root')
    expect(run('JSON.GET', 'k', '$')).toBe('[{"a":{"b":1,"c":2},"x y":[3]}]')
  })

  test('every value that a path selects is set, each to one of its own', () => {
    set('k', { a: 1, nested: { a: 2, b: 3 } })
    expect(run('JSON.SET', 'k', '$..a', '[4.2]')).toBe('OK')
    run('JSON.ARRAPPEND', 'k', '$.a', '1')
    expect(held('k')).toEqual({ a: [4.2, 1], nested: { a: [4.2], b: 3 } })
    set('k', { a: { a: { a: 1 } } })
    run('JSON.SET', 'k', '$..a', '0')
    expect(held('k')).toEqual({ a: 0 })
  })

  test('one path, several, older ones, and both kinds', () => {
    set('k', { a: 1, b: { a: [2] }, c: null })
    expect(run('JSON.GET', 'k', '$..a')).toBe('[1,[2]]')
    expect(run('JSON.GET', 'k', '..a')).toBe('1')
    expect(run('JSON.GET', 'k', '.b', 'c')).toBe('{".b":{"a":[2]},"c":null}')
    expect(run('JSON.GET', 'k', '$.b', '.c')).toBe('{"$.b":[{"a":[2]}],".c":[null]}')
    expect(run('JSON.GET', 'k', '$.none')).toBe('[]')
    expect(run('JSON.GET', 'k', '.none')).toBe("ERR Path '$.none' does not exist")
    expect(run('JSON.GET', 'k', '.a', '.none')).toBe("ERR Path '.none' does not exist")
    expect(run('JSON.GET', 'k', '.a', '$.none')).toBe('{".a":[1],"$.none":[]}')
    expect(run('JSON.GET', 'none', '$.a')).toBe(null)
    expect(run('JSON.GET', 'k', '$.a[')).toBe(
      "ERR Path error on position 4, \"$.a[ ---->>>> \", expected '*', '?', a text in quotes or an integer",
    )
  })

  test('INDENT, NEWLINE and SPACE lay the text out', () => {
    set('k', { obj: { f: 'v' }, arr: [0, 1], none: {}, empty: [] })
    const layout = ['INDENT', '\t', 'newline', '\n', 'SPACE', ' ']
    expect(run('JSON.GET', 'k', ...layout)).toBe(
      '{\n\t"obj": {\n\t\t"f": "v"\n\t},\n\t"arr": [\n\t\t0,\n\t\t1\n\t],\n\t"none": {},\n\t"empty": []\n}',
    )
    expect(run('JSON.GET', 'k', ...layout, '$..f', '$..f')).toBe('{\n\t"$..f": [\n\t\t"v"\n\t]\n}')
    expect(run('JSON.GET', 'k', 'NOESCAPE', '.obj')).toBe('{"f":"v"}')
    expect(run('JSON.GET', 'k', 'INDENT')).toBe("ERR wrong number of arguments for 'json.get' command")
  })

  test('numbers: integers of 64 bits are exact, the others have a point or an exponent', () => {
    const numbers = { '0': '0', '-0': '-0.0', '1.0': '1.0', '1e3': '1000.0', '9007199254740993': '9007199254740993', '-9223372036854775808': '-9223372036854775808', '18446744073709551615': '18446744073709551615', '18446744073709551616': '1.8446744073709552e19', '1.6350000000001313e+308': '1.6350000000001313e308', '1512060373.222988': '1512060373.222988', '0.00001': '0.00001', '0.000001': '1e-6', '1e16': '1e16', '1e15': '1000000000000000.0' } // prettier-ignore
    for (const [text, shown] of Object.entries(numbers)) {
      run('JSON.SET', 'k', '$', text)
      expect(run('JSON.GET', 'k')).toBe(shown)
      expect(run('JSON.TYPE', 'k')).toBe(/^-?\d+$/.test(shown) ? 'integer' : 'number')
    }
  })

  test('JSON.MGET gives null for what is missing or no JSON', () => {
    set('1', { a: 1, b: { a: 3 } })
    set('2', { a: 4 })
    run('SET', 's', 'text')
    expect(run('JSON.MGET', '1', 's', '2', 'none', '$..a')).toEqual(['[1,3]', null, '[4]', null])
    expect(run('JSON.MGET', '1', '2', '.b.a')).toEqual(['3', null])
    expect(run('JSON.MGET', '1', '2', '$.b.a')).toEqual(['[3]', '[]'])
    expect(run('JSON.MGET', '1', '$.[')).toEqual([null])
  })

  test('JSON.MSET sets all or none', () => {
    expect(run('JSON.MSET', '1', '$', '{"a":1}', '2', '$', '[]')).toBe('OK')
    expect(run('JSON.MSET', '1', '$.a', '2', '2', '$', '{')).toMatch(/^ERR EOF/)
    expect(run('JSON.MSET', '1', '$.a', '2', 'new', '$.a', '2')).toBe('ERR new objects must be created at the root')
    expect(run('JSON.MSET', '1', '$.a', '2', '2', '$')).toBe("ERR wrong number of arguments for 'json.mset' command")
    expect(run('JSON.GET', '1')).toBe('{"a":1}')
    // The first triplet takes away what the second one was to change.
    expect(run('JSON.MSET', '1', '$', '[]', '1', '$.a', '2')).toBe('OK')
    expect(run('JSON.GET', '1')).toBe('[]')
  })

  test('JSON.MERGE is RFC 7396', () => {
    set('k', { title: 'Goodbye!', author: { given: 'John', family: 'Doe' }, tags: ['a', 'b'], content: 'x' })
    expect(run('JSON.MERGE', 'k', '$', '{"title":"Hello!","phone":"1","author":{"family":null},"tags":["c"]}')).toBe('OK')
    expect(held('k')).toEqual({ title: 'Hello!', author: { given: 'John' }, tags: ['c'], content: 'x', phone: '1' })
    expect(run('JSON.MERGE', 'k', '$.author', '{"given":null,"new":{"x":null,"y":1}}')).toBe('OK')
    expect(run('JSON.MERGE', 'k', '$.fresh', '{"x":1}')).toBe('OK')
    expect(run('JSON.MERGE', 'k', '$.no.thing', '1')).toBe(null)
    expect(held('k')).toMatchObject({ author: { new: { y: 1 } }, fresh: { x: 1 } })
    expect(run('JSON.MERGE', 'new', '$.a', '1')).toBe('ERR new objects must be created at the root')
    expect(run('JSON.MERGE', 'new', '$', '{"a":1}')).toBe('OK')
    expect(run('JSON.MERGE', 'new', '$', '5')).toBe('OK')
    expect(run('JSON.GET', 'new')).toBe('5')
    // All that a path selects, also what lies in another, unless that has gone.
    set('k', { a: { a: { b: 1 }, c: { a: 1 } } })
    expect(run('JSON.MERGE', 'k', '$..a', '{"x":1,"c":null}')).toBe('OK')
    expect(held('k')).toEqual({ a: { a: { b: 1, x: 1 }, x: 1 } })
    expect(run('JSON.MERGE', 'k', '$..a', '5')).toBe('OK')
    expect(held('k')).toEqual({ a: 5 })
  })
})

describe('JSON.DEL and JSON.CLEAR', () => {
  test('remove what is selected, once', () => {
    set('k', { a: 1, nested: { a: 2, b: 3 } })
    expect(run('JSON.DEL', 'k', '$..a')).toBe(2)
    expect(held('k')).toEqual({ nested: { b: 3 } })
    set('k', { a: { a: 2, b: 3 }, b: ['a', 'b'] })
    expect(run('JSON.FORGET', 'k', '$..a')).toBe(1)
    expect(run('JSON.GET', 'k')).toBe('{"b":["a","b"]}')
    for (const path of ['$[*]', '$[2,1,0]', '$[1,2,0]', '$[0,0,1,2]', '$[0:]']) {
      set('k', [1, 2, 3])
      expect(run('JSON.DEL', 'k', path)).toBe(3)
      expect(run('EXISTS', 'k')).toBe(0)
    }
    set('k', {})
    expect(run('JSON.DEL', 'none', '..a')).toBe(0)
    expect(run('JSON.DEL', 'k', '$.none')).toBe(0)
    expect(run('JSON.DEL', 'k')).toBe(1)
    expect(run('EXISTS', 'k')).toBe(0)
  })

  test('what shares a beginning of its name with what is removed stays', () => {
    set('k', { ab: 1, a: 1, abc: { ab: 2 }, b: 1 })
    expect(run('JSON.DEL', 'k', '$.a')).toBe(1)
    expect(run('JSON.DEL', 'k', '$["ab","abc"]')).toBe(2)
    expect(held('k')).toEqual({ b: 1 })
  })

  test('a document of which nothing is left is gone', () => {
    set('k', { a: { b: 1 } })
    expect(run('JSON.DEL', 'k', '$.a.b')).toBe(1)
    expect(run('JSON.GET', 'k')).toBe('{"a":{}}')
    expect(run('JSON.FORGET', 'k', '.a')).toBe(1)
    expect(run('EXISTS', 'k')).toBe(0)
    // What was empty before stays, and what other commands leave empty.
    for (const [value, ...words] of [
      [[], 'JSON.DEL', 'k', '$[*]'],
      [[1], 'JSON.ARRPOP', 'k'],
      [{ a: 1 }, 'JSON.MERGE', 'k', '$', '{"a":null}'],
    ] as const) {
      // prettier-ignore
      set('k', value)
      run(...words)
      expect(run('EXISTS', 'k')).toBe(1)
    }
  })

  test('removing from arrays in arrays', () => {
    set('k', [[1], [1, 2, 3]])
    expect(run('JSON.DEL', 'k', '$..[0]')).toBe(2)
    expect(held('k')).toEqual([[2, 3]])
    set('k', { a: [[1], [1, 2, 3, [4, 5, [{ a: 6 }, 7, 8]]], [10, { 11: 11 }], ['12', '13']], b: [[1, 2], { a: [3, 4, 5] }] })
    expect(run('JSON.DEL', 'k', '$..[0]')).toBe(8)
    expect(held('k')).toEqual({ a: [[2, 3, [5, [7, 8]]], [{ 11: 11 }], ['13']], b: [{ a: [4, 5] }] })
  })

  test('CLEAR empties objects, arrays and numbers that are not empty', () => {
    set('k', BASIC)
    expect(run('JSON.CLEAR', 'k', '$.*')).toBe(4)
    expect(run('JSON.CLEAR', 'k', '$.*')).toBe(0)
    expect(held('k')).toEqual({ ...BASIC, int: 0, num: 0, arr: [], dict: {} })
    expect(run('JSON.GET', 'k', '$.num')).toBe('[0]')
    expect(run('JSON.CLEAR', 'k', '$.none')).toBe(0)
    expect(run('JSON.CLEAR', 'k')).toBe(1)
    expect(run('JSON.GET', 'k')).toBe('{}')
    expect(run('JSON.CLEAR', 'none')).toBe(NO_KEY)
    set('k', { n: 42, arr: [{ n: 44 }, 's', { n: { a: 1 } }, { n2: { x: 3.02, n: ['to'] } }] })
    expect(run('JSON.CLEAR', 'k', '$.arr.*')).toBe(3)
    expect(held('k')).toEqual({ n: 42, arr: [{}, 's', {}, {}] })
  })
})

describe('arrays', () => {
  test('are appended to, inserted into, trimmed and popped from at any index', () => {
    run('JSON.SET', 'k', '.', '[]')
    expect(run('JSON.ARRAPPEND', 'k', '.', '1')).toBe(1)
    expect(run('JSON.ARRINSERT', 'k', '.', '0', '-1')).toBe(2)
    expect(run('JSON.ARRINSERT', 'k', '.', '-1', '0')).toBe(3)
    expect(run('JSON.ARRINSERT', 'k', '.', '-3', '-3', '-2')).toBe(5)
    expect(run('JSON.ARRAPPEND', 'k', '.', '2', '3')).toBe(7)
    expect(held('k')).toEqual([-3, -2, -1, 0, 1, 2, 3])
    expect(run('JSON.ARRINSERT', 'k', '.', '8', '9')).toBe('ERR index out of bounds')
    expect(run('JSON.ARRINSERT', 'k', '.', '-8', '9')).toBe('ERR index out of bounds')
    expect(run('JSON.ARRTRIM', 'k', '.', '1', '-2')).toBe(5)
    expect(run('JSON.ARRTRIM', 'k', '.', '0', '99')).toBe(5)
    expect(run('JSON.ARRTRIM', 'k', '.', '0', '2')).toBe(3)
    expect(held('k')).toEqual([-2, -1, 0])
    expect(run('JSON.ARRTRIM', 'k', '.', '99', '2')).toBe(0)
    expect(run('JSON.ARRTRIM', 'k', '.', '-1', '-5')).toBe(0)
    for (const [start, stop] of [
      [-1, 0],
      [-4, 1],
    ]) {
      // prettier-ignore
      set('k', [0, 1, 2, 3, 2, 1, 0])
      expect(run('JSON.ARRTRIM', 'k', '.', start, stop)).toBe(0)
    }
    set('k', [1, 2, 3, 4, 5, 6, 7, 8, 9])
    const pops: [string, ...(string | number)[]][] = [['9'], ['8', '.'], ['7', '.', -1], ['5', '.', -2], ['1', '.', 0], ['4', '.', 2], ['6', '.', 99], ['2', '.', -99], ['3']] // prettier-ignore
    for (const [popped, ...words] of pops) expect(run('JSON.ARRPOP', 'k', ...words)).toBe(popped)
    expect(run('JSON.ARRPOP', 'k')).toBe(null)
    expect(run('JSON.ARRPOP', 'k', '$')).toEqual([null])
  })

  test('several at a time: null for what is no array', () => {
    set('k', { a: ['foo'], nested1: { a: ['hello', null, 'world'] }, nested2: { a: 31 } })
    expect(run('JSON.ARRAPPEND', 'k', '$..a', '"bar"', '"racuda"')).toEqual([3, 5, null])
    expect(run('JSON.ARRINSERT', 'k', '..a', '1', '[]')).toBe(6)
    expect(run('JSON.ARRLEN', 'k', '$..a')).toEqual([4, 6, null])
    expect(run('JSON.ARRPOP', 'k', '$..a', '1')).toEqual(['[]', '[]', null])
    expect(run('JSON.ARRTRIM', 'k', '$..a', '1', '1')).toEqual([1, 1, null])
    expect(held('k')).toEqual({ a: ['bar'], nested1: { a: [null] }, nested2: { a: 31 } })
    // One index is out of bounds: the other array is left too.
    set('k', { x: { a: [1, 2] }, y: { a: [] } })
    expect(run('JSON.ARRINSERT', 'k', '$..a', '1', '0')).toBe('ERR index out of bounds')
    expect(held('k')).toEqual({ x: { a: [1, 2] }, y: { a: [] } })
  })

  test('arrays that lie in others, which move them', () => {
    set('k', [
      [1, 2],
      [[3], 4],
    ])
    expect(run('JSON.ARRPOP', 'k', '$..*', '0')).toEqual(['1', '[]', null, null, '3', null, null])
    expect(held('k')).toEqual([[2], [4]])
  })

  test('ARRINDEX: 1 is not 1.0, stop 0 is the end', () => {
    run('JSON.SET', 'k', '.', '[{"arr":[0,1,3.0,3,2,1,0,3]},{"x":{"arr":[5,4,3,2,1,0,1,2,3.0,2,4,5]}},{"y":{"arr":"3"}},{"z":{"arr":[]}}]')
    expect(run('JSON.ARRINDEX', 'k', '$..arr', '3')).toEqual([3, 2, null, -1])
    expect(run('JSON.ARRINDEX', 'k', '$..arr', '3.0')).toEqual([2, 8, null, -1])
    expect(run('JSON.ARRINDEX', 'k', '$..arr', '5', '7', '-1')).toEqual([-1, -1, null, -1])
    expect(run('JSON.ARRINDEX', 'k', '$..arr', '5', '7', '0')).toEqual([-1, 11, null, -1])
    set('k', { arr: [0, 1, 2, 3, 2, 1, 0, { val: 4 }, [3, 4]] })
    expect(run('JSON.ARRINDEX', 'k', '.arr', '0', '1')).toBe(6)
    expect(run('JSON.ARRINDEX', 'k', '.arr', '0', '5', '-1')).toBe(6)
    expect(run('JSON.ARRINDEX', 'k', '.arr', '2', '-2', '6')).toBe(-1)
    expect(run('JSON.ARRINDEX', 'k', '.arr', '{"val": 4}')).toBe(7)
    expect(run('JSON.ARRINDEX', 'k', '.arr', '[3,4]', '-1')).toBe(8)
    expect(run('JSON.ARRINDEX', 'k', '.arr', '1', '0', '0', '0')).toBe("ERR wrong number of arguments for 'json.arrindex' command")
  })
})

describe('numbers', () => {
  test('integers stay integers, and become floating point numbers with one', () => {
    run('JSON.SET', 'k', '$', '{"a":"b","b":[{"a":2},{"a":5.0},{"a":"c"}]}')
    expect(run('JSON.NUMINCRBY', 'k', '$..a', '2')).toBe('[null,4,7.0,null]')
    expect(run('JSON.NUMINCRBY', 'k', '$..a', '2.5')).toBe('[null,6.5,9.5,null]')
    expect(run('JSON.NUMMULTBY', 'k', '$.b[1].a', '2')).toBe('[19.0]')
    expect(run('JSON.NUMINCRBY', 'k', '.b[0].a', '0.5')).toBe('7.0')
    expect(run('JSON.NUMINCRBY', 'k', '$.none', '1')).toBe('[]')
    expect(run('JSON.NUMINCRBY', 'k', '.a', '1')).toBe("ERR Path '$.a' does not exist or does not contains a number")
    expect(run('JSON.NUMINCRBY', 'k', '.b[0].a', '"1"')).toBe('ERR bad input number')
    expect(run('JSON.NUMINCRBY', 'none', '$.a', '1')).toBe(NO_KEY)
  })

  test('64 bits are exact, and what does not fit is refused with nothing changed', () => {
    run('JSON.SET', 'k', '$', '{"a":[1,9223372036854775806],"f":[1.0,1.6350000000001313e+308]}')
    expect(run('JSON.NUMINCRBY', 'k', '$.a[*]', '1')).toBe('[2,9223372036854775807]')
    expect(run('JSON.NUMINCRBY', 'k', '$.a[*]', '1')).toBe('ERR numeric overflow')
    expect(run('JSON.NUMMULTBY', 'k', '$.a[*]', '3')).toBe('ERR numeric overflow')
    expect(run('JSON.NUMMULTBY', 'k', '$.f[*]', '2')).toBe('ERR result is not a number')
    expect(run('JSON.GET', 'k')).toBe('{"a":[2,9223372036854775807],"f":[1.0,1.6350000000001313e308]}')
  })

  test('NUMPOWBY gives integers exactly, or an error where they do not fit', () => {
    run('JSON.SET', 'k', '$', '{"a":"b","b":[{"a":2},{"a":5.0},{"a":"c"}]}')
    expect(run('JSON.NUMPOWBY', 'k', '$..a', '2')).toBe('[null,4,25.0,null]')
    expect(run('JSON.NUMPOWBY', 'k', '.b[0].a', '4')).toBe('256')
    expect(run('JSON.NUMPOWBY', 'k', '.b[0].a', '0.5')).toBe('16.0')
    expect(run('JSON.NUMPOWBY', 'k', '.a', '2')).toBe("ERR Path '$.a' does not exist or does not contains a number")
    for (const [base, exponent, power] of [
      ['3', '39', '4052555153018976267'],
      ['3', '41', 'ERR numeric overflow'],
      ['-2', '63', '-9223372036854775808'],
      ['2', '63', 'ERR numeric overflow'],
      ['2', '1000000000000000000', 'ERR numeric overflow'],
      ['-1', '9007199254740993', '-1'],
      ['0', '0', '1'],
      ['2', '-1', '0.5'],
      ['0', '-1', 'ERR result is not a number'],
      ['-8.0', '0.5', 'ERR result is not a number'],
    ]) {
      // prettier-ignore
      run('JSON.SET', 'k', '$', base)
      expect(run('JSON.NUMPOWBY', 'k', '.', exponent), `${base} ** ${exponent}`).toBe(power)
    }
  })

  test('a place that is named twice is changed once', () => {
    set('k', [1, 2])
    expect(run('JSON.NUMINCRBY', 'k', '$[0,0]', '5')).toBe('[6,6]')
    expect(held('k')).toEqual([6, 2])
  })
})

describe('texts, booleans, objects, types', () => {
  test('STRAPPEND, STRLEN and TOGGLE change texts and booleans, and nothing else', () => {
    set('k', { a: 'foo', nested1: { a: 'h\xc3\xa4llo' }, nested2: { a: true } })
    expect(run('JSON.STRAPPEND', 'k', '$..a', '"bar"')).toEqual([6, 9, null])
    expect(run('JSON.STRLEN', 'k', '$..a')).toEqual([6, 9, null])
    expect(run('JSON.STRLEN', 'k', '..a')).toBe(6)
    expect(run('JSON.STRAPPEND', 'k', '.a', '1')).toBe('WRONGTYPE wrong type of path value - expected string but found integer')
    expect(run('JSON.TOGGLE', 'k', '$..a')).toEqual([null, null, 0])
    expect(run('JSON.TOGGLE', 'k', '.nested2.a')).toBe('true')
    expect(run('JSON.TOGGLE', 'k', '.a')).toBe("ERR Path '$.a' does not exist or not a bool")
    set('k', 'abcd')
    expect(run('JSON.STRAPPEND', 'k', '"piu"')).toBe(7)
    expect(run('JSON.STRLEN', 'k')).toBe(7)
  })

  test('OBJKEYS, OBJLEN and TYPE say what is there', () => {
    set('k', { nested1: { a: { foo: 10, bar: 20 } }, a: ['foo'], nested2: { a: { baz: 50 } } })
    expect(run('JSON.OBJKEYS', 'k', '$..a')).toEqual([null, ['foo', 'bar'], ['baz']])
    expect(run('JSON.OBJKEYS', 'k')).toEqual(['nested1', 'a', 'nested2'])
    expect(run('JSON.OBJLEN', 'k', '$..a')).toEqual([null, 2, 1])
    expect(run('JSON.OBJLEN', 'k')).toBe(3)
    set('k', [{}, [], 'x', 1, 1.5, false, null])
    expect(run('JSON.TYPE', 'k', '$[*]')).toEqual(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'])
    expect(run('JSON.TYPE', 'k')).toBe('array')
    expect(run('JSON.TYPE', 'k', '.none')).toBe(null)
    expect(run('JSON.TYPE', 'none', '$')).toBe(null)
  })

  test('RESP gives a document as a reply of the protocol', () => {
    run('JSON.SET', 'k', '$', '{"a":[1,-19.5,"x",null,true,{"b":false}],"big":9007199254740993}')
    expect(run('JSON.RESP', 'k')).toEqual([
      '{',
      'a',
      ['[', 1, 'double -19.5', 'x', null, 'true', ['{', 'b', 'false']],
      'big',
      9007199254740993n,
    ])
    // No integer of the protocol is so large.
    run('JSON.SET', 'unsigned', '$', '18446744073709551615')
    expect(run('JSON.RESP', 'unsigned')).toBe('double 18446744073709552000')
    expect(run('JSON.RESP', 'k', '$.a[0]')).toEqual([1])
    expect(run('JSON.RESP', 'k', '$.none')).toEqual([])
    expect(run('JSON.RESP', 'none', '$.a')).toBe(null)
    expect(run('JSON.RESP', 'k', '.none')).toBe("ERR Path '$.none' does not exist")
  })

  test('DEBUG MEMORY counts bytes', () => {
    set('k', { a: 'x'.repeat(1000) })
    expect(run('JSON.DEBUG', 'MEMORY', 'k')).toBeGreaterThan(1000)
    expect(run('JSON.DEBUG', 'MEMORY', 'k', '$.none')).toEqual([])
    expect(run('JSON.DEBUG', 'MEMORY', 'none', '.')).toBe(0)
    expect(run('JSON.DEBUG', 'MEMORY', 'k', '.none')).toMatch(/does not exist/)
    expect(run('JSON.DEBUG', 'HELP')).toHaveLength(2)
    expect(run('JSON.DEBUG', 'nonsense')).toMatch(/unknown subcommand/)
  })
})

test('what is missing, or of another type, by the two kinds of paths', () => {
  set('doc', { string: 'str', number: 1.2, object: {}, array: [], boolean: false, null: null })
  run('HSET', 'hash', 'a', '1')
  const none = (path: string): string => `ERR Path '${path}' does not exist`
  const cases: [words: string[], type: string, wrong: string, legacyWrong: unknown, legacyNowhere: unknown, legacyNoKey: unknown][] = [
    [['JSON.ARRAPPEND', '"x"'], 'array', 'string', `${none('$.string')} or not an array`, `${none('$.nowhere')} or not an array`, NO_KEY],
    [['JSON.ARRPOP'], 'array', 'string', `${none('$.string')} or not an array`, `${none('$.nowhere')} or not an array`, NO_KEY],
    [['JSON.ARRTRIM', '0', '1'], 'array', 'string', `${none('$.string')} or not an array`, `${none('$.nowhere')} or not an array`, NO_KEY],
    [['JSON.ARRLEN'], 'array', 'string', `${none('.string')} or not an array`, none('.nowhere'), null],
    [['JSON.OBJKEYS'], 'object', 'string', `${none('$.string')} or not an object`, null, null],
    [['JSON.OBJLEN'], 'object', 'string', 'WRONGTYPE wrong type of path value - expected object but found string', null, null],
    [['JSON.STRLEN'], 'string', 'object', 'WRONGTYPE wrong type of path value - expected string but found object', none('$.nowhere'), null],
    [['JSON.STRAPPEND', '"x"'], 'string', 'number', `${none('$.number')} or not a string`, `${none('$.nowhere')} or not a string`, NO_KEY],
    [['JSON.TOGGLE'], 'boolean', 'object', `${none('$.object')} or not a bool`, `${none('$.nowhere')} or not a bool`, NO_KEY],
  ]
  for (const [[command, ...rest], , wrong, legacyWrong, legacyNowhere, legacyNoKey] of cases) {
    const say = (key: string, path: string): unknown => run(command, key, path, ...rest)
    expect(say('doc', `$.${wrong}`), command).toEqual([null])
    expect(say('doc', '$.nowhere'), command).toEqual([])
    expect(say('none', `$.${wrong}`), command).toMatch(/does(n't| not) exist/)
    expect(say('hash', `$.${wrong}`), command).toBe('WRONGTYPE Operation against a key holding the wrong kind of value')
    expect(say('doc', `.${wrong}`), command).toBe(legacyWrong)
    expect(say('doc', '.nowhere'), command).toBe(legacyNowhere)
    expect(say('none', `.${wrong}`), command).toBe(legacyNoKey)
  }
  for (const command of ['GET', 'SET', 'DEL', 'CLEAR', 'RESP', 'TYPE', 'MERGE', 'NUMINCRBY'])
    expect(run(`JSON.${command}`, 'hash', '$', ...(/SET|MERGE|NUM/.test(command) ? ['1'] : []))).toMatch(/^WRONGTYPE/)
})

describe('RESP3', () => {
  beforeEach(() => void session.execute(['HELLO', '3']))

  test('numbers are numbers, and types are an array of answers', () => {
    run('JSON.SET', 'k', '$', '{"a":{"c":1},"b":{"c":2.2},"d":{"c":"val"}}')
    expect(run('JSON.NUMINCRBY', 'k', '$.a.c', '1')).toEqual([2])
    expect(run('JSON.NUMINCRBY', 'k', '$..c', '2')).toEqual([4, 'double 4.2', null])
    expect(run('JSON.NUMMULTBY', 'k', '.a.c', '2')).toEqual([8])
    expect(run('JSON.TYPE', 'k', '$..c')).toEqual([['integer', 'number', 'string']])
    expect(run('JSON.TYPE', 'k', '.a')).toEqual(['object'])
    expect(run('JSON.TYPE', 'none', '$')).toEqual([null])
    expect(run('JSON.GET', 'k', '$.a')).toBe('[{"c":8}]')
  })

  test('FORMAT gives values as replies', () => {
    run('JSON.SET', 'k', '$', '{"a":{"c":true,"d":null},"b":{"c":2,"e":[1.5,"x",{"f":[]}]}}')
    const get = (...words: string[]): unknown => run('JSON.GET', 'k', 'FORMAT', ...words)
    expect(get('STRING', '$..c')).toBe('[true,2]')
    expect(get('EXPAND', '$..c', '$.none')).toEqual([[true, 2], []])
    expect(get('expand', '$.a')).toEqual([[{ map: ['c', true, 'd', null] }]])
    expect(get('EXPAND', '.b')).toEqual([[{ map: ['c', 2, 'e', ['double 1.5', 'x', { map: ['f', []] }]] }]])
    expect(get('EXPAND1', '$.b.*')).toEqual([[2, '[1.5,"x",{"f":[]}]']])
    expect(get('STRINGS', '$')).toBe('ERR wrong reply format')
    expect(run('JSON.GET', 'none', 'FORMAT', 'EXPAND', '$')).toBe(null)
    run('JSON.SET', 'k', '$', '[1,{"a":[2]},[3],[4]]')
    expect(run('JSON.ARRPOP', 'k', 'FORMAT', 'STRINGS', '$')).toEqual(['[4]'])
    expect(run('JSON.ARRPOP', 'k', 'FORMAT', 'EXPAND1', '$')).toEqual(['[3]'])
    expect(run('JSON.ARRPOP', 'k', 'FORMAT', 'EXPAND', '$', '-1')).toEqual([{ map: ['a', [2]] }])
    expect(run('JSON.ARRPOP', 'k', 'FORMAT', 'EXPAND', '.')).toBe('ERR Legacy paths are supported only with FORMAT STRINGS')
    expect(run('JSON.GET', 'k')).toBe('[1]')
    session.execute(['HELLO', '2'])
    expect(get('EXPAND', '$')).toBe('ERR FORMAT argument is not supported on RESP2')
    expect(run('JSON.ARRPOP', 'k', 'FORMAT', 'EXPAND', '$')).toBe('ERR FORMAT argument is not supported on RESP2')
  })
})
