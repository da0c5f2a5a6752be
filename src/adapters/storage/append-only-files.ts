// A journal in files, as Redis 7 keeps one: a directory with a base (RDB), files of what was appended since, and a manifest
// that says which of them count. A redis-server starts on it, and it is read where a redis-server left it.
// https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#append-only-file
import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { encodeUtf8 } from '../../core/bytes.ts'
import { quoted, splitWords } from '../../core/words.ts'
import { type JournalPart, type JournalStore, type SnapshotWriter, StorageError } from '../../core/persistence/storage.ts'
import { fileWriter, syncDirectory, writeAll, writeAllSync } from './durable-files.ts'

const READ_SIZE = 1 << 20
/**
 * Up to so many bytes are written synchronously: that is faster than asking another thread, and a process that is killed right after
 * has not lost them.
 */
const AT_ONCE = 1 << 14

interface Part {
  readonly name: string
  readonly seq: number
  /** b: the base; i: what was appended. */
  readonly type: 'b' | 'i'
}

export class AppendOnlyFiles implements JournalStore {
  readonly #dir: string
  readonly #name: string
  readonly #snapshot: string
  readonly #check: () => void
  /** What the manifest says; null if there is none. */
  #parts: Part[] | null = null
  /** The part that is appended to, with those before it that the next base does not stand for. */
  #kept: Part[] = []
  #file: FileHandle | null = null
  #position = 0
  /** Whether a sync runs. A write beside it may have to wait, so it must not be a synchronous one. */
  #syncing = false
  #lastIncrement = 0
  #lastBase = 0
  /** What the manifest said when the journal was left. */
  #left: Part[] | null = null
  /** Settles when the last change of the manifest is done. They take turns: a snapshot may drop it while a base puts another in its place. */
  #changing: Promise<unknown> = Promise.resolve()

  /** @param name `appendfilename`; @param snapshot the snapshot's file; @param check throws if the directory must not be written to any more */
  constructor(dir: string, name: string, snapshot: string, check: () => void) {
    this.#dir = dir
    this.#name = name
    this.#snapshot = snapshot
    this.#check = check
  }

  /**
   * A redis-server leaves the files of a journal that was turned off. The journal is behind the snapshot if nothing was written to it
   * after the snapshot's moment.
   */
  async isAhead(): Promise<boolean> {
    const text = await this.#readManifest()
    if (text === null) return false
    const files = parseManifest(text, this.#manifest).map(({ name }) => stat(this.#path(name)).catch(nullIfMissing))
    const written = (await Promise.all(files)).map((file) => file?.mtimeMs ?? 0)
    return Math.max(...written) >= (await momentOf(this.#snapshot))
  }

  async leave(): Promise<void> {
    await this.#file?.close()
    this.#file = null
    this.#kept = []
    this.#left = this.#parts
  }

  /** A snapshot begins. @returns what drops the journal that it takes the place of, if it still counts then */
  replacing(): () => Promise<void> {
    const left = this.#left
    return () =>
      this.#inTurn(async () => {
        if (left === null || this.#parts !== left) return
        await rm(this.#path(this.#manifest), { force: true })
        await syncDirectory(this.#dir)
        this.#parts = null
        for (const { name } of left) await rm(this.#path(name), { force: true })
      })
  }

  async parts(): Promise<readonly JournalPart[] | null> {
    await this.#takeOver()
    return this.#find()
  }

  /**
   * Before Redis 7 a journal was one file, beside the directory: as in Redis, it becomes the base. The manifest is written before the
   * file is moved, so that a start after a crash in between goes on from there.
   */
  async #takeOver(): Promise<void> {
    const old = join(this.#dir, '..', this.#name)
    if (!(await stat(old).catch(nullIfMissing))?.isFile()) return
    const text = await this.#readManifest()
    if (text === null) {
      await mkdir(this.#dir, { recursive: true })
      await this.#commit([{ name: this.#name, seq: 1, type: 'b' }])
    } else {
      const parts = parseManifest(text, this.#manifest)
      if (parts.length > 1 || parts[0].name !== this.#name || (await stat(this.#path(this.#name)).catch(nullIfMissing)) !== null) return
    }
    await rename(old, this.#path(this.#name))
    await syncDirectory(this.#dir)
    await syncDirectory(join(this.#dir, '..'))
  }

  /** What the manifest names. */
  async #find(): Promise<readonly JournalPart[] | null> {
    const text = await this.#readManifest()
    if (text === null) return null
    this.#parts = parseManifest(text, this.#manifest)
    this.#lastBase = Math.max(0, ...this.#parts.filter(({ type }) => type === 'b').map(({ seq }) => seq))
    this.#lastIncrement = Math.max(0, ...this.#parts.filter(({ type }) => type === 'i').map(({ seq }) => seq))
    await this.#dropLeftovers(this.#parts)
    return this.#parts.map(({ name, type }) => ({ name, base: type === 'b', read: () => this.#read(name) }))
  }

  async *#read(name: string): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(this.#path(name), { highWaterMark: READ_SIZE }) as AsyncIterable<Uint8Array>
    } catch (error) {
      if (nullIfMissing(error) === null) throw new StorageError(`the append only file ${name} cannot be opened: No such file or directory`)
    }
  }

  /** What is cut off may still be of use to somebody: it is kept in a file beside. */
  async truncate(length: number): Promise<string> {
    const path = this.#path(this.#parts!.at(-1)!.name)
    const kept = `${path}.cut-off-at-${length}-${Date.now()}`
    await pipeline(createReadStream(path, { start: length }), createWriteStream(kept, { flags: 'wx', flush: true }))
    await syncDirectory(this.#dir)
    await truncate(path, length)
    const file = await open(path, 'r+')
    await file.sync()
    await file.close()
    return kept
  }

  async split(apart: boolean): Promise<void> {
    this.#check()
    await mkdir(this.#dir, { recursive: true })
    // A journal that was off has not been looked at: what it names must not be written over.
    if (this.#parts === null) await this.#find()
    const part: Part = { name: `${this.#name}.${this.#lastIncrement + 1}.incr.aof`, seq: this.#lastIncrement + 1, type: 'i' }
    const file = await open(this.#path(part.name), 'w')
    try {
      await this.#file?.sync()
      if (!apart) await this.#commit([...this.#parts!, part])
    } catch (error) {
      await file.close()
      throw error
    }
    await this.#file?.close()
    this.#file = file
    this.#position = 0
    this.#lastIncrement++
    this.#kept = [part]
  }

  async append(bytes: Uint8Array, durable: boolean): Promise<void> {
    this.#check()
    const file = (this.#file ??= await this.#openLast())
    try {
      if (!durable && !this.#syncing && bytes.length <= AT_ONCE) writeAllSync(file, bytes, this.#position)
      else await writeAll(file, bytes, this.#position)
      if (durable) await file.datasync()
    } catch (error) {
      // None of the bytes may stay. Should this fail too, the next try writes over them.
      await file.truncate(this.#position).catch(() => {})
      throw error
    }
    this.#position += bytes.length
  }

  async sync(): Promise<void> {
    this.#syncing = true
    try {
      await this.#file?.datasync()
    } finally {
      this.#syncing = false
    }
  }

  async #openLast(): Promise<FileHandle> {
    const last = this.#parts?.at(-1)
    if (last?.type !== 'i') {
      await this.split(false)
      return this.#file!
    }
    const file = await open(this.#path(last.name), 'r+')
    this.#position = (await file.stat()).size
    return file
  }

  async base(): Promise<SnapshotWriter> {
    const part: Part = { name: `${this.#name}.${this.#lastBase + 1}.base.rdb`, seq: this.#lastBase + 1, type: 'b' }
    const kept = this.#kept
    const writer = await fileWriter(this.#path(`temp-rewriteaof-${randomUUID()}.aof`), this.#path(part.name))
    const commit = async (): Promise<void> => {
      await writer.commit()
      const history = this.#parts ?? []
      await this.#commit([part, ...kept])
      this.#lastBase++
      // What the base stands for now is of no use, and nothing depends on its removal.
      for (const { name } of history) if (!this.#parts!.some((each) => each.name === name)) await rm(this.#path(name), { force: true })
    }
    return { ...writer, commit }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = null
    this.#parts = null
    this.#kept = []
  }

  get #manifest(): string {
    return `${this.#name}.manifest`
  }

  /** Its bytes; null if there is none. */
  #readManifest(): Promise<string | null> {
    return readFile(this.#path(this.#manifest), 'latin1').catch(nullIfMissing)
  }

  #path(name: string): string {
    return join(this.#dir, name)
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(change)
    this.#changing = changed.catch(() => {})
    return changed
  }

  /** The manifest names these parts from now on, and no others. */
  #commit(parts: Part[]): Promise<void> {
    return this.#inTurn(() => this.#put(parts))
  }

  async #put(parts: Part[]): Promise<void> {
    this.#check()
    const temporary = this.#path(`temp-${this.#manifest}`)
    const file = await open(temporary, 'w')
    try {
      const lines = parts.map(({ name, seq, type }) => `file ${inManifest(name)} seq ${seq} type ${type}\n`)
      await writeAll(file, Buffer.from(lines.join('')), 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncDirectory(this.#dir)
    await rename(temporary, this.#path(this.#manifest))
    await syncDirectory(this.#dir)
    this.#parts = parts
  }

  /** Files that a crash left behind. */
  async #dropLeftovers(parts: readonly Part[]): Promise<void> {
    const counted = new Set(parts.map(({ name }) => name))
    const ours = (file: string): boolean =>
      file.startsWith('temp-') || (file.startsWith(`${this.#name}.`) && /\.\d+\.(base\.(rdb|aof)|incr\.aof)$/.test(file))
    for (const file of await readdir(this.#dir)) if (ours(file) && !counted.has(file)) await rm(this.#path(file), { force: true })
  }
}

/** Redis reads no longer lines of a manifest. */
const LONGEST_LINE = 1024

/**
 * Lines of names and values in turn; history (`type h`) is what a redis-server had no time to remove.
 * @throws StorageError in Redis's words
 */
function parseManifest(text: string, name: string): Part[] {
  const parts: Part[] = []
  const last = { b: 0, i: 0, h: 0 }
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    if (line.startsWith('#') || (line === '' && i === lines.length - 1)) continue
    const fail = (reason: string): StorageError =>
      new StorageError(
        `${reason}: the manifest ${name} cannot be read at line ${i + 1}: "${Buffer.from(line.slice(0, 100), 'latin1').toString()}"`,
      )
    if (line.length > LONGEST_LINE) throw fail('The AOF manifest file contains too long line')
    const words = splitWords(line)?.map((word) => Buffer.from(word, 'latin1').toString()) ?? []
    const fields = new Map(words.flatMap((word, at) => (at % 2 === 0 ? [[word.toLowerCase(), words[at + 1]] as const] : [])))
    const [file, seq, type] = [fields.get('file'), Number(fields.get('seq')), fields.get('type')]
    if (file === undefined || words.length % 2 !== 0 || words.length < 6 || !(seq > 0) || !type)
      throw fail('Invalid AOF manifest file format')
    if (/[/\\]/.test(file)) throw fail("File can't be a path, just a filename")
    if (type !== 'b' && type !== 'i' && type !== 'h') throw fail('Unknown AOF file type')
    if (type === 'b' && last.b > 0) throw fail('Found duplicate base file information')
    if (type === 'i' && seq <= last.i) throw fail('Found a non-monotonic sequence number')
    last[type] = seq
    if (type !== 'h') parts.push({ name: file, seq, type })
  }
  if (parts.length === 0) throw new StorageError(`Found an empty AOF manifest: ${name} names no file`)
  return parts.toSorted((a, b) => (a.type === b.type ? a.seq - b.seq : a.type === 'b' ? -1 : 1))
}

/** A name as it stands in a manifest: in quotes only if it needs them. */
function inManifest(name: string): string {
  const bytes = encodeUtf8(name)
  return /^[!#-[\]-~]+$/.test(bytes) ? bytes : quoted(bytes)
}

/** When a snapshot was begun, in milliseconds, to the second: it says so at its beginning. 0 if there is none */
async function momentOf(path: string): Promise<number> {
  const file = await open(path, 'r').catch(nullIfMissing)
  if (file === null) return 0
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    const at = buffer.indexOf('\x05ctime\xc2', 'latin1') + 7
    return at < 7 || at + 4 > bytesRead ? (await file.stat()).mtimeMs : buffer.readUInt32LE(at) * 1000
  } finally {
    await file.close()
  }
}

function nullIfMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
  throw error
}
