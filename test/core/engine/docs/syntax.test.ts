// The one-line notation of arguments. That every command's line gives Redis's tree is tested in ../docs.test.ts.
import { describe, expect, test } from 'vitest'
import { parseSyntax, showSyntax } from '../../../../src/core/engine/docs/syntax.ts'

describe('a line of arguments', () => {
  test.for([
    ['', ''],
    ['key count:integer', 'key count'],
    ['EX seconds:integer|PX milliseconds:integer', null],
    ['[EX seconds:integer@2.6.12|PX milliseconds:integer]', '[EX seconds|PX milliseconds]'],
    ['where=(LEFT|RIGHT)', 'LEFT|RIGHT'],
    ['[change=CH]@3.0.2', '[CH]'],
    ['(field value)...', 'field value [field value ...]'],
    ['[GET pattern]...', '[GET pattern [GET pattern ...]]'],
    ['[WEIGHTS weight:integer...]', '[WEIGHTS weight [weight ...]]'],
    ['[operator=equal==|approximately=~] threshold', '[=|~] threshold'],
    ['id=(id|new_id=$)', 'id|$'],
    ['key [count=COUNT count:integer [ANY]]', 'key [COUNT count [ANY]]'],
    ['ip:port!2.8.12', 'ip:port'],
    ['numlocal:integer timeout:integer', 'numlocal timeout'],
  ] as const)('%s', ([line, shown]) => {
    if (shown === null) expect(() => parseSyntax(line)).toThrow('<here>')
    else expect(showSyntax(parseSyntax(line))).toBe(shown)
  })

  test.for(['[', '[key', '(a b', 'key  value', 'key]', 'a|b', '!', 'key:float', 'NX=key'])("'%s' is none", (line) => {
    expect(() => parseSyntax(line)).toThrow('<here>')
  })

  test('names a block and a choice after their parts', () => {
    expect(parseSyntax('[LIMIT (offset:integer count:integer)] [BYTE|BIT]').map(({ name }) => name)).toEqual(['offset_count', 'byte_bit'])
  })

  test('counts key specs, and goes on from a number that is given', () => {
    expect(parseSyntax('destination:key key... [BY pattern:pattern#3] [STORE to:key]').map(({ keySpec }) => keySpec)).toEqual([0, 1, 3, 4])
  })
})
