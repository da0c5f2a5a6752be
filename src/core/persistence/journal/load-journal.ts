// Loading a journal: its base, then every command since. What a crash cut off at the end of the last part is dropped, with
// a line in the log; anything else that is wrong is an error, and the journal stays as it is.
import { type ByteString, fromUint8Array } from '../../bytes.ts'
import { arityFits, type Row } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import { whatBrings, wrongArity } from '../../engine/errors.ts'
import { elapsed, nextTurn } from '../../engine/ports.ts'
import type { Session } from '../../engine/session.ts'
import { ReplyError } from '../../reply.ts'
import { asyncIterator } from '../../symbols.ts'
import { damaged, Incoming } from '../load.ts'
import { isRdb, type RdbReader, readRdb } from '../rdb/reader.ts'
import { type JournalPart, type JournalStore, StorageError } from '../storage.ts'
import { JournalFormatError, JournalReader } from './journal-reader.ts'

/** Commands are run for so long between two turns of the host. */
const SLICE_MS = 4

export interface JournalSizes {
  /** Bytes of the base, and of all parts. */
  readonly base: number
  readonly total: number
}

/** @returns null if there is no journal; @throws StorageError, RdbError */
export async function loadJournal(engine: Engine, store: JournalStore): Promise<JournalSizes | null> {
  const parts = await store.parts()
  if (parts === null) return null
  const loader = new Loader(engine)
  engine.loading = true
  try {
    let base = 0
    for (const [i, part] of parts.entries()) {
      const last = i === parts.length - 1
      const size = await loader.load(part, last ? store : null)
      if (part.base) base += size
    }
    engine.log('notice', 'DB loaded from append only file')
    return { base, total: loader.total }
  } finally {
    engine.loading = false
    loader.session.close()
  }
}

class Loader {
  readonly session: Session
  total = 0
  readonly #engine: Engine
  #transaction: ByteString[][] | null = null
  #pause: number

  constructor(engine: Engine) {
    this.#engine = engine
    this.session = engine.connect({ trusted: true })
    this.session.mayBlock = false
    this.#pause = elapsed(engine.clock) + SLICE_MS
  }

  /** @param cut the store, if this is the last part: its tail may be torn; @returns how many bytes it has */
  async load(part: JournalPart, cut: JournalStore | null): Promise<number> {
    this.session.db = this.#engine.database(0)
    const chunks = part.read()[asyncIterator]()
    try {
      const first = await chunks.next()
      const size = first.done
        ? 0
        : await (isRdb(first.value) ? this.#loadRdb(part, first.value, chunks, cut) : this.#loadCommands(part, first.value, chunks, cut))
      this.total += size
      return size
    } finally {
      await chunks.return?.() // or its file stays open when it is damaged
    }
  }

  /** Before Redis 7, commands followed the base in the same file. */
  async #loadRdb(part: JournalPart, first: Uint8Array, rest: AsyncIterator<Uint8Array>, cut: JournalStore | null): Promise<number> {
    const incoming = new Incoming(this.#engine, true)
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      for (let chunk = first; ;) {
        yield chunk
        const next = await rest.next()
        if (next.done) return
        chunk = next.value
      }
    }
    let reader: RdbReader
    let install: () => void
    try {
      reader = await readRdb(chunks(), incoming, () => this.#breathe(), true)
      install = incoming.prepare()
    } catch (cause) {
      throw damaged(part.name, cause)
    }
    install()
    return this.#loadCommands(part, reader.rest, rest, cut, reader.position)
  }

  async #loadCommands(
    part: JournalPart,
    first: Uint8Array,
    rest: AsyncIterator<Uint8Array>,
    cut: JournalStore | null,
    start = 0,
  ): Promise<number> {
    const reader = new JournalReader(start)
    /** Everything up to this offset has been run. */
    let good = start
    try {
      for (let next: IteratorResult<Uint8Array> = { value: first, done: false }; !next.done; next = await rest.next()) {
        reader.push(next.value)
        for (let argv = reader.next(); argv !== null; argv = reader.next()) {
          this.#run(argv, part, reader.position)
          if (this.#transaction === null) good = reader.position
          if (elapsed(this.#engine.clock) >= this.#pause) await this.#breathe()
        }
      }
    } catch (error) {
      if (!(error instanceof JournalFormatError)) throw error
      const tail = await restOf(reader, rest)
      // A file that grew before its last bytes were written ends in zeros after a power cut.
      if (cut !== null && tail.zeros) return this.#cut(part, cut, good, 0)
      return this.#cutDamaged(part, cut, good, reader.position, tail.end)
    }
    if (reader.rest.length > 0 || this.#transaction !== null) return this.#cut(part, cut, good, commandsIn(reader.rest))
    return good
  }

  /** @param more how many whole commands were found in what is cut off: a damaged length has swallowed them */
  async #cut({ name }: JournalPart, store: JournalStore | null, length: number, more: number): Promise<number> {
    const { config, log } = this.#engine
    if (store === null || !config.isOn('aof-load-truncated')) {
      throw new StorageError(
        `Unexpected end of file reading the append only file ${name}${store === null ? '' : "; with 'aof-load-truncated' its end would be cut off"}`,
      )
    }
    log('warning', `!!! Warning: short read while loading the AOF file ${name}!!!`)
    log('warning', `AOF ${name} loaded anyway because aof-load-truncated is enabled`)
    if (more > 0) log('warning', `What is cut off has ${more} whole commands in it: a length in the AOF ${name} was damaged`)
    return this.#truncate(name, store, length)
  }

  /** Since Redis 8.4, what is damaged may be cut off too, if it is near the end. @param at where it is found out; @param end of the part */
  async #cutDamaged({ name }: JournalPart, store: JournalStore | null, length: number, at: number, end: number): Promise<number> {
    const { config, log } = this.#engine
    const lost = end - length
    if (store === null || lost > config.number('aof-load-corrupt-tail-max-size')) {
      throw new StorageError(
        `Bad file format reading the append only file ${name}: it is damaged at byte ${at}${store === null ? '' : `; with 'aof-load-corrupt-tail-max-size ${lost}' its end would be cut off`}`,
      )
    }
    log(
      'warning',
      `AOF ${name} is damaged at byte ${at}, and loaded without its last ${lost} bytes because of aof-load-corrupt-tail-max-size`,
    )
    return this.#truncate(name, store, length)
  }

  async #truncate(name: string, store: JournalStore, length: number): Promise<number> {
    const { log } = this.#engine
    log('warning', `Truncating the AOF ${name} at offset ${length}`)
    this.#transaction = null
    const kept = await store.truncate(length)
    if (kept !== undefined) log('warning', `What was cut off is kept in ${kept}`)
    return length
  }

  #run(argv: ByteString[], part: JournalPart, position: number): void {
    const name = argv[0].toLowerCase()
    if (name === 'multi' && this.#transaction === null) this.#transaction = []
    else if (name === 'exec' && this.#transaction !== null) {
      const commands = this.#transaction
      this.#transaction = null
      for (const command of commands) this.#run(command, part, position)
    } else if (this.#transaction !== null) this.#transaction.push(argv)
    else {
      try {
        this.#engine.begin()
        const command = this.#known(argv, part)
        if (!arityFits(command, argv.length)) throw wrongArity(command.name)
        // A handler gives a promise only if it waits for a save, and nothing is saved while a journal is loaded.
        void command.handler(this.session.db, argv, this.session)
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error
        throw new StorageError(
          `The command ${argv[0].slice(0, 32)} before byte ${position} of the append only file ${part.name} fails: ${error.text}`,
        )
      }
    }
  }

  #known(argv: ByteString[], { name }: JournalPart): Row {
    const { table } = this.#engine
    try {
      return table.find(argv)
    } catch {
      if (argv[0].toLowerCase() === table.replayed?.name) return table.replayed
      throw new StorageError(
        `Unknown command '${argv[0].slice(0, 32)}' reading the append only file ${name} ${whatBrings(argv[0], table.leftOut)}`.trim(),
      )
    }
  }

  async #breathe(): Promise<void> {
    await nextTurn(this.#engine.clock)
    this.#pause = elapsed(this.#engine.clock) + SLICE_MS
  }
}

/** How many whole commands follow a damaged one. */
function commandsIn(rest: Uint8Array): number {
  const text = fromUint8Array(rest)
  const [next] = text.matchAll(/\r\n(?=\*\d+\r\n\$\d+\r\n)/g)
  if (next === undefined) return 0
  const reader = new JournalReader()
  reader.push(rest.subarray(next.index + 2))
  let count = 0
  try {
    while (reader.next() !== null) count++
  } catch (error) {
    if (!(error instanceof JournalFormatError)) throw error
  }
  return count
}

/** Where a part ends whose rest could not be read, and whether that rest is the beginning of a command, then nothing but zeros. */
async function restOf(reader: JournalReader, chunks: AsyncIterator<Uint8Array>): Promise<{ end: number; zeros: boolean }> {
  const { rest } = reader
  let end = reader.position + rest.length
  let used = rest.length
  while (used > 0 && rest[used - 1] === 0) used--
  let zeros = isTorn(rest.subarray(0, used))
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    end += next.value.length
    zeros &&= next.value.every((byte) => byte === 0)
  }
  return { end, zeros }
}

/** Whether bytes are the beginning of a command. */
function isTorn(bytes: Uint8Array): boolean {
  const reader = new JournalReader()
  reader.push(bytes)
  try {
    return reader.next() === null
  } catch {
    return false
  }
}
