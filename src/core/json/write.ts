// Writes JSON as RedisJSON does: nothing between the parts unless it is asked for, and floating point numbers in their shortest
// form, with a point or an exponent that shows them to be such.
import type { ByteString } from '../bytes.ts'
import { Float, type Container, isContainer, type Json } from './value.ts'

/** What JSON.GET puts between the parts. */
export interface Layout {
  readonly indent: ByteString
  readonly newline: ByteString
  readonly space: ByteString
}

const SPECIAL = /["\\\0-\x1f]/

/** A text in quotes. Bytes beyond ASCII are left as they are, by JSON.stringify too. */
const quoted = (text: ByteString): ByteString => (SPECIAL.test(text) ? JSON.stringify(text) : `"${text}"`)

/** From 1e-5 up to 1e16 there is no exponent. */
function formatFloat(value: number): ByteString {
  const size = Math.abs(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size < 1e-5 || size >= 1e16) return value.toExponential().replace('e+', 'e')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function scalar(value: Exclude<Json, Container>): ByteString {
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Float) return formatFloat(value.value)
  return typeof value === 'number' && !Number.isInteger(value) ? formatFloat(value) : String(value)
}

export function toText(value: Json): ByteString {
  if (!isContainer(value)) return scalar(value)
  const parts: ByteString[] = []
  write(value, parts)
  // A sum of so many strings would keep the collector busy.
  return parts.join('')
}

function write(value: Container, parts: ByteString[]): void {
  const isArray = Array.isArray(value)
  let before = isArray ? '[' : '{'
  if (value instanceof Map) {
    for (const [key, field] of value) {
      const head = `${before}${quoted(key)}:`
      writeNext(head, field, parts)
      before = ','
    }
  } else {
    for (const element of value) {
      writeNext(before, element, parts)
      before = ','
    }
  }
  parts.push(before === ',' ? (isArray ? ']' : '}') : isArray ? '[]' : '{}')
}

function writeNext(before: ByteString, value: Json, parts: ByteString[]): void {
  if (isContainer(value)) {
    parts.push(before)
    write(value, parts)
  } else parts.push(before + scalar(value))
}

/** The same with a layout. @param margin newline and indentation of what it lies in */
export function toLaidOutText(value: Json, layout: Layout, margin = layout.newline): ByteString {
  if (!isContainer(value)) return scalar(value)
  const inner = margin + layout.indent
  const isArray = Array.isArray(value)
  const parts = isArray
    ? value.map((element) => toLaidOutText(element, layout, inner))
    : [...value].map(([key, field]) => `${quoted(key)}:${layout.space}${toLaidOutText(field, layout, inner)}`)
  const [open, close] = isArray ? '[]' : '{}'
  return parts.length === 0 ? open + close : `${open}${inner}${parts.join(`,${inner}`)}${margin}${close}`
}

/** A piece is at least so long, but for the last. */
const PIECE = 1 << 15

/** The text of a value in pieces, so that a long one can be written with pauses. The value must not change meanwhile. */
export function* toPieces(value: Json): Generator<ByteString, void> {
  let out = ''
  /** What is open: what is left of it, what stands before its next element, and how it ends. */
  const open: { readonly rest: Iterator<Json | [ByteString, Json]>; comma: ByteString; readonly end: ByteString }[] = []
  const write = (each: Json): void => {
    if (!isContainer(each)) out += scalar(each)
    else {
      const [start, end] = Array.isArray(each) ? '[]' : '{}'
      out += start
      open.push({ rest: each[Symbol.iterator](), comma: '', end })
    }
  }
  write(value)
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const { done, value: next } = last.rest.next()
    if (done) {
      out += last.end
      open.pop()
    } else {
      out += last.comma
      last.comma = ','
      if (last.end === ']') write(next as Json)
      else {
        const [key, field] = next as [ByteString, Json]
        out += `${quoted(key)}:`
        write(field)
      }
    }
    if (out.length >= PIECE) {
      yield out
      out = ''
    }
  }
  if (out !== '') yield out
}
