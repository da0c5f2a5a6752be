// The classes of keyspace events, named by the letters of `notify-keyspace-events`.

/** One bit a class. `kind` of Database.changed. */
export const EVENT = {
  keyspace: 1, // K
  keyevent: 2, // E
  generic: 4, // g
  string: 8, // $
  list: 16, // l
  set: 32, // s
  hash: 64, // h
  zset: 128, // z
  expired: 256, // x
  evicted: 512, // e
  stream: 1024, // t
  miss: 2048, // m
  module: 4096, // d
  new: 8192, // n
  overwritten: 16_384, // o
  typeChanged: 32_768, // c
} as const

const LETTERS = 'KEg$lshzxetmdnoc'
/** `A` stands for all but misses, new keys and what is overwritten. */
const ALL = 0b01011111111100

/** @returns the classes, or -1 if a letter is unknown */
export function parseEvents(letters: string): number {
  let events = 0
  for (const letter of letters) {
    const bit = LETTERS.indexOf(letter)
    if (letter === 'A') events |= ALL
    else if (bit < 0) return -1
    else events |= 1 << bit
  }
  return events
}

/** The classes in Redis's order: the kinds of event first, then K, E and m. */
export function formatEvents(events: number): string {
  const named = (letters: string): string => [...letters].filter((letter) => (events >> LETTERS.indexOf(letter)) & 1).join('')
  return ((events & ALL) === ALL ? 'A' : named('g$lshzxetd')) + named('nocKEm')
}

/** What CONFIG GET shows of them: Redis's `A` hides `n`, `o` and `c`. */
export const shownEvents = (letters: string): string => letters.replace(/^An?o?c?/, 'A')
