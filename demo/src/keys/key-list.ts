// The keys that the browser shows: found by SCAN, page after page, with type and expiry. It is read anew when data has
// changed, up to where it had come.
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Redis } from 'isodis'
import { show, type Shown } from '../bytes-shown.ts'

export interface ListedKey {
  readonly name: Shown
  readonly type: string
  /** Milliseconds, -1 for never. */
  readonly ttl: number
}

export interface Found {
  readonly keys: readonly ListedKey[]
  /** Whether SCAN has not come to its end. */
  readonly more: boolean
}

export interface Filter {
  /** A pattern, or a part of the name. */
  readonly text: string
  /** As TYPE says it; empty for all. */
  readonly type: string
  readonly db: number
}

const PAGE_SIZE = 200
/** Keys that SCAN looks at in one go. */
const SCAN_COUNT = 1000

export class KeyList {
  readonly #redis: Redis
  readonly #found = signal<Found | null>(null)
  readonly #filter = signal<Filter>({ text: '', type: '', db: 0 })
  #wanted = PAGE_SIZE
  /** Grows with every reading, so that an older one that comes later is dropped. */
  #reading = 0

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Null until it is read. */
  get found(): ReadonlySignal<Found | null> {
    return this.#found
  }

  get filter(): ReadonlySignal<Filter> {
    return this.#filter
  }

  async setFilter(filter: Filter): Promise<void> {
    if (filter.db !== this.#filter.value.db) await this.#redis.call('SELECT', filter.db)
    this.#filter.value = filter
    this.#wanted = PAGE_SIZE
    await this.read()
  }

  async readMore(): Promise<void> {
    this.#wanted += PAGE_SIZE
    await this.read()
  }

  async read(): Promise<void> {
    const reading = ++this.#reading
    const { text, type } = this.#filter.value
    const options = {
      count: SCAN_COUNT,
      match: patternOf(text),
      ...(type === '' ? {} : { type: type as 'string' }),
    }
    const names: Uint8Array[] = []
    let cursor = '0'
    do {
      const [next, keys] = await this.#redis.bytes.scan(cursor, options)
      names.push(...keys)
      cursor = next
    } while (cursor !== '0' && names.length < this.#wanted && reading === this.#reading)
    const more = cursor !== '0' || names.length > this.#wanted
    const keys = await this.#describe(names.slice(0, this.#wanted))
    if (reading === this.#reading) this.#found.value = { keys, more }
  }

  async #describe(names: readonly Uint8Array[]): Promise<ListedKey[]> {
    const pipeline = this.#redis.pipeline()
    for (const name of names) {
      pipeline.type(name)
      pipeline.pttl(name)
    }
    const replies: readonly unknown[] = await pipeline.exec()
    return names.flatMap((name, i) => {
      const [type, ttl] = [String(replies[2 * i]), Number(replies[2 * i + 1])]
      // It may have gone in between.
      return type === 'none' ? [] : [{ name: show(name), type, ttl }]
    })
  }
}

function patternOf(text: string): string {
  if (text === '') return '*'
  return /[*?[\]\\]/.test(text) ? text : `*${text}*`
}

const UNITS: readonly [suffix: string, milliseconds: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
]

/** `3 h`, `12 s`. */
export function formatTtl(milliseconds: number): string {
  for (const [suffix, size] of UNITS) if (milliseconds >= size) return `${Math.floor(milliseconds / size)} ${suffix}`
  return `${Math.ceil(milliseconds / 1000)} s`
}
