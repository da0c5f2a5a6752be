// Lua's patterns: compiled to a list of steps, matched with backtracking as the manual says, and counted: a pattern that
// goes back and forth without end ends with the script's budget. A mistake in a pattern is an error only when it is reached.
import { type ByteString, partOf } from '../../core/bytes.ts'
import { untilZero } from './errors.ts'
import type { Machine } from './machine.ts'
import type { LuaValue } from './value.ts'

const MAX_CAPTURES = 32
const UNFINISHED = -1
const POSITION = -2

/** Which bytes a class has. */
type ByteSet = Uint8Array

type Step =
  | { readonly kind: 'one' | 'any' | 'some' | 'least' | 'maybe' | 'frontier'; readonly set: ByteSet }
  | { readonly kind: 'open' | 'position' | 'close' | 'back'; readonly capture: number }
  | { readonly kind: 'balance'; readonly left: number; readonly right: number }
  | { readonly kind: 'end' | 'match' }
  | { readonly kind: 'error'; readonly message: string }

const QUANTIFIERS: Readonly<Record<string, 'any' | 'some' | 'least' | 'maybe'>> = { '*': 'any', '+': 'some', '-': 'least', '?': 'maybe' }
const CLASSES: Readonly<Record<string, RegExp>> = {
  a: /[A-Za-z]/,
  c: /[\x00-\x1f\x7f]/,
  d: /\d/,
  l: /[a-z]/,
  p: /[!-/:-@[-`{-~]/,
  s: /[\t-\r ]/,
  u: /[A-Z]/,
  w: /[A-Za-z\d]/,
  x: /[A-Fa-f\d]/,
  z: /\0/,
}

/** A mistake in a pattern. */
class PatternError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Whether a pattern has anything special in it; if not, it is found as it is. */
export function isPlain(pattern: ByteString): boolean {
  return !/[\^$*+?.([%-]/.test(untilZero(pattern))
}

export class Pattern {
  readonly #steps: readonly Step[]
  readonly #machine: Machine
  #subject: ByteString = ''
  /** How many captures the last match has. */
  captures = 0
  readonly #starts: number[] = []
  readonly #lengths: number[] = []
  /** The bytes that a match can begin with; null if it may be empty or is not known. Most places are ruled out by it. */
  readonly #first: ByteSet | null
  /** Where the match that `find` found ends. */
  end = 0

  constructor(machine: Machine, pattern: ByteString) {
    this.#machine = machine
    this.#steps = compile(untilZero(pattern))
    const first = this.#steps.find(({ kind }) => kind !== 'open' && kind !== 'position')!
    this.#first = first.kind === 'one' || first.kind === 'some' ? first.set : null
  }

  /** The first match that begins at an index or behind it. @returns where it begins; -1 if there is none */
  find(subject: ByteString, from: number): number {
    const first = this.#first
    for (let at = from; at <= subject.length; at++) {
      if (first !== null) {
        while (at < subject.length && first[subject.charCodeAt(at)] === 0) at++
        if (at === subject.length) return -1
      }
      const end = this.match(subject, at)
      if (end !== -1) {
        this.end = end
        return at
      }
    }
    return -1
  }

  /** Where a match that begins at an index ends; -1 if none does. */
  match(subject: ByteString, at: number): number {
    this.#subject = subject
    this.captures = 0
    return this.#match(at, 0)
  }

  /** A capture of the last match, which went from `start` to `end`; the first is the whole if the pattern has none. */
  capture(index: number, start: number, end: number): LuaValue {
    if (index >= this.captures) {
      if (index !== 0) return this.#machine.error('invalid capture index')
      return partOf(this.#subject, start, end)
    }
    const from = this.#starts[index]
    const length = this.#lengths[index]
    if (length === POSITION) return from + 1
    if (length === UNFINISHED) return this.#machine.error('unfinished capture')
    return partOf(this.#subject, from, from + length)
  }

  /** All captures, or the whole match. @param whole whether the whole counts where there is no capture */
  values(start: number, end: number, whole: boolean): LuaValue[] {
    const count = this.captures === 0 && whole ? 1 : this.captures
    const values: LuaValue[] = []
    for (let i = 0; i < count; i++) values.push(this.capture(i, start, end))
    return values
  }

  #match(from: number, first: number): number {
    const subject = this.#subject
    const { length } = subject
    const machine = this.#machine
    let at = from
    for (let index = first; ; index++) {
      if (--machine.steps < 0) machine.tick()
      const step = this.#steps[index]
      switch (step.kind) {
        case 'one':
          if (at >= length || step.set[subject.charCodeAt(at)] === 0) return -1
          at++
          continue
        case 'any':
        case 'some': {
          const { set } = step
          let end = at
          while (end < length && set[subject.charCodeAt(end)] === 1) end++
          const least = step.kind === 'some' ? at + 1 : at
          if (this.#steps[index + 1].kind === 'match') return end >= least ? end : -1
          for (; end >= least; end--) {
            const found = this.#match(end, index + 1)
            if (found !== -1) return found
          }
          return -1
        }
        case 'least':
          for (;;) {
            const found = this.#match(at, index + 1)
            if (found !== -1) return found
            if (at >= length || step.set[subject.charCodeAt(at)] === 0) return -1
            at++
          }
        case 'maybe':
          if (at < length && step.set[subject.charCodeAt(at)] === 1) {
            const found = this.#match(at + 1, index + 1)
            if (found !== -1) return found
          }
          continue
        case 'frontier': {
          const before = at === 0 ? 0 : subject.charCodeAt(at - 1)
          const here = at < length ? subject.charCodeAt(at) : 0
          if (step.set[before] === 1 || step.set[here] === 0) return -1
          continue
        }
        case 'open':
        case 'position': {
          this.#starts[step.capture] = at
          this.#lengths[step.capture] = step.kind === 'open' ? UNFINISHED : POSITION
          this.captures = step.capture + 1
          const found = this.#match(at, index + 1)
          if (found === -1) this.captures = step.capture
          return found
        }
        case 'close': {
          this.#lengths[step.capture] = at - this.#starts[step.capture]
          const found = this.#match(at, index + 1)
          if (found === -1) this.#lengths[step.capture] = UNFINISHED
          return found
        }
        case 'back': {
          const size = this.#lengths[step.capture]
          const start = this.#starts[step.capture]
          if (size === POSITION || !subject.startsWith(subject.slice(start, start + size), at)) return -1
          at += size
          continue
        }
        case 'balance':
          at = balance(subject, at, step.left, step.right)
          if (at === -1) return -1
          continue
        case 'end':
          if (at !== length) return -1
          continue
        case 'match':
          return at
        case 'error':
          return machine.error(step.message)
      }
    }
  }
}

function balance(subject: ByteString, at: number, left: number, right: number): number {
  if (at >= subject.length || subject.charCodeAt(at) !== left) return -1
  let depth = 1
  for (let i = at + 1; i < subject.length; i++) {
    const code = subject.charCodeAt(i)
    if (code === right) {
      if (--depth === 0) return i + 1
    } else if (code === left) depth++
  }
  return -1
}

function compile(pattern: ByteString): Step[] {
  const steps: Step[] = []
  const open: number[] = []
  let captures = 0
  let at = 0
  try {
    while (at < pattern.length) {
      const char = pattern[at]
      if (char === '(') {
        if (captures >= MAX_CAPTURES) throw new PatternError('too many captures')
        if (pattern[at + 1] === ')') {
          steps.push({ kind: 'position', capture: captures++ })
          at += 2
        } else {
          open.push(captures)
          steps.push({ kind: 'open', capture: captures++ })
          at++
        }
        continue
      }
      if (char === ')') {
        const capture = open.pop()
        if (capture === undefined) throw new PatternError('invalid pattern capture')
        steps.push({ kind: 'close', capture })
        at++
        continue
      }
      if (char === '$' && at + 1 === pattern.length) {
        steps.push({ kind: 'end' })
        at++
        continue
      }
      if (char === '%') {
        const next = pattern[at + 1]
        if (next === 'b') {
          if (at + 3 >= pattern.length) throw new PatternError('unbalanced pattern')
          steps.push({ kind: 'balance', left: pattern.charCodeAt(at + 2), right: pattern.charCodeAt(at + 3) })
          at += 4
          continue
        }
        if (next === 'f') {
          at += 2
          if (pattern[at] !== '[') throw new PatternError("missing '[' after '%f' in pattern")
          const end = classEnd(pattern, at)
          steps.push({ kind: 'frontier', set: setOf(pattern, at, end) })
          at = end
          continue
        }
        if (next !== undefined && next >= '0' && next <= '9') {
          const capture = Number(next) - 1
          if (capture < 0 || capture >= captures || open.includes(capture)) throw new PatternError('invalid capture index')
          steps.push({ kind: 'back', capture })
          at += 2
          continue
        }
      }
      const end = classEnd(pattern, at)
      const set = setOf(pattern, at, end)
      const quantifier = end < pattern.length ? QUANTIFIERS[pattern[end]] : undefined
      steps.push({ kind: quantifier ?? 'one', set })
      at = quantifier === undefined ? end : end + 1
    }
    steps.push({ kind: 'match' })
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    steps.push({ kind: 'error', message: error.message })
  }
  return steps
}

/** Where the class that starts at an index ends. */
function classEnd(pattern: ByteString, start: number): number {
  let at = start + 1
  if (pattern[start] === '%') {
    if (at >= pattern.length) throw new PatternError("malformed pattern (ends with '%')")
    return at + 1
  }
  if (pattern[start] !== '[') return at
  if (pattern[at] === '^') at++
  do {
    if (at >= pattern.length) throw new PatternError("malformed pattern (missing ']')")
    if (pattern[at++] === '%' && at < pattern.length) at++
  } while (pattern[at] !== ']')
  return at + 1
}

function setOf(pattern: ByteString, start: number, end: number): ByteSet {
  const set = new Uint8Array(256)
  const char = pattern[start]
  if (char === '.') return set.fill(1)
  if (char === '%') addClass(set, pattern[start + 1])
  else if (char !== '[') set[char.charCodeAt(0)] = 1
  else {
    const negated = pattern[start + 1] === '^'
    for (let at = start + (negated ? 2 : 1); at < end - 1; at++) {
      if (pattern[at] === '%') addClass(set, pattern[++at])
      else if (pattern[at + 1] === '-' && at + 2 < end - 1) {
        for (let code = pattern.charCodeAt(at); code <= pattern.charCodeAt(at + 2); code++) set[code] = 1
        at += 2
      } else set[pattern.charCodeAt(at)] = 1
    }
    if (negated) for (let code = 0; code < 256; code++) set[code] = 1 - set[code]
  }
  return set
}

function addClass(set: ByteSet, letter: string): void {
  const expression = Object.hasOwn(CLASSES, letter.toLowerCase()) ? CLASSES[letter.toLowerCase()] : undefined
  if (expression === undefined) {
    set[letter.charCodeAt(0)] = 1
    return
  }
  const wanted = letter === letter.toLowerCase()
  for (let code = 0; code < 256; code++) if (expression.test(String.fromCharCode(code)) === wanted) set[code] = 1
}
