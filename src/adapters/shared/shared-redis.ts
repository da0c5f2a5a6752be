// The client of a tab that shares its database with other tabs.
import { asText, Redis } from '../../core/client/redis.ts'
import { RedisError } from '../../core/client/errors.ts'
import type { Export } from '../../core/persistence/export.ts'
import type { Loaded } from '../../core/persistence/load.ts'
import { chunksOf, streamOf } from '../byte-stream.ts'
import type { EmbeddedRedis } from '../embedded.ts'
import type { Remote } from './remote.ts'
import type { SharedBackend } from './shared-backend.ts'

/** Where a shared database is: `owner` means in this tab, `guest` in another one. */
export type Role = 'owner' | 'guest'

/** Where the engine is at the moment: in this tab, or behind another. */
interface Place {
  owned(): EmbeddedRedis | null
  remote(): Remote | null
}

/** The client of a tab that shares its database with the other tabs. */
export class SharedRedis extends Redis<string> {
  readonly #backend: SharedBackend
  readonly #place: Place

  constructor(backend: SharedBackend, place: Place) {
    super(backend, asText)
    this.#backend = backend
    this.#place = place
  }

  /** Whether the engine runs in this tab. It changes to `owner` when the tab that had it is gone. */
  get role(): Role {
    return this.#place.owned() === null ? 'guest' : 'owner'
  }

  /**
   * The same commands without promises, in the owner's tab only.
   * @throws RedisError in the other tabs
   */
  get sync(): EmbeddedRedis['sync'] {
    const owned = this.#place.owned()
    if (owned === null) throw new RedisError('UNSUPPORTED redis.sync: another tab runs the commands: use the client without sync')
    return owned.sync
  }

  /**
   * All data as an RDB file that any Redis loads, as it is when the stream is first read. It is made in slices while commands
   * go on; read the stream to its end or cancel it. It fails if the tab that runs the commands goes away meanwhile.
   */
  exportRdb(): ReadableStream<Uint8Array> {
    let file: Promise<Pulled> | null = null
    const open = async (): Promise<Pulled> => {
      await this.#backend.ready()
      const owned = this.#place.owned()
      return owned === null ? this.#place.remote()!.exportRdb() : pulled(owned.exportRdb())
    }
    return streamOf({
      next: async () => (await (file ??= open())).next(),
      cancel: () => void file?.then((each) => each.cancel()).catch(() => {}),
    })
  }

  /**
   * Replaces all data with that of an RDB file, in one step, after the whole file has been read and checked.
   * @param file its bytes: a stream (of `fetch`, of a `File`), or an array of chunks
   * @throws RdbError if the file is damaged; then nothing has changed
   */
  async importRdb(file: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Loaded> {
    await this.#backend.ready()
    return (this.#place.owned() ?? this.#place.remote()!).importRdb(chunksOf(file))
  }
}

type Pulled = Pick<Export, 'next' | 'cancel'>

function pulled(stream: ReadableStream<Uint8Array>): Pulled {
  const reader = stream.getReader()
  return {
    next: async () => (await reader.read()).value ?? null,
    cancel: () => void reader.cancel(),
  }
}
