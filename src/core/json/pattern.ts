// Regular expressions of filters (`=~`). Those of JS go back and try again, for as long as it takes: one expression could hold the
// engine up for ever. Here all ways are followed at once, char by char, so a text takes time in proportion to its length. What
// cannot be done so is left out: references back, and looking ahead or behind.
const MOST_NESTED = 50
/** Counted repetitions are written out. An expression may have so many parts after that. */
const MOST_PARTS = 5000

type Test = (code: number) => boolean
/** Whether it holds between two chars; NaN before the first and behind the last. */
type Assertion = (before: number, after: number) => boolean

type Node =
  | { readonly kind: 'char'; readonly test: Test }
  | { readonly kind: 'assert'; readonly holds: Assertion }
  | { readonly kind: 'all'; readonly nodes: readonly Node[] }
  | { readonly kind: 'one'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }

/** A step of the program: takes a char, holds at a place, or goes on at other steps. */
interface Step {
  readonly test?: Test
  readonly holds?: Assertion
  /** Where it goes on; by itself at the step behind it. */
  next?: number[]
}

class Unreadable extends Error {}

const isDigit: Test = (code) => code >= 48 && code <= 57
const isWord: Test = (code) => isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isSpace: Test = (code) => code === 32 || (code >= 9 && code <= 13)
const not =
  (test: Test): Test =>
  (code) =>
    !test(code)
const CLASSES: Readonly<Record<string, Test>> = { d: isDigit, w: isWord, s: isSpace }
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', a: '\x07', 0: '\0' }
const atWordEdge: Assertion = (before, after) => isWord(before) !== isWord(after)

/** Tells whether a part of a text matches; no text matches an expression that cannot be read, as RedisJSON has it. */
export function matcher(pattern: string): (text: string) => boolean {
  try {
    const steps = compile(new Reader(pattern).whole())
    return (text) => run(steps, text)
  } catch (error) {
    if (error instanceof Unreadable) return () => false
    throw error
  }
}

class Reader {
  readonly #chars: readonly string[]
  #at = 0
  #nested = 0
  #anyCase = false

  constructor(pattern: string) {
    this.#chars = [...pattern]
  }

  whole(): Node {
    const node = this.#alternatives()
    if (this.#at < this.#chars.length) throw new Unreadable()
    return node
  }

  #take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false
    this.#at++
    return true
  }

  #next(): string {
    if (this.#at === this.#chars.length) throw new Unreadable()
    return this.#chars[this.#at++]
  }

  #alternatives(): Node {
    if (++this.#nested > MOST_NESTED) throw new Unreadable()
    const nodes: Node[] = []
    do {
      const sequence: Node[] = []
      while (this.#at < this.#chars.length && !'|)'.includes(this.#chars[this.#at])) sequence.push(this.#repeated())
      nodes.push({ kind: 'all', nodes: sequence })
    } while (this.#take('|'))
    this.#nested--
    return { kind: 'one', nodes }
  }

  #repeated(): Node {
    let node = this.#single()
    for (;;) {
      const rest = this.#chars.slice(this.#at, this.#at + 16).join('')
      const [text, one, least, comma, most] = /^(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})\??/.exec(rest) ?? ['']
      if (text === '') return node
      this.#at += text.length
      const from = one === undefined ? +least : one === '+' ? 1 : 0
      const to = one === undefined ? (comma === '' ? +least : most === '' ? Infinity : +most) : one === '?' ? 1 : Infinity
      if (to < from) throw new Unreadable()
      node = { kind: 'repeat', node, least: from, most: to }
    }
  }

  #single(): Node {
    const char = this.#next()
    if (char === '(') return this.#group()
    if (char === '[') return this.#char(this.#set())
    if (char === '.') return { kind: 'char', test: (code) => code !== 10 }
    if (char === '^') return { kind: 'assert', holds: Number.isNaN }
    if (char === '$') return { kind: 'assert', holds: (_before, after) => Number.isNaN(after) }
    if (char === '\\') {
      const next = this.#chars[this.#at]
      if (next === 'b' || next === 'B') {
        this.#at++
        return { kind: 'assert', holds: next === 'b' ? atWordEdge : (before, after) => !atWordEdge(before, after) }
      }
      return this.#char(this.#escaped())
    }
    if ('*+?{'.includes(char)) throw new Unreadable()
    return this.#char(is(char))
  }

  #char(test: Test): Node {
    if (!this.#anyCase) return { kind: 'char', test }
    const cased = (code: number): string => String.fromCodePoint(code)
    return {
      kind: 'char',
      test: (code) => test(code) || test(cased(code).toLowerCase().codePointAt(0)!) || test(cased(code).toUpperCase().codePointAt(0)!),
    }
  }

  /** Behind the parenthesis: its kind, if it has one, and what is in it. */
  #group(): Node {
    if (this.#take('?')) {
      const [text, flags, end] = /^(?:(i?)([:)])|P?<\w+>)/.exec(this.#chars.slice(this.#at, this.#at + 64).join('')) ?? []
      if (text === undefined) throw new Unreadable()
      this.#at += text.length
      if (flags === 'i') this.#anyCase = true
      if (end === ')') return { kind: 'all', nodes: [] }
    }
    const node = this.#alternatives()
    if (!this.#take(')')) throw new Unreadable()
    return node
  }

  /** Behind a backslash. */
  #escaped(): Test {
    const char = this.#next()
    const lower = char.toLowerCase()
    if (Object.hasOwn(CLASSES, lower)) return char === lower ? CLASSES[lower] : not(CLASSES[lower])
    if (Object.hasOwn(CONTROLS, char)) return is(CONTROLS[char])
    if (/[\da-z]/i.test(char)) throw new Unreadable()
    return is(char)
  }

  /** Behind the bracket of a class. */
  #set(): Test {
    const negative = this.#take('^')
    const tests: Test[] = []
    for (let first = true; first || !this.#take(']'); first = false) {
      const char = this.#next()
      if (char === '\\') {
        tests.push(this.#escaped())
        continue
      }
      // A class in a class, such as `[[:alpha:]]`.
      if (char === '[') throw new Unreadable()
      const [dash, end] = [this.#chars[this.#at], this.#chars[this.#at + 1]]
      if (dash !== '-' || end === ']' || end === undefined) {
        tests.push(is(char))
        continue
      }
      const [from, to] = [char.codePointAt(0)!, end.codePointAt(0)!]
      if (end === '\\' || to < from) throw new Unreadable()
      tests.push((code) => code >= from && code <= to)
      this.#at += 2
    }
    const any: Test = (code) => tests.some((test) => test(code))
    return negative ? not(any) : any
  }
}

function is(char: string): Test {
  const wanted = char.codePointAt(0)
  return (code) => code === wanted
}

function compile(node: Node): Step[] {
  const steps: Step[] = []
  let parts = 0
  const add = (step: Step): Step => {
    steps.push(step)
    return step
  }
  const write = (each: Node): void => {
    // Not steps are counted: of a part that has none, such as `a{0}`, there could be any number.
    if (++parts > MOST_PARTS) throw new Unreadable()
    if (each.kind === 'char' || each.kind === 'assert') add(each.kind === 'char' ? { test: each.test } : { holds: each.holds })
    else if (each.kind === 'all') each.nodes.forEach(write)
    else if (each.kind === 'one') {
      const fork = add({ next: [] })
      const ends = each.nodes.map((alternative) => {
        fork.next!.push(steps.length)
        write(alternative)
        return add({})
      })
      for (const end of ends) end.next = [steps.length]
    } else {
      for (let i = 0; i < each.least; i++) write(each.node)
      if (each.most === Infinity) {
        const start = steps.length
        const fork = add({})
        write(each.node)
        add({ next: [start] })
        fork.next = [start + 1, steps.length]
      } else {
        const forks: Step[] = []
        for (let i = each.least; i < each.most; i++) {
          forks.push(add({ next: [steps.length + 1] }))
          write(each.node)
        }
        for (const fork of forks) fork.next!.push(steps.length)
      }
    }
  }
  write(node)
  return steps
}

function run(steps: readonly Step[], text: string): boolean {
  /** At which char each step was reached last. */
  const reached = new Int32Array(steps.length + 1).fill(-1)
  let waiting: number[] = []
  let before = NaN
  for (let at = 0, count = 0; ; count++) {
    const after = text.codePointAt(at) ?? NaN
    // A match may begin anywhere.
    const open = [...waiting, 0]
    const taking: number[] = []
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      if (reached[step] === count) continue
      reached[step] = count
      if (step === steps.length) return true
      const { test, holds, next } = steps[step]
      if (test !== undefined) taking.push(step)
      else if (next !== undefined) open.push(...next)
      else if (holds === undefined || holds(before, after)) open.push(step + 1)
    }
    if (Number.isNaN(after)) return false
    waiting = taking.filter((step) => steps[step].test!(after)).map((step) => step + 1)
    before = after
    at += after > 0xffff ? 2 : 1
  }
}
