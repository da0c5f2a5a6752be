// What goes to replicas: every change as a command, in one stream that all of them get. Its bytes are counted; by that count
// masters and replicas tell how far each is. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
import { type ByteString, fromUint8Array } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import { JournalWriter } from '../persistence/journal/journal-writer.ts'
import { Recording } from '../persistence/journal/recording.ts'
import { DEFAULT_OUTPUT_LIMITS, parseOutputLimits } from '../resp/output-limits.ts'
import { Backlog } from './backlog.ts'
import type { Replica } from './replica.ts'

export class Feed extends Recording {
  readonly waits = false
  readonly replicas = new Set<Replica>()
  readonly backlog: Backlog
  readonly #engine: Engine
  #pending = false

  /** @param offset how many bytes there were before */
  constructor(engine: Engine, offset: number) {
    super(engine.table, new JournalWriter(engine.allocate))
    this.#engine = engine
    this.backlog = new Backlog(offset)
  }

  settle(): void {
    if (!this.writer.settle() || this.#pending) return
    this.#pending = true
    // All that many connections write in one turn goes out together.
    this.#engine.clock.soon(this.flush)
  }

  /** Sends what has been written. */
  readonly flush = (): void => {
    this.#pending = false
    if (!this.writer.ready) return
    const taken = this.writer.take()
    const bytes = fromUint8Array(taken.bytes)
    this.writer.free(taken)
    this.pass(bytes)
  }

  /** Sends a command that is for replicas alone. */
  say(...words: ByteString[]): void {
    this.flush()
    this.pass(encode(words))
  }

  /** The next command says its database again: it may go to a replica that does not know which one the last was for. */
  forgetDatabase(): void {
    this.flush()
    this.writer.forgetDatabase()
  }

  /** Sends bytes as they are: those of a replica's own master. */
  pass(bytes: ByteString): void {
    const { config, clock } = this.#engine
    this.backlog.push(bytes, config.number('repl-backlog-size') ?? 0)
    const limits = parseOutputLimits(config.get('client-output-buffer-limit') ?? DEFAULT_OUTPUT_LIMITS).slave
    for (const replica of this.replicas) replica.push(bytes, limits, clock.now())
  }
}

/** A command in RESP. */
export const encode = (words: readonly ByteString[]): ByteString =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`
