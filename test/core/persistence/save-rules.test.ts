// When save rules fire, by whole seconds as in Redis.
import { describe, expect, test } from 'vitest'
import { nextRule, parseSaveRules } from '../../../src/core/persistence/save-rules.ts'

const rules = parseSaveRules('3600 1 300 100 60 10000')
const state = { dirty: 0, lastSave: 1000, lastTry: 1000, ok: true }
const firing = (changes: Partial<typeof state>): unknown => {
  const next = nextRule(rules, { ...state, ...changes })
  return next && [next.rule.seconds, next.at]
}

describe('save rules', () => {
  test('are read from the text that CONFIG shows', () => {
    expect(rules).toEqual([{ seconds: 3600, changes: 1 }, { seconds: 300, changes: 100 }, { seconds: 60, changes: 10_000 }]) // prettier-ignore
    expect(parseSaveRules('')).toEqual([])
  })

  test('ask for nothing as long as nothing has changed', () => expect(firing({})).toBe(null))

  test('the one that is reached first fires, a second later than its seconds: Redis compares whole ones', () => {
    expect(firing({ dirty: 1 })).toEqual([3600, 4601])
    expect(firing({ dirty: 100 })).toEqual([300, 1301])
    expect(firing({ dirty: 10_000 })).toEqual([60, 1061])
  })

  test('after a failure a save is tried again 5 s later at the earliest', () => {
    expect(firing({ dirty: 10_000, lastTry: 1061, ok: false })).toEqual([60, 1067])
    expect(firing({ dirty: 10_000, lastTry: 1010, ok: false })).toEqual([60, 1061])
  })

  test('a rule of no changes fires with none', () => {
    expect(nextRule(parseSaveRules('10 0'), state)).toEqual({ rule: { seconds: 10, changes: 0 }, at: 1011 })
  })
})
