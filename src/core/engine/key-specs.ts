// Where a command's keys are. A row says it in one line, several specs parted by commas:
//   `1 RO access`            the key at position 1
//   `1..-1/2 OW update`      from 1 to the last word, every second
//   `#2 RO access`           the number of keys at position 2, the keys behind it
//   `#1/2 OW update`         the same, every second word behind it
//   `STREAMS@1 RO access`    after the word STREAMS, looked for from position 1, the first half of what follows
//   `STORE@6+ OW update`     the one word after STORE
//   `KEYS@-2* RW access`     all words after KEYS, looked for from the last word but one backwards
//   `?STORE OW update`       the word after the last STORE of SORT; COMMAND INFO calls such a place unknown
import type { ByteString } from '../bytes.ts'
import type { Argv, Row } from './command.ts'

export interface KeySpec {
  readonly kind: 'range' | 'keynum' | 'keyword' | 'unknown'
  /** Position of the first key or of the number of keys; where the search for the keyword starts. */
  readonly index: number
  readonly keyword: string
  /** Last key: negative from the end of the command, otherwise counted from the first. */
  readonly last: number
  readonly step: number
  /** Only the first of so many parts of what follows are keys; 0 for all. */
  readonly limit: number
  /** Redis's words: RO, RW, OW, RM and access, update, insert, delete and others. */
  readonly flags: readonly string[]
}

const SPEC = /^(?:(?:(\d+)(?:\.\.(-?\d+))?|#(\d+))(?:\/(\d+))?|([A-Z]+)@(-?\d+)([+*]?)|\?([A-Z]*)) (.+)$/

export function keySpecs(row: Row): KeySpec[] {
  return row.keys === '' ? [] : row.keys.split(', ').map(parseSpec)
}

function parseSpec(text: string): KeySpec {
  const [, first, last, keynum, step = 1, keyword, from, words, unknown, flags] = SPEC.exec(text)!
  const rest = { keyword: '', last: 0, step: +step, limit: 0, flags: flags.split(' ') }
  if (first !== undefined) {
    const lastKey = last === undefined ? 0 : +last < 0 ? +last : +last - +first
    return { ...rest, kind: 'range', index: +first, last: lastKey }
  }
  if (keynum !== undefined) return { ...rest, kind: 'keynum', index: +keynum }
  if (keyword !== undefined)
    return { ...rest, kind: 'keyword', index: +from, keyword, last: words === '+' ? 0 : -1, limit: words === '' ? 2 : 0 }
  return { ...rest, kind: 'unknown', index: 0, keyword: unknown }
}

/** Whether it tells of keys: others tell of shard channels, which are in slots as keys are. */
export const isOfKeys = ({ flags }: KeySpec): boolean => flags[0] !== 'not_key'

/** First and last key and the step between keys, as older clients ask for them; all 0 if there is no such range. */
export function keyRange(row: Row): [first: number, last: number, step: number] {
  const [spec, next] = keySpecs(row)
  if (spec === undefined || spec.kind !== 'range') return [0, 0, 0]
  const end = spec.last < 0 ? spec.last : spec.index + spec.last
  // Two ranges that touch are one.
  if (next?.kind === 'range' && next.index === end + 1) return [spec.index, next.last < 0 ? next.last : next.index + next.last, 1]
  return [spec.index, end, spec.step]
}

export interface FoundKey {
  readonly key: ByteString
  /** Its position in the command line. */
  readonly at: number
  readonly flags: readonly string[]
}

/** The keys of a command line. @returns null if there cannot be so many keys, or are none */
export function findKeys(row: Row, argv: Argv, specs = keySpecs(row)): FoundKey[] | null {
  const found: FoundKey[] = []
  for (const spec of specs) {
    const positions = locate(spec, argv)
    if (positions === null) return null
    const flags = spec.flags.includes('variable_flags') ? flagsOf(row, argv) : spec.flags
    // MIGRATE with many keys has an empty one in the place of the only one.
    const none = row.name === 'migrate' && argv[3] === '' && argv.length > 6 ? 3 : -1
    for (const at of positions) if (at < argv.length && at !== none) found.push({ key: argv[at], at, flags })
  }
  return found
}

/** What SET and BITFIELD do with their key depends on their options. */
function flagsOf(row: Row, argv: Argv): string[] {
  const readWrite = ['RW', 'access', 'update']
  if (row.name === 'set') return argv.some((word, i) => i > 2 && /^(?:GET|IFD?(?:EQ|NE))$/i.test(word)) ? readWrite : ['OW', 'update']
  // Whatever is not a whole GET or OVERFLOW may write.
  for (let i = 2, words = 0; i < argv.length; i += words) {
    words = BITFIELD_READS[argv[i].toUpperCase()] ?? Infinity
    if (i + words > argv.length) return readWrite
  }
  return ['RO', 'access']
}

/** How many words what BITFIELD only reads by has. */
const BITFIELD_READS: Readonly<Record<string, number>> = { GET: 3, OVERFLOW: 2 }

function locate(spec: KeySpec, argv: Argv): number[] | null {
  switch (spec.kind) {
    case 'range': {
      const last = spec.last < 0 ? argv.length + spec.last : spec.index + spec.last
      return last < spec.index || last >= argv.length ? null : range(spec.index, last, spec.step)
    }
    case 'keynum': {
      const count = Number.parseInt(argv[spec.index], 10)
      const last = spec.index + 1 + (count - 1) * spec.step
      if (!(count > 0) || last >= argv.length) return null
      return range(spec.index + 1, last, spec.step)
    }
    case 'keyword': {
      const said = argv.map((word) => word.toUpperCase())
      const at = spec.index < 0 ? said.lastIndexOf(spec.keyword, spec.index) : said.indexOf(spec.keyword, spec.index)
      if (at < 0) return []
      const words = argv.length - at - 1
      if (words < spec.limit) return null
      return range(at + 1, spec.limit > 0 ? at + Math.floor(words / spec.limit) : spec.last < 0 ? argv.length - 1 : at + 1, 1)
    }
    case 'unknown': {
      let found: number[] = []
      for (let i = 2; i < argv.length; i++) {
        const word = argv[i].toUpperCase()
        if (word === spec.keyword && i + 1 < argv.length) found = [i + 1]
        i += SORT_WORDS[word] ?? 0
      }
      return found
    }
  }
}

/** How many words behind an option of SORT are passed over; that behind STORE is not, as in Redis. */
const SORT_WORDS: Readonly<Record<string, number>> = { LIMIT: 2, GET: 1, BY: 1 }

function range(first: number, last: number, step: number): number[] {
  const positions: number[] = []
  for (let at = first; at <= last; at += step) positions.push(at)
  return positions
}
