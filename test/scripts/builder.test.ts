// What scripts of the builder do, on a real redis-server and on the engine.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RedisError } from '../../src/core/client/errors.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import { defineScript, dictionary, nullable } from '../../src/scripts/builder/define.ts'
import { dataOf, type ScriptBackend, scriptBackends } from '../support/script-backends.ts'

describe.each(Object.keys(scriptBackends))('on %s', (name) => {
  let backend: ScriptBackend
  let redis: Redis
  beforeAll(async () => {
    backend = await scriptBackends[name]()
    redis = backend.redis
  })
  afterAll(() => backend.close())
  beforeEach(async () => {
    await redis.flushall()
  })

  describe('what a script returns', () => {
    test('comes as its type says', async () => {
      const script = defineScript({ name: 'all', keys: { z: 'zset', h: 'hash' } }, ($, { z, h }) => {
        z.zadd({ member: 'a', score: 0.1 })
        h.hset({ f: 'v', g: 2.5 })
        return {
          text: 'é\0',
          float: z.zscore('a').orElse(0).add(0.2),
          integer: h.hlen(),
          yes: h.hexists('f'),
          no: h.hexists('x'),
          missing: h.hget('x'),
          noScore: z.zscore('x'),
          list: h.hmget('f', 'x', 'g'),
          empty: $.list('string'),
          members: z.zrange(0, -1, { withScores: true }),
          hash: h.hgetall(),
          nested: [[1.5], [2]],
          nothing: null,
          infinite: $.local(1).div(0),
          nan: $.local(0).div(0),
          negativeZero: $.local(0).mul(-1),
          '7 días': 1,
        }
      })
      const result = await redis.script(script)({ z: 'z', h: 'h' })
      expect(result).toEqual({
        text: 'é\0',
        float: 0.1 + 0.2,
        integer: 2,
        yes: true,
        no: false,
        missing: null,
        noScore: null,
        list: ['v', null, '2.5'],
        empty: [],
        members: [{ member: 'a', score: 0.1 }],
        hash: { f: 'v', g: '2.5' },
        nested: [[1.5], [2]],
        nothing: null,
        infinite: Infinity,
        nan: NaN,
        negativeZero: -0,
        '7 días': 1,
      })
    })

    test('is what it says it returns, with early returns too', async () => {
      const script = defineScript(
        {
          name: 'find',
          args: { n: 'integer' },
          returns: nullable({ n: 'number', list: ['number?'], more: dictionary(['integer']), sub: nullable({ x: 'string' }) }),
        },
        ($, _keys, { n }) => {
          $.if(n.lt(0), () => $.return(null))
          const more = $.local('more', $.dictionary(['integer']))
          more.set('b', [1, 2])
          more.set('a', [n])
          $.if(n.eq(0), () => $.return({ sub: null, more, list: [], n: 0.5 }))
          return { n, list: [n, null, n.div(4)], more, sub: { x: $.text`n is ${n}` } }
        },
      )
      const find = redis.script(script)
      expect(await find({}, { n: -1 })).toBeNull()
      expect(await find({}, { n: 0 })).toEqual({ n: 0.5, list: [], more: { a: [0], b: [1, 2] }, sub: null })
      expect(await find({}, { n: 1 })).toEqual({ n: 1, list: [1, null, 0.25], more: { a: [1], b: [1, 2] }, sub: { x: 'n is 1' } })
    })

    test('is bytes where the client gives bytes', async () => {
      const script = defineScript({ name: 'bytes', args: { b: 'string' } }, (_$, _keys, { b }) => ({ list: [b], all: b.concat('ÿ') }))
      const { list, all } = await redis.bytes.script(script)({}, { b: new Uint8Array([255, 0]) })
      expect(list).toEqual([new Uint8Array([255, 0])])
      expect(all).toEqual(new Uint8Array([255, 0, 0xc3, 0xbf]))
    })

    test('is null if there is nothing', async () => {
      expect(await redis.script(defineScript({ name: 'nothing' }, () => {}))({})).toBeNull()
    })
  })

  describe('arguments', () => {
    const script = defineScript(
      {
        name: 'echo',
        args: {
          text: 'string',
          number: 'number',
          integer: 'integer',
          yes: 'boolean',
          maybe: 'string?',
          list: ['number'],
          record: { a: 'string', b: nullable(['string?']) },
          counts: dictionary('integer'),
        },
      },
      (_$, _keys, args) => ({ ...args, sum: args.number.add(args.integer), a: args.record.a }),
    )
    const args = {
      text: 'ü\n\0',
      number: 0.1,
      integer: -7,
      yes: true,
      maybe: null,
      list: [1, 2.5, 1e300],
      record: { a: 'é"\\', b: ['x', null] },
      counts: { z: 1, 'a b': 2 },
    }

    test('arrive as they are', async () => {
      expect(await redis.script(script)({}, args)).toEqual({ ...args, sum: 0.1 - 7, a: args.record.a })
      const others = { ...args, number: -Infinity, yes: false, maybe: '', list: [], record: { a: '', b: null }, counts: {} }
      expect(await redis.script(script)({}, others)).toEqual({ ...others, sum: -Infinity, a: '' })
    })

    test.each([
      [{ ...args, text: 1 }, 'script echo: the argument text must be a string, not 1'],
      [{ ...args, number: NaN }, 'script echo: the argument number must be a number, not NaN'],
      [{ ...args, integer: 1.5 }, 'script echo: the argument integer must be an integer, not 1.5'],
      [{ ...args, yes: 1 }, 'script echo: the argument yes must be a boolean, not 1'],
      [{ ...args, maybe: undefined }, 'script echo: the argument maybe is missing'],
      [{ ...args, maybe: 5 }, 'script echo: the argument maybe must be a string or null, not 5'],
      [{ ...args, list: [1, 'x'] }, 'script echo: the argument list[1] must be a number, not string'],
      [{ ...args, list: [Infinity] }, 'script echo: the argument list[0] must be finite'],
      [{ ...args, record: { a: 'x' } }, 'script echo: the argument record.b must be a list or null, not undefined'],
    ])('%# that are wrong are a TypeError before anything is sent', async (wrong, message) => {
      await expect(redis.script(script)({}, wrong as never)).rejects.toThrow(new TypeError(message))
      expect(() => redis.pipeline().script(script, {}, wrong as never)).toThrow(new TypeError(message))
    })

    test('keys that are missing or no text are a TypeError; more than were declared are left out', async () => {
      const get = redis.script(defineScript({ name: 'get', keys: { k: 'string' } }, (_$, { k }) => k.get()))
      await expect(get({} as never)).rejects.toThrow(new TypeError('script get: the key k is missing'))
      const more = { k: 'a', x: 'b' }
      expect(await get(more)).toBeNull()
      await expect(get({ k: 5 } as never)).rejects.toThrow(new TypeError('script get: the key k must be a string, not 5'))
    })
  })

  describe('expressions', () => {
    test('of numbers', async () => {
      const script = defineScript({ name: 'numbers', args: { a: 'number', b: 'number' } }, (_$, _keys, { a, b }) => [
        [a.add(b), a.sub(b), a.mul(b), a.div(b), a.mod(b), a.pow(2), a.neg(), a.neg().pow(2), a.abs()],
        [a.floor(), a.ceil(), a.round(), b.sqrt(), a.min(b, 1), a.max(b), a.sub(a.sub(b)), a.add(1).mul(b)],
      ])
      const [a, b] = [-7.5, 2]
      expect(await redis.script(script)({}, { a, b })).toEqual([
        [a + b, a - b, a * b, a / b, 0.5, a ** 2, -a, (-a) ** 2, 7.5],
        [-8, -7, -7, Math.sqrt(2), a, b, b, (a + 1) * b],
      ])
    })

    test('of conditions', async () => {
      const script = defineScript({ name: 'conditions', args: { a: 'number', s: 'string', y: 'boolean' } }, ($, _keys, { a, s, y }) => [
        [a.lt(1), a.le(1), a.gt(1), a.ge(1), a.eq(1), a.ne(1), s.lt('b'), s.eq('a'), s.ne('a'), y, y.not(), y.eq(true)],
        [y.and(a.eq(1)), y.or(a.eq(2), s.eq('x')), a.eq(1).and(s.eq('a')).not(), $.local(y).ne(true)],
      ])
      const run = redis.script(script)
      expect(await run({}, { a: 1, s: 'a', y: true })).toEqual([
        [false, true, false, true, true, false, true, true, false, true, false, true],
        [true, true, false, false],
      ])
      expect(await run({}, { a: 2, s: 'c', y: false })).toEqual([
        [false, false, true, true, false, true, false, false, true, false, true, false],
        [false, true, true, true],
      ])
    })

    test('of text', async () => {
      const script = defineScript({ name: 'text', args: { s: 'string', t: 'string', i: 'integer' } }, ($, _keys, { s, t, i }) => ({
        joined: [s.concat('-', t, 1, 2.5), $.text`${s}:${t}`, $.text``, $.format('%05d|%s', 42, s)],
        cut: [s.slice(1), s.slice(1, 3), s.slice(-2), s.slice(0, -1), s.slice(i), s.slice(0, i), s.slice(i.sub(1), i.add(1))],
        changed: [s.upper(), s.lower(), $.local(' \t x y ').trim(), t.repeat(3), s.replaceAll('l', 'L'), s.replaceAll('', '!')],
        numbers: [s.length(), s.indexOf('l'), s.indexOf('l', 3), s.indexOf('zz'), s.indexOf('.')],
        conditions: [s.includes('ell'), s.includes('%a'), s.startsWith('he'), s.endsWith('lo'), s.endsWith(''), s.startsWith('lo')],
        parts: [s.split('l'), s.split('zz'), s.split(''), $.local('').split(','), $.local(',').split(',')],
        found: [s.match('l+'), s.match('(h)(e)'), s.match('%d')],
        bytes: [s.byteAt(0), s.byteAt(99)],
        read: [$.local('1.5').toNumber(), $.local('x').toNumber(), $.local('1e400').toNumber()],
        perhaps: [s.match('%d').toNumber(), $.local('a7b').match('%d').toNumber(), $.local('t', 'string?', null).toNumber()],
        sha: $.sha1('abc'),
        reversed: $.lua('string.reverse', s).as('string'),
      }))
      expect(await redis.script(script)({}, { s: 'hello', t: 'ab', i: -2 })).toEqual({
        joined: ['hello-ab12.5', 'hello:ab', '', '00042|hello'],
        cut: ['ello', 'el', 'lo', 'hell', 'lo', 'hel', 'll'],
        changed: ['HELLO', 'hello', 'x y', 'ababab', 'heLLo', 'hello'],
        numbers: [5, 2, 3, -1, -1],
        conditions: [true, false, true, true, true, false],
        parts: [['he', '', 'o'], ['hello'], ['hello'], [''], ['', '']],
        found: ['ll', 'h', null],
        bytes: [104, null],
        read: [1.5, null, Infinity],
        perhaps: [null, 7, null],
        sha: 'a9993e364706816aba3e25717850c26c9cd0d89d',
        reversed: 'olleh',
      })
    })

    test('of text with very many parts', async () => {
      const script = defineScript({ name: 'long', args: { s: 'string' } }, (_$, _keys, { s }) =>
        s.concat(...Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? s : i))),
      )
      const text = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? 'x' : i)).join('')
      expect(await redis.script(script)({}, { s: 'x' })).toBe(`x${text}`)
    })

    test('a new list or dictionary keeps what is put into it, named by a local or not', async () => {
      const script = defineScript(
        { name: 'gather', args: { words: ['string'] }, returns: { long: ['string'], counts: dictionary('integer'), empty: ['string'] } },
        ($, _keys, { words }) => {
          const long = $.list('string')
          const counts = $.dictionary('integer')
          $.for(words, (word) => {
            $.if(word.length().gt(1), () => long.push(word))
            const each = $.list('string', [word])
            each.push('one more')
            counts.set(word, counts.get(word).orElse(0).add(each.length()))
          })
          return { long, counts, empty: $.list('string') }
        },
      )
      expect(await redis.script(script)({}, { words: ['aa', 'b', 'aa', 'cc'] })).toStrictEqual({
        long: ['aa', 'aa', 'cc'],
        counts: { aa: 4, b: 2, cc: 2 },
        empty: [],
      })
    })

    test('numbers become the shortest text that reads back', async () => {
      const script = defineScript({ name: 'decimal', args: { list: ['number'] } }, ($, _keys, { list }) => {
        const texts = $.local('texts', $.list('string'))
        $.for(list, (number) => texts.push(number.toText()))
        return texts
      })
      const list = [0.1, 0.1 + 0.2, 1e21, -1e-7, 123456789012345680000, 5e-324, 1.7976931348623157e308, -3]
      const texts = await redis.script(script)({}, { list })
      expect(texts.map(Number)).toEqual(list)
      expect(texts.slice(0, 2)).toEqual(['0.1', '0.30000000000000004'])
      expect(texts.at(-1)).toBe('-3')
    })

    test('of what may be missing', async () => {
      const script = defineScript({ name: 'missing', keys: { h: 'hash' } }, ($, { h }) => {
        h.hset('f', 'v')
        const found = h.hget('f')
        const lost = $.local('lost', h.hget('x'))
        const said = $.local('said', $.list('string'))
        $.if(found.isNull(), () => said.push('no')).else((value) => said.push(value))
        $.if(lost.notNull(), (value) => said.push(value)).else(() => said.push('lost'))
        $.if(found.isNull().not().and(lost.isNull()), () => said.push('both'))
        lost.assign('back')
        $.if(lost.notNull(), (value) => said.push(value.upper()))
        const sure = $.if(h.hget('f').isNull(), () => $.fail('ERR none'))
        return { said, sure, values: [found.orElse('else'), h.hget('y').orElse('else')], same: found.eq('v'), other: found.eq(null) }
      })
      expect(await redis.script(script)({ h: 'h' })).toEqual({
        said: ['v', 'lost', 'both', 'BACK'],
        sure: 'v',
        values: ['v', 'else'],
        same: true,
        other: false,
      })
    })
  })

  describe('statements', () => {
    test('if, else if and else', async () => {
      const script = defineScript({ name: 'sign', keys: { k: 'string' }, args: { n: 'number' } }, ($, { k }, { n }) => {
        const sign = $.local('sign', 'none')
        $.if(n.lt(0), () => sign.assign('negative'))
          .elseIf(
            () => n.eq(0),
            () => sign.assign('zero'),
          )
          .elseIf(
            () => k.incr().gt(1),
            () => sign.assign('again'),
          )
          .else(() => sign.assign('positive'))
        return [sign, k.get().orElse('0')]
      })
      const sign = redis.script(script)
      const said = []
      for (const n of [-1, 0, 5, 5]) said.push(await sign({ k: 'k' }, { n }))
      expect(said).toEqual([
        ['negative', '0'],
        ['zero', '0'],
        ['positive', '1'],
        ['again', '2'],
      ])
    })

    test('loops over ranges, lists and dictionaries', async () => {
      const script = defineScript({ name: 'loops' }, ($) => {
        const seen = $.local('seen', $.list('string'))
        $.for($.range(0, 3), (i) => seen.push($.text`${i}`))
        $.for($.range(5, 0, -2), (i) => seen.push($.text`${i}`))
        $.for(['a', 'b'], (item, index) => seen.push($.text`${index}${item}`))
        $.for($.local('d', $.dictionary('number', { b: 1, a: 2.5 })), (field, value) => seen.push($.text`${field}=${value}`))
        $.for($.range(0, 10), (i) => {
          $.if(i.eq(2), () => $.break())
          seen.push('x')
        })
        return seen
      })
      expect(await redis.script(script)({})).toEqual(['0', '1', '2', '5', '3', '1', '0a', '1b', 'a=2.5', 'b=1', 'x', 'x'])
    })

    test('while a condition is met, and while there is a next value', async () => {
      const script = defineScript(
        { name: 'filter', keys: { input: 'list', left: 'list', right: 'list' }, args: { cmp: 'number' } },
        ($, { input, left, right }, { cmp }) => {
          $.while(
            () => input.lpop(),
            (item) => {
              $.if(item.toNumber().orElse(0).lt(cmp), () => left.rpush(item)).else(() => right.rpush(item))
            },
          )
          const i = $.local('i', 0)
          $.while(
            () => i.lt(3),
            () => i.assign(i.add(1)),
          )
          $.while(
            () => left.llen().lt(5),
            () => left.rpush('more'),
          )
          return i
        },
      )
      await redis.rpush('in', 1, 3, 2, 4)
      expect(await redis.script(script)({ input: 'in', left: 'small', right: 'big' }, { cmp: 3 })).toBe(3)
      expect(await dataOf(redis)).toEqual({ small: ['list', ['1', '2', 'more', 'more', 'more']], big: ['list', ['3', '4']] })
      expect(script.toLua()).toContain('while i < 3 do\n  i = i + 1\nend')
      expect(script.toLua()).toContain("while redis.call('LLEN', left) < 5 do")
    })

    test('functions, which may call themselves', async () => {
      const script = defineScript({ name: 'fib', args: { n: 'integer' } }, ($, _keys, { n }) => {
        const fib = $.function({ name: 'fib', args: { n: 'integer' }, returns: 'integer' }, ($, { n }, self) => {
          $.if(n.lt(2), () => $.return(n))
          return self({ n: n.sub(1) }).add(self({ n: n.sub(2) }))
        })
        const find = $.function({ name: 'find', args: { list: ['string'], item: 'string' }, returns: 'integer?' }, ($, { list, item }) => {
          $.for(list, (each, index) => {
            $.if(each.eq(item), () => $.return(index))
          })
          return null
        })
        const list = $.local('list', ['a', 'b'])
        return { fib: fib({ n }), found: [find({ list, item: 'b' }), find({ list, item: 'x' })] }
      })
      expect(await redis.script(script)({}, { n: 15 })).toEqual({ fib: 610, found: [1, null] })
    })

    test('functions share the variables around them, and names may be any', async () => {
      const script = defineScript({ name: 'shared', args: { end: 'number', redis: 'string' } }, ($, _keys, { end, redis }) => {
        const count = $.local('KEYS', 0)
        const inner = $.function({ name: 'string', args: { local: 'number' } }, ($, { local }) => {
          count.assign(count.add(local))
          $.for($.range(0, 3), (i) => {
            $.for($.range(0, 3), (j) => {
              $.if(j.eq(1), () => $.break())
              count.assign(count.add(i))
            })
          })
        })
        inner({ local: end })
        inner({ local: 10 })
        const count2 = $.local('KEYS', count)
        return { count, count2, text: redis.upper(), '': redis }
      })
      expect(await redis.script(script)({}, { end: 0.5, redis: 'x' })).toEqual({ count: 16.5, count2: 16.5, text: 'X', '': 'x' })
      expect(script.toLua()).toContain('local function string2(local2)')
    })

    test('lists', async () => {
      const script = defineScript({ name: 'lists' }, ($) => {
        const list = $.local('list', ['c', 'a', 'b'])
        const numbers = $.local('numbers', [3, 1, 2.5])
        list.push('d', 'e')
        list.set(0, 'C')
        list.set(5, 'f')
        numbers.sort()
        const popped = [list.pop(), list.shift(), $.list('string').pop()]
        return {
          popped,
          list,
          numbers,
          at: [list.at(0), list.at(99), list.last()],
          sizes: [list.length(), $.list('string').length()],
          slices: [list.slice(1), list.slice(1, 2), list.slice(-2), list.slice(0, -1), list.slice(9)],
          conditions: [list.includes('b'), list.includes('zz'), list.isEmpty(), $.list('string').isEmpty()],
          joined: [list.join(','), list.join()],
        }
      })
      expect(await redis.script(script)({})).toEqual({
        popped: ['f', 'C', null],
        list: ['a', 'b', 'd', 'e'],
        numbers: [1, 2.5, 3],
        at: ['a', null, 'e'],
        sizes: [4, 0],
        slices: [['b', 'd', 'e'], ['b'], ['d', 'e'], ['a', 'b', 'd'], []],
        conditions: [true, false, false, true],
        joined: ['a,b,d,e', 'abde'],
      })
    })

    test('an index outside of a list is an error, not a hole', async () => {
      for (const index of [-1, 3, 0.5]) {
        const script = defineScript({ name: 'hole' }, ($) => $.local('list', ['a', 'b']).set(index, 'x'))
        await expect(redis.script(script)({})).rejects.toThrow(/^ERR index out of range \(script hole, .*builder.test.ts:\d+\)$/)
      }
    })

    test('dictionaries and records', async () => {
      const script = defineScript({ name: 'records' }, ($) => {
        const counts = $.local('counts', $.dictionary('number'))
        counts.set('b', 1)
        counts.set('a', counts.get('a').orElse(0).add(2))
        counts.set('c', 3)
        counts.delete('c')
        const point = $.local('point', { x: 1, length: 'long', inner: { y: ['z'] } })
        point.set('x', point.x.add(0.5))
        return {
          counts,
          keys: counts.keys(),
          has: [counts.has('a'), counts.has('c'), counts.isEmpty(), $.dictionary('string').isEmpty()],
          point,
          fields: [point.length, point.inner.y.at(0).orElse(''), point.get('length')],
        }
      })
      expect(await redis.script(script)({})).toEqual({
        counts: { a: 2, b: 1 },
        keys: ['a', 'b'],
        has: [true, false, false, true],
        point: { x: 1.5, length: 'long', inner: { y: ['z'] } },
        fields: ['long', 'z', 'long'],
      })
    })

    test('JSON', async () => {
      const script = defineScript({ name: 'json', args: { text: 'string' } }, ($, _keys, { text }) => {
        const found = $.parseJson(text, { id: 'string', tags: ['string?'], note: 'string?', size: 'number', more: dictionary('number') })
        return {
          found,
          note: found.note.orElse('no note'),
          text: $.toJson({
            ...{ id: found.id, 'a "b"': [found.size, null] },
            empty: $.list('string'),
            none: $.dictionary('string'),
            yes: true,
          }),
          again: $.toJson(found),
          scalars: [$.toJson('ü"/\n'), $.toJson(0.1), $.toJson(null), $.toJson(2 ** 53 - 1)],
        }
      })
      const value = { id: 'é', tags: ['a', null], note: null, size: 0.1, more: { b: 1, a: 1e15 + 1 } }
      const { found, note, text, again, scalars } = await redis.script(script)({}, { text: JSON.stringify(value) })
      expect(found).toEqual(value)
      expect(note).toBe('no note')
      expect(JSON.parse(text)).toEqual({ id: 'é', 'a "b"': [0.1, null], empty: [], none: {}, yes: true })
      expect(JSON.parse(again)).toEqual(value)
      expect(scalars.map((each) => JSON.parse(each))).toEqual(['ü"/\n', 0.1, null, 2 ** 53 - 1])
      const half = redis.script(script)({}, { text: '{"id":' })
      await expect(half).rejects.toThrow(/^ERR Expected value but found T_END at character 7 \(script json, .*builder.test.ts:\d+\)$/)
    })

    test('untyped commands, and their errors as values', async () => {
      const script = defineScript({ name: 'call', keys: { k: 'string' } }, ($, { k }) => {
        k.set('text')
        const failed = $.pcall('INCR', k)
        return {
          length: $.call('STRLEN', k).as('integer'),
          missing: $.call('GET', $.text`${k}:x`).as('string?'),
          failed: failed.isError(),
          text: failed.errorText(),
          fine: $.pcall('GET', k).isError(),
          raw: $.call('LRANGE', 'none', 0, -1),
        }
      })
      const result = await redis.script(script)({ k: 'k' })
      expect(result).toEqual({
        length: 4,
        missing: null,
        failed: true,
        text: 'ERR value is not an integer or out of range',
        fine: false,
        raw: [],
      })
    })

    test('time', async () => {
      const before = Date.now()
      const [s, ms, us] = await redis.script(defineScript({ name: 'time' }, ($) => [$.now('s'), $.now(), $.now('us')]))({})
      expect(ms).toBeGreaterThanOrEqual(before - 1)
      expect(ms).toBeLessThanOrEqual(Date.now() + 1)
      expect(Math.abs(s - ms / 1000)).toBeLessThan(2)
      expect(Math.abs(us - ms * 1000)).toBeLessThan(2e6)
    })

    test('keys whose names are worked out', async () => {
      const script = defineScript({ name: 'cascade', keys: { size: 'string', frame: 'string' }, args: { field: 'string' }, returns: 'string?' }, ($, { size, frame }, { field }) => {
        const top = size.get().toNumber().orElse(0)
        $.for($.range(top, -1, -1), (at) => {
          const value = $.key('hash', $.text`${frame}:${at}`).hget(field)
          $.if(value.notNull(), (value) => $.return(value))
        })
        return null
      }) // prettier-ignore
      await redis.hset('f:0', { a: 'bottom', b: 'low' })
      await redis.hset('f:2', { a: 'top' })
      await redis.set('size', 2)
      const get = redis.script(script)
      expect(await Promise.all(['a', 'b', 'c'].map((field) => get({ size: 'size', frame: 'f' }, { field })))).toEqual(['top', 'low', null])
    })
  })

  describe('errors', () => {
    test('of commands keep their code and name the script and the line', async () => {
      const script = defineScript({ name: 'wrong', keys: { k: 'hash' } }, (_$, { k }) => {
        k.hset('a', 1)
        return k.hlen()
      })
      await redis.set('k', 'text')
      const error = await redis
        .script(script)({ k: 'k' })
        .catch((error: unknown) => error)
      expect(error).toBeInstanceOf(RedisError)
      expect(error).toMatchObject({ code: 'WRONGTYPE', command: 'EVALSHA' })
      const { message } = error as RedisError
      expect(message).toMatch(
        /^WRONGTYPE Operation against a key holding the wrong kind of value \(script wrong, .*builder\.test\.ts:\d+\)$/,
      )
    })

    test('that a script raises itself come as they are', async () => {
      const script = defineScript({ name: 'fails', args: { how: 'integer' } }, ($, _keys, { how }) => {
        const deep = $.function({ name: 'deep', args: {} }, ($) => void $.fail('DEEP below'))
        $.if(how.eq(1), () => $.fail('NOTASK there is no task ', how))
        $.if(how.eq(2), () => void deep({}))
      })
      const run = redis.script(script)
      expect(await run({}, { how: 0 })).toBeNull()
      await expect(run({}, { how: 1 })).rejects.toMatchObject({
        code: 'NOTASK',
        message: expect.stringMatching(/^NOTASK there is no task 1 \(script fails/),
      })
      await expect(run({}, { how: 2 })).rejects.toMatchObject({
        code: 'DEEP',
        message: expect.stringMatching(/^DEEP below \(script fails/),
      })
    })
  })

  describe('batches', () => {
    const count = defineScript({ name: 'count', keys: { k: 'string' }, args: { by: 'integer' } }, (_$, { k }, { by }) => ({
      is: k.incrby(by),
    }))

    test('a pipeline has scripts among its commands, known to the server or not', async () => {
      for (let round = 0; round < 2; round++) {
        const results = await redis
          .pipeline()
          .set('k', 1)
          .script(count, { k: 'k' }, { by: 2 })
          .get('k')
          .script(count, { k: 'k' }, { by: -3 })
          .exec()
        expect(results).toEqual(['OK', { is: 3 }, '3', { is: 0 }])
      }
    })

    test('MULTI too, and a script that fails has its own error there', async () => {
      const results = await redis
        .multi()
        .script(count, { k: 'k' }, { by: 2 })
        .set('k', 'text')
        .script(count, { k: 'k' }, { by: 1 })
        .execSettled()
      expect(results.slice(0, 2)).toEqual([{ is: 2 }, 'OK'])
      expect(results[2]).toBeInstanceOf(RedisError)
      expect((results[2] as RedisError).message).toMatch(/^ERR value is not an integer or out of range \(script count, .*:\d+\)$/)
    })

    test('what a script changes counts for WATCH', async () => {
      const add = redis.script(count)
      const result = await redis.watch('k', async (watching) => {
        await add({ k: 'k' }, { by: 1 })
        return watching.multi().script(count, { k: 'k' }, { by: 100 }).exec()
      })
      expect(result).toBeNull()
      expect(await redis.get('k')).toBe('1')
    })
  })
})
