// The Lua that the printer writes: how it reads, and that a real redis-server reads it as it was meant.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { print, quote } from '../../src/scripts/printer.ts'
import { type Block, type Expression, FunctionScope, type Statement, Variable } from '../../src/scripts/tree.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'
import { RespClient } from '../support/resp-client.ts'
import { SEED } from '../support/seed.ts'

const line = 0
const constant = (value: undefined | boolean | number | string): Expression => ({ kind: 'constant', line, value })
const local = (variable: Variable): Expression => ({ kind: 'local', line, variable })
const global = (name: string): Expression => ({ kind: 'global', line, name })
const index = (object: Expression, key: Expression): Expression => ({ kind: 'index', line, object, key })
const call = (callee: Expression, ...args: Expression[]): Expression => ({ kind: 'call', line, callee, arguments: args })
const give = (...values: Expression[]): Statement => ({ kind: 'return', line, values })
const declare = (variable: Variable, ...values: Expression[]): Statement => ({ kind: 'declare', line, variables: [variable], values })
const binary = (operator: '+' | '..' | '^' | '-' | '==', left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  line,
  operator,
  left,
  right,
})
const printed = (...body: Block): string => print(body)

let server: RedisServer
let client: RespClient
beforeAll(async () => {
  server = await startRedisServer()
  client = await RespClient.connect({ path: server.path })
})
afterAll(async () => {
  client.close()
  await server.stop()
})
const run = async (lua: string): Promise<unknown> => (await client.call('EVAL', lua, '0')).value

describe('names', () => {
  const home = new FunctionScope(null)

  test('are the author’s', () => {
    const task = new Variable('task', home)
    expect(printed(declare(task, constant('a')), give(local(task)))).toBe("local task = 'a'\nreturn task")
  })

  test('change where they clash, are keywords, or hide a global that is used', () => {
    const [first, second, word, redis] = ['x', 'x', 'end', 'redis'].map((name) => new Variable(name, home))
    const body: Block = [
      declare(first, constant(1)),
      declare(second, local(first)),
      declare(word, constant(3)),
      declare(redis, index(global('redis'), constant('LOG_NOTICE'))),
      give(local(first), local(second), local(word), local(redis)),
    ]
    expect(print(body)).toBe('local x = 1\nlocal x2 = x\nlocal end2 = 3\nlocal redis2 = redis.LOG_NOTICE\nreturn x, x2, end2, redis2')
  })

  test('are free again behind their block', () => {
    const [inner, outer] = [new Variable('x', home), new Variable('x', home)]
    const body: Block = [{ kind: 'do', line, body: [declare(inner, constant(1))] }, declare(outer, constant(2))]
    expect(print(body)).toBe('do\n  local x = 1\nend\nlocal x = 2')
  })

  test('that Lua could not read are made readable', () => {
    const odd = new Variable('7 días-x', home)
    expect(printed(declare(odd, constant(1)))).toBe('local _7_d_as_x = 1')
  })

  test('of variables that are not known here are an error', () => {
    expect(() => print([give(local(new Variable('lost', home)))])).toThrow("'lost' is used outside of the block that it belongs to")
  })
})

describe('parentheses', () => {
  test('cut a list of values to one', () => {
    const cut: Expression = { kind: 'group', line, inner: call(global('f')) }
    expect(printed(give(cut))).toBe('return (f())')
    expect(printed(give({ kind: 'group', line, inner: binary('+', constant(1), constant(2)) }))).toBe('return 1 + 2')
  })

  test('stand around what cannot be indexed bare', () => {
    expect(printed(give(index(constant('abc'), constant('len'))))).toBe("return ('abc').len")
    expect(printed(give(index({ kind: 'table', line, fields: [] }, constant('end'))))).toBe("return ({})['end']")
  })

  test('at the start of a line do not become the arguments of the line before', () => {
    const first: Statement = { kind: 'do call', line, call: call(global('f')) as Extract<Expression, { kind: 'call' }> }
    const second: Statement = {
      kind: 'do call',
      line,
      call: call({ kind: 'logical', line, operator: 'or', left: global('g'), right: global('h') }) as Extract<Expression, { kind: 'call' }>,
    }
    expect(printed(first, second)).toBe('f();\n(g or h)()')
  })

  const leaf = fc.oneof(
    fc.integer({ min: -9, max: 9 }).map(constant),
    fc.constantFrom(0.5, -0, Infinity, -Infinity, 1e21, -1e-7).map(constant),
    fc.boolean().map(constant),
  )
  const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      leaf,
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>='), tie('tree'), tie('tree'))
        .map(([operator, left, right]) => ({ kind: 'binary', line, operator, left, right }) as Expression),
      fc
        .tuple(fc.constantFrom('and', 'or'), tie('tree'), tie('tree'))
        .map(([operator, left, right]) => ({ kind: 'logical', line, operator, left, right }) as Expression),
      fc
        .tuple(fc.constantFrom('-', 'not', '#'), tie('tree'))
        .map(([operator, operand]) => ({ kind: 'unary', line, operator, operand }) as Expression),
    ),
  }))
  /** The same with parentheses around everything. */
  function full(node: Expression): string {
    if (node.kind === 'binary' || node.kind === 'logical') return `(${full(node.left)} ${node.operator} ${full(node.right)})`
    if (node.kind === 'unary') return `(${node.operator} ${full(node.operand)})`
    return `(${print([give(node)]).slice('return '.length)})`
  }
  // Values by their text, errors by their message: both must be the same.
  const show = (expression: string): string =>
    `local ok, value = pcall(loadstring(${quote(`return ${expression}`)}, 'x')) return type(value) == 'number' and string.format('%.17g', value) or tostring(value)`

  test('are there only where they change the meaning', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (node) => {
        const short = print([give(node)]).slice('return '.length)
        expect(await run(show(short))).toBe(await run(show(full(node))))
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  test.each([
    [binary('-', constant(1), binary('-', constant(2), constant(3))), '1 - (2 - 3)'],
    [binary('-', binary('-', constant(1), constant(2)), constant(3)), '1 - 2 - 3'],
    [binary('..', constant('a'), binary('..', constant('b'), constant('c'))), "'a' .. 'b' .. 'c'"],
    [binary('^', constant(-2), constant(-2)), '(-2) ^ -2'],
    [{ kind: 'unary', line, operator: '-', operand: constant(-2) } as Expression, '- -2'],
    [{ kind: 'unary', line, operator: 'not', operand: binary('==', constant(1), constant(2)) } as Expression, 'not (1 == 2)'],
  ])('%#', (node, lua) => expect(printed(give(node))).toBe(`return ${lua}`))
})

test('numbers and byte strings come back exact', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true }), async (number) => {
      const value = await run(`return string.format('%.17g', ${print([give(constant(number))]).slice('return '.length)})`)
      expect(String(value).includes('inf') ? value : Number(value)).toEqual(Number.isFinite(number) ? number : number > 0 ? 'inf' : '-inf')
    }),
    { seed: SEED },
  )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
      const string = String.fromCharCode(...bytes)
      expect(await run(print([give(constant(string))]))).toBe(string)
    }),
    { seed: SEED },
  )
  expect(quote("it's\n\u0000\xff1")).toBe("'it\\'s\\n\\000\\2551'")
})

test('every statement is printed with its blocks indented', () => {
  const home = new FunctionScope(null)
  const scope = new FunctionScope(home)
  const [f, n, i, k, v] = ['f', 'n', 'i', 'k', 'v'].map((name, at) => new Variable(name, at === 1 ? scope : home))
  const body: Block = [
    {
      kind: 'local function',
      line,
      variable: f,
      value: { kind: 'function', line, scope, parameters: [n], vararg: true, arg: null, body: [give(local(n), { kind: 'vararg', line })] },
    },
    {
      kind: 'if',
      line,
      branches: [
        { condition: constant(true), body: [{ kind: 'while', line, condition: constant(false), body: [{ kind: 'break', line }] }] },
        { condition: constant(undefined), body: [] },
      ],
      otherwise: [{ kind: 'repeat', line, body: [declare(i, constant(1))], condition: local(i) }],
    },
    { kind: 'for', line, variable: i, start: constant(1), limit: constant(3), step: constant(-1), body: [] },
    { kind: 'for in', line, variables: [k, v], values: [call(global('pairs'), global('KEYS'))], body: [] },
    {
      kind: 'assign',
      line,
      targets: [index(global('t'), constant('a b')) as Extract<Expression, { kind: 'index' }>],
      values: [
        {
          kind: 'table',
          line,
          fields: [
            { line, key: null, value: constant(1) },
            { line, key: constant('a'), value: constant(2) },
            { line, key: constant('do'), value: constant(3) },
            { line, key: constant(4), value: { kind: 'method', line, object: global('s'), name: 'len', arguments: [] } },
          ],
        },
      ],
    },
    give(),
  ]
  const lines: [string, number][] = []
  expect(print(body, (node, at) => lines.push([node.kind, at]))).toBe(
    `local function f(n, ...)
  return n, ...
end
if true then
  while false do
    break
  end
elseif nil then
else
  repeat
    local i = 1
  until i
end
for i = 1, 3, -1 do
end
for k, v in pairs(KEYS) do
end
t['a b'] = { 1, a = 2, ['do'] = 3, [4] = s:len() }
return`,
  )
  expect(lines).toContainEqual(['break', 6])
  expect(lines).toContainEqual(['for in', 16])
})
