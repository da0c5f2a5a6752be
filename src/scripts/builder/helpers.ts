// Small Lua functions that a script brings along where it needs them: what Lua's libraries lack, and the replies of Redis in
// the form that the builder promises.
import type { Call, Expression, LocalName, Statement } from '../tree.ts'
import { and, assign, binary, breaks, call, constant, counting, declare, FALSE, going, index, leave, local, named, NIL, not, object, or, plus, run, size, table, when } from './nodes.ts' // prettier-ignore
import type { Program } from './program.ts'

const ONE = constant(1)

/** `for i = start, #list, step` around statements. */
function each(program: Program, list: Expression, step: number, body: (i: Expression) => Statement[], start: Expression = ONE): Statement {
  const i = program.variable('i')
  return counting(i, start, size(list), body(local(i)), step)
}

/** `for _, value in iterator(of)` around statements. */
function all(
  program: Program,
  iterator: 'ipairs' | 'pairs',
  of: Expression,
  body: (key: Expression, value: Expression) => Statement[],
): Statement {
  const variables = [iterator === 'ipairs' ? '_' : 'key', 'value']
    .slice(0, Math.max(body.length, iterator === 'ipairs' ? 2 : 1))
    .map((name) => program.variable(name))
  return going(variables, iterator, of, body(...(variables.map(local) as [Expression, Expression])))
}

/** A new table, what fills it, and its return. */
function collected(program: Program, fill: (out: Expression) => Statement[]): Statement[] {
  const out = program.variable('out')
  return [declare(out, table()), ...fill(local(out)), leave(local(out))]
}
const append = (list: Expression, item: Expression): Statement => assign(index(list, plus(size(list), 1)), item)

/**
 * A helper: a function of Lua that a script gets with its first call. What is made here is a call of it.
 * @param parameters their names in Lua
 */
function helper<const Names extends readonly string[]>(
  name: string,
  parameters: Names,
  body: (program: Program, ...parameters: { [I in keyof Names]: Expression }) => Statement[],
): (program: Program, ...given: { [I in keyof Names]: Expression }) => Call {
  return (program, ...given) =>
    call(
      program.helper(name, parameters, (...variables) => body(program, ...(variables as never))),
      ...given,
    )
}

/** A helper that makes a list of another, so many items at a time. */
const mapping = (name: string, step: number, item: (list: Expression, i: Expression, program: Program) => Expression) =>
  helper(name, ['list'], (program, list) =>
    collected(program, (out) => [each(program, list, step, (i) => [append(out, item(list, i, program))])]),
  )

const TWO = constant(2)
const number = (node: Expression): Expression => call('tonumber', node)

export const numbers = mapping('numbers', 1, (list, i) => or(number(index(list, i)), FALSE))
export const flags = mapping('flags', 1, (list, i) => binary('==', index(list, i), ONE))
export const scored = mapping('scored', 2, (list, i) =>
  object([
    ['member', index(list, i)],
    ['score', number(index(list, plus(i, 1)))],
  ]),
)
export const fieldPairs = mapping('pairsOf', 2, (list, i) =>
  object([
    ['field', index(list, i)],
    ['value', index(list, plus(i, 1))],
  ]),
)
export const entries = mapping('entries', 1, (list, i, program) =>
  object([
    ['id', index(index(list, i), ONE)],
    ['fields', fields(program, index(index(list, i), TWO))],
  ]),
)

const paired = mapping('pairs', 1, (list, i) =>
  object([
    ['member', index(index(list, i), ONE)],
    ['score', number(index(index(list, i), TWO))],
  ]),
)

const position = (of: Expression): [string, Expression][] => [
  ['longitude', number(index(of, ONE))],
  ['latitude', number(index(of, TWO))],
]
export const positions = mapping('positions', 1, (list, i) => or(and(index(list, i), object(position(index(list, i)))), FALSE))

/** What GEOSEARCH gives, with the fields that were asked for. */
export function places(fields: object): ReturnType<typeof mapping> {
  const has = (name: string): boolean => name in fields
  return mapping(Object.keys(fields).join('_'), 1, (list, i) => {
    let at = 1
    const next = (): Expression => index(index(list, i), constant(at++))
    return object([
      ['member', next()],
      ...['distance', 'hash'].filter(has).map((name) => [name, number(next())] as const),
      ...(has('longitude') ? position(next()) : []),
    ])
  })
}

/** What LMPOP and ZMPOP give: the key, and what was in it. */
const popped = (field: string, convert: (program: Program, reply: Expression) => Expression) =>
  helper(`${field}Of`, ['reply'], (program, found) => [
    when(not(found), [leave(FALSE)]),
    leave(
      object([
        ['key', index(found, ONE)],
        [field, convert(program, index(found, TWO))],
      ]),
    ),
  ])
export const poppedElements = popped('elements', (_, reply) => reply)
export const poppedMembers = popped('members', paired)

/** Fields and values in turn, as a dictionary. */
export const fields = helper('fields', ['flat'], (program, list) =>
  collected(program, (out) => [each(program, list, 2, (i) => [assign(index(out, index(list, i)), index(list, plus(i, 1)))])]),
)

/** The cursor and the items of a scan. */
export const scan = helper('scanned', ['reply'], (_, list) => [
  leave(
    object([
      ['cursor', index(list, ONE)],
      ['items', index(list, TWO)],
    ]),
  ),
])

/** What XREAD found in the one stream it was asked for. */
export const read = helper('readEntries', ['reply'], (program, found) => [
  when(not(found), [leave(table())]),
  leave(entries(program, index(index(found, ONE), TWO))),
])

/** What XAUTOCLAIM gives. */
export const claimed = helper('claimed', ['reply'], (program, list) => [
  leave(
    object([
      ['next', index(list, ONE)],
      ['entries', entries(program, index(list, TWO))],
      ['deleted', or(index(list, constant(3)), table())],
    ]),
  ),
])

export const sortedKeys = helper('sortedKeys', ['dictionary'], (program, of) =>
  collected(program, (out) => [all(program, 'pairs', of, (key) => [append(out, key)]), run(call('table.sort', out))]),
)

/** The shortest text that reads back as the same number. */
export const decimal = helper('decimal', ['number'], (program, value) => {
  const [digits, text] = [program.variable('digits'), program.variable('text')]
  const format = call('string.format', binary('..', constant('%.'), binary('..', local(digits), constant('g'))), value)
  return [
    declare(text, NIL),
    counting(digits, constant(15), constant(17), [assign(local(text), format), when(binary('==', number(local(text)), value), [breaks()])]),
    leave(local(text)),
  ]
})

/** A number as JSON, which has no infinities. */
export const jsonNumber = helper('jsonNumber', ['number'], (program, value) => [
  when(binary('~=', binary('-', value, value), constant(0)), [run(call('error', constant('JSON has no infinite numbers'), constant(2)))]),
  leave(decimal(program, value)),
])

/** Decoded JSON with null as false. */
export const nulls: (program: Program, value: Expression) => Expression = helper('withoutNull', ['value'], (program, value) => [
  when(binary('==', value, named('cjson.null')), [leave(FALSE)]),
  when(binary('==', call('type', value), constant('table')), [
    all(program, 'pairs', value, (key, inner) => [assign(index(value, key), nulls(program, inner))]),
  ]),
  leave(value),
])

export const slice = helper('slice', ['list', 'start', 'stop'], (program, of, start, stop) => {
  const bound = (node: Expression): Statement =>
    when(binary('<', node, constant(0)), [assign(node as LocalName, call('math.max', binary('+', size(of), node), constant(0)))])
  const i = program.variable('i')
  return [
    bound(start),
    bound(stop),
    ...collected(program, (out) => [counting(i, plus(start, 1), call('math.min', stop, size(of)), [append(out, index(of, local(i)))])]),
  ]
})

export const includes = helper('includes', ['list', 'item'], (program, of, wanted) => [
  all(program, 'ipairs', of, (_, value) => [when(binary('==', value, wanted), [leave(constant(true))])]),
  leave(FALSE),
])

export const split = helper('split', ['text', 'separator'], (program, text, separator) => {
  const [from, first, last] = ['from', 'first', 'last'].map((name) => program.variable(name))
  const find = call('string.find', text, separator, local(from), constant(true))
  return collected(program, (out) => [
    declare(from, ONE),
    {
      kind: 'while',
      line: 0,
      condition: binary('~=', separator, constant('')),
      body: [
        { kind: 'declare', line: 0, variables: [first, last], values: [find] },
        when(not(local(first)), [breaks()]),
        append(out, call('string.sub', text, local(from), plus(local(first), -1))),
        assign(local(from), plus(local(last), 1)),
      ],
    },
    append(out, call('string.sub', text, local(from))),
  ])
})

/** Sets an item of a list: no holes. */
export const put = helper('put', ['list', 'at', 'item'], (_, of, at, item) => {
  const outside = or(or(binary('<', at, constant(0)), binary('>', at, size(of))), binary('~=', binary('%', at, ONE), constant(0)))
  return [when(outside, [run(call('error', constant('index out of range'), constant(2)))]), assign(index(of, plus(at, 1)), item)]
})
