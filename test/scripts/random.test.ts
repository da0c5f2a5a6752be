// Random programs of the builder: on a real redis-server and on the engine they give the same result or error, and leave
// the same data. A failing program is found again by its seed.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Builder,
  defineScript,
  type Expr,
  type HashKey,
  type ListKey,
  type Local,
  type SortedSetKey,
} from '../../src/scripts/builder/define.ts'
import { dataOf, type ScriptBackend, scriptBackends } from '../support/script-backends.ts'

let places: ScriptBackend[]
beforeAll(async () => {
  places = await Promise.all(Object.values(scriptBackends).map((open) => open()))
})
afterAll(async () => {
  await Promise.all(places.map((place) => place.close()))
})

const NUMBERS = [0, 1, -1, 2, 3, 0.5, -2.5, 10, 1e15, 1e21, 0.1, 123456789, 2 ** 53 - 1, 1e-7, -0.3]
const TEXTS = ['', 'a', 'b', 'ab', 'A,b,,c', '10', '-1.5', 'é', ' x ', '0x10', 'nil', "it's\n", '1e3']
const FIELDS = ['f', 'g', '10', '']

/** Writes one program, by chance. */
class Author {
  readonly $: Builder<unknown>
  readonly keys: { h: HashKey; l: ListKey; z: SortedSetKey }
  readonly numbers: Local<number>[] = []
  readonly texts: Local<string>[] = []
  readonly lists: Local<string[]>[] = []
  readonly counts: Local<{ [field: string]: number }>[] = []
  readonly fn: (args: { n: Expr<number> | number; s: Expr<string> | string }) => Expr<number>
  #state: number

  constructor($: Builder<unknown>, keys: Author['keys'], args: { n: Expr<number>; s: Expr<string> }, seed: number) {
    this.$ = $
    this.keys = keys
    this.#state = seed | 1
    this.numbers.push($.local('n', args.n), $.local('count', 0))
    this.texts.push($.local('s', args.s), $.local('text', 'x'))
    this.lists.push($.local('list', ['a', 'b']), $.local('found', $.list('string')))
    this.counts.push($.local('counts', $.dictionary('number')))
    this.fn = $.function({ name: 'helper', args: { n: 'number', s: 'string' }, returns: 'number' }, ($, { n, s }) => {
      $.if(n.gt(5), () => $.return(s.length()))
      return n.add(s.length())
    })
  }

  #below(n: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % n
  }
  #one<T>(of: readonly T[]): T {
    return of[this.#below(of.length)]
  }

  number(depth: number): Expr<number> {
    const { $, keys } = this
    const inner = (): Expr<number> => this.number(depth - 1)
    const makers: (() => Expr<number>)[] = [
      () => this.#one(this.numbers),
      () => $.local('made', this.#one(NUMBERS)),
      () => this.text(depth - 1).length(),
      () => this.#one(this.lists).length(),
      () => keys.h.hlen(),
      () => keys.l.llen(),
      () => keys.z.zcard(),
      () => keys.z.zscore(this.#one(TEXTS)).orElse(this.#one(NUMBERS)),
      () => keys.z.zrank(this.text(depth - 1)).orElse(-1),
      () =>
        this.text(depth - 1)
          .toNumber()
          .orElse(7),
      () => this.#one(this.counts).get(this.#one(FIELDS)).orElse(0),
      () => this.text(depth - 1).indexOf(this.#one(TEXTS)),
      () =>
        this.text(depth - 1)
          .byteAt(this.#below(3))
          .orElse(0),
      () => keys.h.hincrby('counter', this.#below(9) - 4),
      () => inner().add(inner()),
      () => inner().sub(inner()),
      () => inner().mul(inner()),
      () => inner().div(inner()),
      () => inner().mod(this.#one([2, 3, -7, 0.5])),
      () => inner().floor(),
      () => inner().round(),
      () => inner().neg(),
      () => inner().abs().sqrt(),
      () => inner().min(inner(), 3),
      () => this.fn({ n: inner(), s: this.text(depth - 1) }),
    ]
    return this.#one(depth > 0 ? makers : makers.slice(0, 2))()
  }

  text(depth: number): Expr<string> {
    const { $, keys } = this
    const inner = (): Expr<string> => this.text(depth - 1)
    const makers: (() => Expr<string>)[] = [
      () => this.#one(this.texts),
      () => $.local('made', this.#one(TEXTS)),
      () => keys.h.hget(this.#one(FIELDS)).orElse('none'),
      () => keys.l.lindex(this.#below(4) - 2).orElse('none'),
      () => this.#one(this.lists).at(this.#below(3)).orElse('none'),
      () => this.#one(this.lists).join('|'),
      () => $.text`<${inner()}>`,
      () => this.number(depth - 1).toText(),
      () => inner().concat(this.number(depth - 1), '.', inner()),
      () => inner().slice(this.#below(7) - 3, this.#below(7) - 3),
      () => inner().upper(),
      () => inner().trim(),
      () => inner().replaceAll(this.#one(TEXTS), 'R'),
      () => inner().match('%a+').orElse('?'),
      () => inner().split(',').last().orElse(''),
      () => $.toJson({ text: inner(), list: this.#one(this.lists), counts: this.#one(this.counts) }),
      () =>
        $.parseJson($.toJson([inner(), null]), ['string?'])
          .at(0)
          .orElse('?'),
    ]
    return this.#one(depth > 0 ? makers : makers.slice(0, 2))().slice(0, 40)
  }

  condition(depth: number): Expr<boolean> {
    const { keys } = this
    const inner = (): Expr<boolean> => this.condition(depth - 1)
    const makers: (() => Expr<boolean>)[] = [
      () => this.number(depth).lt(this.number(depth)),
      () => this.number(depth).ge(this.number(depth)),
      () => this.number(depth).eq(this.number(depth)),
      () => this.text(depth).eq(this.text(depth)),
      () => this.text(depth).lt(this.text(depth)),
      () => this.text(depth).includes(this.#one(TEXTS)),
      () => keys.h.hexists(this.#one(FIELDS)),
      () => keys.l.lindex(0).isNull(),
      () => this.#one(this.lists).includes(this.#one(TEXTS)),
      () => this.#one(this.counts).has(this.#one(FIELDS)),
      () => inner().not(),
      () => inner().and(inner()),
      () => inner().or(inner()),
    ]
    return this.#one(depth > 0 ? makers : makers.slice(0, 9))()
  }

  statements(depth: number): void {
    for (let left = 1 + this.#below(4); left > 0; left--) this.statement(depth)
  }

  statement(depth: number): void {
    const { $, keys } = this
    const block = (): void => this.statements(depth - 1)
    const makers: (() => unknown)[] = [
      () => this.#one(this.numbers).assign(this.number(2)),
      () => this.#one(this.texts).assign(this.text(2)),
      () => this.#one(this.lists).push(this.text(2)),
      () => this.#one(this.lists).set(this.#below(3), this.text(1)),
      () => this.#one(this.counts).set(this.#one(FIELDS), this.number(2)),
      () => this.#one(this.counts).delete(this.#one(FIELDS)),
      () => this.#one(this.texts).assign(this.#one(this.lists).pop().orElse('popped')),
      () => this.#one(this.lists).sort(),
      () => keys.h.hset(this.#one(FIELDS), this.text(2)),
      () => keys.h.hset('n', this.number(2)),
      () => keys.h.hdel(this.#one(FIELDS)),
      () => keys.l.rpush(this.text(2), this.#one(TEXTS)),
      () => this.#one(this.texts).assign(keys.l.lpop().orElse('empty')),
      () => keys.z.zadd({ member: this.text(1), score: this.#one(NUMBERS) }),
      () => keys.z.zpopmin(),
      () => $.if(this.condition(2), block),
      () => $.if(this.condition(1), block).elseIf(() => this.condition(1), block).else(block), // prettier-ignore
      () => $.if(keys.h.hget(this.#one(FIELDS)).notNull(), (value) => this.#one(this.lists).push(value)).else(block),
      () => $.for($.range(0, this.#below(4)), (i) => { this.#one(this.numbers).assign(i.add(this.number(1))); block() }), // prettier-ignore
      () => $.for(this.#one(this.lists).slice(0, 3), (item, index) => { this.#one(this.texts).assign($.text`${index}${item}`); block() }), // prettier-ignore
      () => $.for(keys.h.hgetall(), (field, value) => this.#one(this.lists).push(field.concat('=', value))),
      () => $.for(this.#one(this.counts), (field, value) => this.#one(this.lists).push(field.concat(value))),
      () => $.for(keys.z.zrange(0, 2, { withScores: true }), ({ member, score }) => { this.#one(this.texts).assign(member); this.#one(this.numbers).assign(score) }), // prettier-ignore
      () => $.while(() => keys.l.lpop(), (item) => { this.#one(this.texts).assign(item); $.if(this.condition(1), () => $.break()) }), // prettier-ignore
    ]
    this.#one(depth > 0 ? makers : makers.slice(0, 15))()
  }

  /** All that it has, as a result. */
  result() {
    const { numbers, texts, lists, counts } = this
    return { numbers, texts, lists, counts, last: this.number(2), condition: this.condition(2), text: this.text(2) }
  }
}

function program(seed: number) {
  return defineScript(
    { name: 'random', keys: { h: 'hash', l: 'list', z: 'zset' }, args: { n: 'number', s: 'string' } },
    ($, keys, args) => {
      const author = new Author($ as unknown as Builder<unknown>, keys, args, seed)
      author.statements(3)
      return author.result()
    },
  )
}

/** C prints a sign for some of its NaNs, which JS cannot tell apart. */
const unsigned = (outcome: unknown): unknown => JSON.parse(JSON.stringify(outcome).replaceAll('-nan', 'nan'))

const RUNS = Number(process.env['ISODIS_PROGRAMS'] ?? 100)

test(`${RUNS} random programs`, async () => {
  let failed = 0
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.constantFrom(...NUMBERS), fc.constantFrom(...TEXTS), async (seed, n, s) => {
      const script = program(seed)
      const outcomes = await Promise.all(
        places.map(async ({ redis }) => {
          await redis.flushall()
          await redis.hset('h', { f: 'v', 10: '10' })
          await redis.rpush('l', 'x', '5', '')
          await redis.zadd('z', { a: 1.5, b: -2 })
          const run = redis.script(script)
          const results = []
          for (let i = 0; i < 2; i++) results.push(await run({ h: 'h', l: 'l', z: 'z' }, { n, s }).catch((error: Error) => error.message))
          return { results, data: await dataOf(redis) }
        }),
      )
      if (typeof outcomes[0].results[0] === 'string') failed++
      for (const outcome of outcomes) expect(unsigned(outcome), script.toLua()).toEqual(unsigned(outcomes[0]))
    }),
    { numRuns: RUNS },
  )
  // Errors are compared too, but most programs have to come to their end.
  expect(failed).toBeLessThan(RUNS / 2)
}, 1_200_000)
