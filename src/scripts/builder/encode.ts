// How values leave a script: as its result, in the form that decodeResult reads, and as JSON. Both follow the shape, not the
// value, so that an empty list stays a list and a number keeps all its digits.
import { encodeUtf8 } from '../../core/bytes.ts'
import type { Expression } from '../tree.ts'
import { jsonNumber, sortedKeys } from './helpers.ts'
import { and, assign, call, concat, constant, declare, FALSE, going, index, local, or, plus, size, table, truth, when } from './nodes.ts'
import type { Program } from './program.ts'
import { isNumber, isPlain, type Shape } from './schema.ts'
import type { Parts } from './term.ts'

interface Form {
  scalar(node: Expression, shape: Shape): Expression
  /** Whether a value goes as it is. */
  asIs(shape: Shape): boolean
  readonly missing: Expression
  /** Fields and their values, in order. */
  record(fields: readonly (readonly [string, Expression])[]): Expression
  /** A list of what was put together. */
  list(items: Expression): Expression
  dictionary(items: Expression): Expression
  /** A field of a dictionary and its value, as items. */
  entry(field: Expression, value: Expression): readonly Expression[]
}

function encode(program: Program, { node, shape }: Parts, to: Shape, form: Form): Expression {
  const { kind, nullable, of, fields } = shape
  if (form.asIs(shape) || kind === 'null') return kind === 'null' ? form.missing : node
  if (nullable) {
    const value = hold(program, node)
    const present = { ...shape, nullable: false }
    if (of === undefined && fields === undefined) {
      const scalar = and(value, form.scalar(value, shape))
      return form.missing === FALSE ? scalar : or(scalar, form.missing)
    }
    const encoded = program.variable('encoded')
    program.emit(declare(encoded, form.missing))
    const body = program.inside(() => program.emit(assign(local(encoded), encode(program, { node: value, shape: present }, to, form))))
    program.emit(when(value, body))
    return local(encoded)
  }
  if (fields !== undefined) {
    const names = [...(to.fields ?? fields).keys()]
    const value = node.kind === 'table' ? node : hold(program, node)
    const parts = names.map((name) => {
      const literal = value.kind === 'table' && value.fields.find(({ key }) => key?.kind === 'constant' && key.value === encodeUtf8(name))
      const inner = fields.get(name)
      if (inner === undefined) throw new TypeError(`the field ${name} is missing`)
      const at = index(value, encodeUtf8(name))
      const field = literal ? literal.value : inner.nullable ? or(at, FALSE) : at
      return [name, encode(program, { node: field, shape: inner }, to.fields?.get(name) ?? inner, form)] as const
    })
    return form.record(parts)
  }
  if (of === undefined) return form.scalar(node, shape)
  const value = hold(program, node)
  const encoded = program.variable('encoded')
  const list = local(encoded)
  program.emit(declare(encoded, table()))
  const isList = kind === 'list'
  const [place, item] = [program.variable('_'), program.variable(isList ? 'item' : 'field')]
  const body = program.inside(() => {
    const found = isList ? local(item) : index(value, local(item))
    const inner = encode(program, { node: found, shape: of }, to.of ?? of, form)
    for (const each of isList ? [inner] : form.entry(local(item), inner)) program.emit(assign(index(list, plus(size(list), 1)), each))
  })
  program.emit(going([place, item], 'ipairs', isList ? value : sortedKeys(program, value), body))
  return isList ? form.list(list) : form.dictionary(list)
}

/** Something that may be said twice. */
function hold(program: Program, node: Expression): Expression {
  return node.kind === 'local' || node.kind === 'constant' || node.kind === 'index' ? node : program.temp('value', node, 'stays')
}

const RESULT: Form = {
  // A list of what goes as it is does so too.
  asIs: (shape) => isPlain(shape) || (shape.kind === 'list' && isPlain(shape.of!)),
  missing: FALSE,
  scalar: (node, { kind }) =>
    kind === 'boolean' && node.kind === 'constant'
      ? constant(Number(node.value))
      : kind === 'boolean'
        ? or(and(truth(node), constant(1)), constant(0))
        : kind === 'number'
          ? call('string.format', constant('%.17g'), node)
          : node,
  record: (fields) => table(fields.map(([, value]) => value)),
  list: (items) => items,
  dictionary: (items) => items,
  entry: (field, value) => [field, value],
}

const inside = (open: string, items: Expression, close: string): Expression =>
  concat(constant(open), call('table.concat', items, constant(',')), constant(close))

const jsonForm = (program: Program): Form => ({
  asIs: () => false,
  missing: constant('null'),
  scalar: (node, shape) =>
    isNumber(shape) ? jsonNumber(program, node) : shape.kind === 'boolean' ? call('tostring', node) : call('cjson.encode', node),
  record: (fields) => {
    if (fields.length === 0) return constant('{}')
    const parts = fields.flatMap(([name, value], i) => [constant(`${i > 0 ? ',' : '{'}${encodeUtf8(JSON.stringify(name))}:`), value])
    return concat(...parts, constant('}'))
  },
  list: (items) => inside('[', items, ']'),
  dictionary: (items) => inside('{', items, '}'),
  entry: (field, value) => [concat(call('cjson.encode', field), constant(':'), value)],
})

/** What a script returns for a value. @param to the shape that the caller reads */
export const encodeResult = (program: Program, parts: Parts, to: Shape): Expression => encode(program, parts, to, RESULT)
export const encodeJson = (program: Program, parts: Parts): Expression => encode(program, parts, parts.shape, jsonForm(program))
