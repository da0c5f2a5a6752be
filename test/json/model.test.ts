// Random commands on one place of a document, beside a model of plain JS values.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { ReplyError } from '../../src/core/reply.ts'
import { json } from '../../src/core/json/json.ts'
import { SEED } from '../support/seed.ts'

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }
type Way = (string | number)[]

/** Every place of a value, the root first. */
function waysIn(value: Plain, way: Way = []): Way[] {
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const key = (name: string): string | number => (Array.isArray(value) ? Number(name) : name)
  return [way, ...children.flatMap(([name, child]) => waysIn(child, [...way, key(name)]))]
}

const at = (value: Plain, way: Way): Plain => way.reduce((each, key) => (each as Record<string | number, Plain>)[key], value)
const pathOf = (way: Way): string => `$${way.map((key) => `[${JSON.stringify(key)}]`).join('')}`

/** The value with another in a place; undefined removes what is there. */
function withValue(value: Plain, way: Way, put: Plain | undefined): Plain {
  const copy = structuredClone(value)
  if (way.length === 0) return put as Plain
  const parent = at(copy, way.slice(0, -1)) as Record<string | number, Plain>
  const key = way.at(-1)!
  if (put !== undefined) parent[key] = put
  else if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return copy
}

function merged(target: Plain, patch: Plain): Plain {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, Plain> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key] ?? null, value)
  }
  return result
}

/** A command: its words behind the path, what it replies for the place, and what the place is then; null if nothing happens. */
type Step = (old: Plain, index: number, other: Plain) => { words: unknown[]; reply: Plain; now: Plain } | null
const list = (step: (old: Plain[], index: number, other: Plain) => { words: unknown[]; reply: Plain; now: Plain }): Step => {
  return (old, index, other) => (Array.isArray(old) ? step(old, index, other) : null)
}
const position = (index: number, length: number): number => (index < 0 ? Math.max(0, index + length) : Math.min(index, length - 1))

const STEPS: Record<string, Step> = {
  'JSON.ARRAPPEND': list((old, _index, other) => ({ words: [other, 1], reply: old.length + 2, now: [...old, other, 1] })),
  'JSON.ARRINSERT': list((old, index, other) => {
    const start = ((index % (old.length + 1)) + old.length + 1) % (old.length + 1)
    return { words: [start, other], reply: old.length + 1, now: old.toSpliced(start, 0, other) }
  }),
  'JSON.ARRPOP': list((old, index) => {
    const start = position(index, old.length)
    return {
      words: [index],
      reply: old.length === 0 ? null : JSON.stringify(old[start]),
      now: old.toSpliced(start, old.length === 0 ? 0 : 1),
    }
  }),
  'JSON.ARRTRIM': list((old, index) => {
    const now = old.slice(1, position(index, old.length) + 1)
    return { words: [1, index], reply: now.length, now }
  }),
  'JSON.NUMINCRBY': (old, index) => (typeof old === 'number' ? { words: [index], reply: `[${old + index}]`, now: old + index } : null),
  'JSON.NUMMULTBY': (old, index) => (typeof old === 'number' ? { words: [index], reply: `[${old * index}]`, now: old * index } : null),
  'JSON.TOGGLE': (old) => (typeof old === 'boolean' ? { words: [], reply: old ? 0 : 1, now: !old } : null),
  'JSON.STRAPPEND': (old) => (typeof old === 'string' ? { words: ['+'], reply: old.length + 1, now: `${old}+` } : null),
}

test('random commands give what a model gives', async () => {
  await using redis = await createRedis({ json })
  const session = redis.engine.connect({ trusted: true })
  const run = (...words: string[]): unknown => session.execute(words)
  // Numbers that multiplying keeps small, and texts of ASCII, which are as long in bytes.
  const key = fc.constantFrom('a', 'b', '1', '0', '__proto__x', 'x y')
  const value = fc.letrec<{ any: Plain }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Plain>(null, true, false, 0, 1, -7, 'text', ''),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).any
  const command = fc.tuple(
    fc.constantFrom(...Object.keys(STEPS), 'JSON.SET', 'JSON.DEL', 'JSON.MERGE', 'JSON.CLEAR'),
    fc.nat(),
    fc.integer({ min: -5, max: 5 }),
    value,
  )
  fc.assert(
    fc.property(value, fc.array(command, { maxLength: 25 }), (first, commands) => {
      run('FLUSHALL')
      run('JSON.SET', 'k', '$', JSON.stringify(first))
      let model = first
      for (const [name, place, index, other] of commands) {
        const ways = waysIn(model)
        const way = ways[place % ways.length]
        const old = at(model, way)
        const say = (...words: unknown[]): unknown => run(name, 'k', pathOf(way), ...words.map((word) => JSON.stringify(word)))
        if (name === 'JSON.SET') {
          expect(say(other)).not.toBeInstanceOf(ReplyError)
          model = withValue(model, way, other)
        } else if (name === 'JSON.MERGE') {
          expect(say(other)).not.toBeInstanceOf(ReplyError)
          model = withValue(model, way, merged(old, other))
        } else if (name === 'JSON.DEL') {
          if (way.length === 0) continue
          expect(say()).toBe(1)
          model = withValue(model, way, undefined)
          if (Object.keys(model as object).length > 0) continue
          expect(run('EXISTS', 'k')).toBe(0)
          run('JSON.SET', 'k', '$', JSON.stringify(model))
        } else if (name === 'JSON.CLEAR') {
          const cleared = Array.isArray(old) ? [] : typeof old === 'object' && old !== null ? {} : typeof old === 'number' ? 0 : old
          expect(say()).toBe(JSON.stringify(cleared) === JSON.stringify(old) ? 0 : 1)
          model = withValue(model, way, cleared)
        } else {
          const step = STEPS[name](old, index, other)
          const isNumeric = /NUM/.test(name)
          const reply = say(
            ...(step === null ? (isNumeric ? [1] : name === 'JSON.TOGGLE' ? [] : name === 'JSON.STRAPPEND' ? [''] : [0, 0]) : step.words),
          )
          if (step === null) expect(reply).toEqual(isNumeric ? '[null]' : [null])
          else expect(reply, name).toEqual(isNumeric ? (step.reply as string).replace('-0]', '0]') : [step.reply])
          if (step !== null) model = withValue(model, way, JSON.parse(JSON.stringify(step.now)) as Plain)
        }
        expect(JSON.parse(run('JSON.GET', 'k') as string)).toEqual(JSON.parse(JSON.stringify(model)))
      }
    }),
    { seed: SEED, numRuns: 500 },
  )
})
