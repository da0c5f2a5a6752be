// The library `string`: https://www.lua.org/manual/5.1/manual.html#5.4
import { type ByteString, partOf } from '../../../core/bytes.ts'
import { format } from '../format.ts'
import { type Machine, MAX_STRING } from '../machine.ts'
import { isPlain, Pattern } from '../pattern.ts'
import { Table } from '../table.ts'
import { argumentsOf, Builtin, first, LuaFunction, type LuaValue, type Native, NONE, type Result, typeName } from '../value.ts'
import { MAX_VALUES } from './base.ts'

/** Patterns that are kept compiled. */
const KEPT = 100

export function stringLibrary(machine: Machine): void {
  const patterns = new Map<ByteString, Pattern>()
  /** A pattern that no match is running with: a function that gsub calls may use the same one. */
  const take = (text: ByteString): Pattern => {
    const kept = patterns.get(text)
    patterns.delete(text)
    return kept ?? new Pattern(machine, text)
  }
  const keep = (text: ByteString, pattern: Pattern): void => {
    if (patterns.size >= KEPT) patterns.clear()
    patterns.set(text, pattern)
  }

  const search = (n: number, a: LuaValue, b: LuaValue, c: LuaValue, plain: boolean, find: boolean): Result => {
    const subject = machine.string(a, 1, n)
    const text = machine.string(b, 2, n)
    const init = c === undefined ? 1 : machine.integer(c, 3, n)
    const start = Math.min(Math.max(init < 0 ? subject.length + init : init - 1, 0), subject.length)
    if (find && (plain || isPlain(text))) {
      const at = subject.indexOf(text, start)
      return at < 0 ? undefined : [at + 1, at + text.length]
    }
    const anchored = text[0] === '^'
    const source = anchored ? text.slice(1) : text
    const pattern = take(source)
    const at = anchored ? start : pattern.find(subject, start)
    const end = anchored ? pattern.match(subject, at) : at === -1 ? -1 : pattern.end
    const values = end === -1 ? NONE : pattern.values(at, end, !find)
    keep(source, pattern)
    if (end === -1) return undefined
    return find ? [at + 1, end, ...values] : values.length === 1 ? values[0] : values
  }

  const gmatch: Native = (n, a, b) => {
    const subject = machine.string(a, 1, n)
    const pattern = new Pattern(machine, machine.string(b, 2, n))
    let from = 0
    return new Builtin(() => {
      const at = from > subject.length ? -1 : pattern.find(subject, from)
      if (at === -1) {
        from = subject.length + 1
        return undefined
      }
      const { end } = pattern
      from = end === at ? end + 1 : end
      const values = pattern.values(at, end, true)
      return values.length === 1 ? values[0] : values
    })
  }

  /** A text to replace matches with: what stands in it, and the numbers of captures. */
  const template = (text: ByteString): (ByteString | number)[] => {
    const parts: (ByteString | number)[] = []
    let from = 0
    for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 2)) {
      parts.push(text.slice(from, at))
      // A % at the end takes the zero byte behind C's string.
      const char = text[at + 1] ?? '\0'
      parts.push(char >= '0' && char <= '9' ? Number(char) : char)
      from = at + 2
    }
    parts.push(text.slice(from))
    return parts
  }

  /** What one match is replaced with. */
  const replacement = (
    by: LuaValue,
    parts: readonly (ByteString | number)[],
    pattern: Pattern,
    subject: ByteString,
    start: number,
    end: number,
  ): ByteString => {
    let value: LuaValue
    if (typeof by === 'string') {
      let text = ''
      for (const part of parts) {
        if (typeof part === 'string') text += part
        else text += part === 0 ? subject.slice(start, end) : (pattern.capture(part - 1, start, end) as string | number)
      }
      return text
    }
    if (by instanceof LuaFunction) {
      const { site } = machine
      value = first(machine.call(by, ...pattern.values(start, end, true)))
      machine.site = site
    } else value = machine.index(by, pattern.capture(0, start, end))
    if (value === undefined || value === false) return subject.slice(start, end)
    if (typeof value === 'string') return value
    return typeof value === 'number' ? machine.toString(value) : machine.error(`invalid replacement value (a ${typeName(value)})`)
  }

  const slice = (text: ByteString, from: number, to: number): { start: number; end: number } => ({
    start: Math.max(from < 0 ? text.length + from + 1 : from, 1),
    end: Math.min(to < 0 ? text.length + to + 1 : to, text.length),
  })

  const table = machine.library('string', {
    byte: (n, a, b, c) => {
      const text = machine.string(a, 1, n)
      const from = b === undefined ? 1 : machine.integer(b, 2, n)
      const { start, end } = slice(text, from, c === undefined ? from : machine.integer(c, 3, n))
      if (start === end) return text.charCodeAt(start - 1)
      if (end - start >= MAX_VALUES) machine.error('string slice too long')
      const codes: number[] = []
      for (let i = start; i <= end; i++) codes.push(text.charCodeAt(i - 1))
      return codes
    },
    char: (n, a, b, c, rest) => {
      let text = ''
      argumentsOf(n, a, b, c, rest).forEach((value, i) => {
        const code = machine.int(value, i + 1, n)
        if (code < 0 || code > 255) machine.argumentError(i + 1, 'invalid value')
        text += String.fromCharCode(code)
      })
      return text
    },
    dump: (n, a) => {
      if (!(a instanceof LuaFunction)) machine.typeError(1, 'function', a, n)
      return machine.error('unable to dump given function')
    },
    find: (n, a, b, c, [plain]) => search(n, a, b, c, plain !== undefined && plain !== false, true),
    match: (n, a, b, c) => search(n, a, b, c, false, false),
    gmatch,
    gsub: (n, a, b, c, [d]) => {
      const subject = machine.string(a, 1, n)
      const text = machine.string(b, 2, n)
      const by = typeof c === 'number' ? machine.toString(c) : c
      const limit = d === undefined ? subject.length + 1 : machine.int(d, 4, n)
      if (!(typeof by === 'string' || by instanceof LuaFunction || by instanceof Table)) {
        return machine.argumentError(3, 'string/function/table expected')
      }
      const anchored = text[0] === '^'
      const source = anchored ? text.slice(1) : text
      const pattern = take(source)
      let out = ''
      let copied = 0
      let count = 0
      let at = 0
      const parts = typeof by === 'string' ? template(by) : []
      while (count < limit && at <= subject.length) {
        const start = anchored ? at : pattern.find(subject, at)
        const end = anchored ? pattern.match(subject, at) : pattern.end
        if (start === -1 || end === -1) break
        count++
        out += subject.slice(copied, start) + replacement(by, parts, pattern, subject, start, end)
        copied = end
        if (out.length > MAX_STRING) machine.error('string length overflow')
        at = end > start ? end : end + 1
        if (anchored) break
      }
      keep(source, pattern)
      return [copied === 0 && out === '' ? subject : out + subject.slice(copied), count]
    },
    format: (n, a, b, c, rest) => format(machine, argumentsOf(n, a, b, c, rest)),
    len: (n, a) => machine.string(a, 1, n).length,
    // ASCII alone changes its case: the other bytes are no letters.
    lower: (n, a) => machine.string(a, 1, n).replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
    upper: (n, a) => machine.string(a, 1, n).replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
    rep: (n, a, b) => {
      const text = machine.string(a, 1, n)
      const times = machine.int(b, 2, n)
      if (times <= 0) return ''
      if (text.length * times > MAX_STRING) machine.error('resulting string too large')
      return text.repeat(times)
    },
    reverse: (n, a) => [...machine.string(a, 1, n)].reverse().join(''),
    sub: (n, a, b, c) => {
      const text = machine.string(a, 1, n)
      const { start, end } = slice(text, machine.integer(b, 2, n), c === undefined ? -1 : machine.integer(c, 3, n))
      return start > end ? '' : partOf(text, start - 1, end)
    },
  })
  table.set('gfind', table.get('gmatch'))
  const metatable = new Table()
  metatable.set('__index', table)
  machine.strings = metatable
}
