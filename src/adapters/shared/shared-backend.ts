// The backend of a tab that shares: it passes commands to whatever runs them now, the engine in this tab or the owner's
// tab, and carries on when that changes. What certainly has not run is run again, and so is what only reads or waits;
// of a write that was not answered nobody knows whether it has run, and that is what its caller is told.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Backend, CallOptions, Capabilities, Listening, Stop } from '../../core/client/backend.ts'
import type { ScriptTree } from '../../core/client/script.ts'
import { RedisError } from '../../core/client/errors.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { Lost } from './remote.ts'

/** These commands say that earlier writes are durable, which is true only if the same owner ran them. */
const MAKES_DURABLE = /^(?:SAVE|WAITAOF)$/
const GONE = new ReplyError('CONNECTION The tab that ran what was written before is gone, and whether it saved that is not known')

type Begin = (backend: Backend, onEnd: (error?: Error) => void) => Promise<Stop>

export interface SharedBackendOptions {
  readonly capabilities: Capabilities
  readonly isRepeatable: (argv: Argv) => boolean
  /** Somebody begins to wait for an owner. */
  readonly onWait: () => void
  /** Leaves the other tabs. */
  readonly close: () => Promise<void>
}

export class SharedBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #isRepeatable: (argv: Argv) => boolean
  readonly #close: () => Promise<void>
  readonly #onWait: () => void
  #current: Backend | null = null
  /** Waiting for `#current`. */
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = []
  /** Why there will never be one again. */
  #ended: Error | null = null
  #closed = false
  /** Rejects what was passed on and is not answered yet. This tab's own engine would never answer it once it is dropped. */
  readonly #running = new Set<(error: Lost) => void>()
  /** The owner that ran the first write of this tab that is not known to be durable. */
  #wrote: Backend | null = null
  /** The database that was selected, which a new owner has to be told. */
  #db: ByteString = '0'
  readonly #scripts = new Map<ByteString, ScriptTree>()

  constructor({ capabilities, isRepeatable, onWait, close }: SharedBackendOptions) {
    this.capabilities = capabilities
    this.#isRepeatable = isRepeatable
    this.#onWait = onWait
    this.#close = close
  }

  /** Whether somebody waits for an owner. */
  get waits(): boolean {
    return this.#waiting.length > 0
  }

  /** Commands go here from now on. */
  async use(backend: Backend): Promise<void> {
    if (this.#db !== '0') await backend.call(['SELECT', this.#db])
    for (const script of this.#scripts.values()) backend.loadScript?.(script)
    this.#current = backend
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  /** Nobody runs commands at the moment. */
  pause(): void {
    this.#current = null
  }

  /** All that was written before is durable. */
  saved(): void {
    this.#wrote = null
  }

  /** The engine in this tab runs them no more, and what it has not answered is lost. */
  drop(): void {
    this.pause()
    const lost = new Lost(false)
    for (const reject of this.#running) reject(lost)
    this.#running.clear()
  }

  /** Nobody will run commands any more. @param closed whether that was wanted: then subscriptions end without an error */
  end(error: Error, closed: boolean): void {
    this.drop()
    this.#ended = error
    this.#closed = closed
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  /** Settles when commands can be run. */
  ready(): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    if (this.#current !== null) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#onWait()
    })
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    const again = (): Promise<Reply> => this.ready().then(() => this.call(argv, options))
    const current = this.#current
    if (current === null) return again()
    if (MAKES_DURABLE.test(argv[0])) return this.#makeDurable(current, argv, options, again)
    const reply = current.call(argv, options)
    if (!(reply instanceof Promise)) return this.#note(current, argv, reply)
    return this.#outlast(
      reply.then((settled) => this.#note(current, argv, settled)),
      () => options?.blocking === true || this.#isRepeatable(argv),
      again,
    )
  }

  batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    const again = (): Promise<Reply[] | null> => this.ready().then(() => this.batch(commands, atomic))
    const current = this.#current
    if (current === null) return again()
    if (this.#wrote !== null && this.#wrote !== current && commands.some(([name]) => MAKES_DURABLE.test(name))) {
      this.#wrote = null
      return Promise.reject(RedisError.from(GONE, commands[0][0]))
    }
    const isRepeatable = commands.every((argv) => this.#isRepeatable(argv))
    if (!isRepeatable) this.#hasWritten(current)
    return this.#outlast(current.batch(commands, atomic), () => isRepeatable, again)
  }

  /** Only the owner that ran the earlier writes can say that they are durable. If it is gone, that is an error, once. */
  async #makeDurable(current: Backend, argv: Argv, options: CallOptions | undefined, again: () => Promise<Reply>): Promise<Reply> {
    const wrote = this.#wrote
    this.#wrote = null
    if (wrote !== null && wrote !== current) return GONE
    try {
      const reply = await this.#untilDropped(Promise.resolve(current.call(argv, options)))
      if (reply instanceof ReplyError) this.#wrote = wrote ?? this.#wrote
      return reply
    } catch (error) {
      this.#wrote = wrote ?? this.#wrote
      // SAVE and WAITAOF may run twice; writes that were lost with the owner are an error the second time.
      if (error instanceof Lost) return again()
      throw error
    }
  }

  /** The connection is one to the present owner: when that changes, what it watched is gone, and so is it. */
  async connect(): Promise<Backend> {
    await this.ready()
    this.#hasWritten(this.#current!)
    return this.#outlast(
      this.#current!.connect(),
      () => true,
      () => this.connect(),
    )
  }

  /** Every owner is told of it, later ones too. */
  loadScript(script: ScriptTree): void {
    this.#current?.loadScript?.(script)
    this.#scripts.set(script.sha, script)
  }

  /** Notes what a command that was run has changed here. */
  #note(by: Backend, argv: Argv, reply: Reply): Reply {
    if (reply instanceof ReplyError) return reply
    if (argv[0] === 'SELECT') this.#db = argv[1]
    else if (!this.#isRepeatable(argv)) this.#hasWritten(by)
    return reply
  }

  #hasWritten(by: Backend): void {
    if (by.safe !== true) this.#wrote ??= by
  }

  /** Gives what was passed on, and passes it on again if its owner is gone and it has not run, or may run twice. */
  async #outlast<T>(running: Promise<T>, repeatable: () => boolean, again: () => Promise<T>): Promise<T> {
    try {
      return await this.#untilDropped(running)
    } catch (error) {
      if (error instanceof Lost && (error.notRun || repeatable())) return again()
      throw error
    }
  }

  /** As the promise, but rejected once `drop` is called. */
  #untilDropped<T>(running: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#running.add(reject)
      running.finally(() => this.#running.delete(reject)).then(resolve, reject)
    })
  }

  subscribe(listening: Listening): Promise<Stop> {
    return this.#last((backend, onEnd) => backend.subscribe({ ...listening, onEnd }), listening.onEnd)
  }

  monitor(onLine: (line: ByteString) => void, onEnd: (error?: Error) => void): Promise<Stop> {
    return this.#last((backend, ended) => backend.monitor!(onLine, ended), onEnd)
  }

  /** Begins something that lasts, and begins it anew with every owner. */
  async #last(begin: Begin, onEnd: (error?: Error) => void): Promise<Stop> {
    let stopped = false
    let stop: Stop = async () => {}
    const start = async (): Promise<void> => {
      for (;;) {
        await this.ready()
        const backend = this.#current!
        const ended = (error?: Error): void => {
          if (stopped) return
          if (!(error instanceof Lost) && this.#current === backend) onEnd(error)
          else if (begun) start().catch((failure: Error) => onEnd(this.#closed ? undefined : failure))
        }
        let begun = false
        try {
          const end = await begin(backend, ended)
          begun = true
          if (stopped) await end()
          else stop = end
          return
        } catch (error) {
          if (!(error instanceof Lost)) throw error
        }
      }
    }
    await start()
    return () => {
      stopped = true
      return stop()
    }
  }

  close(): Promise<void> {
    return this.#close()
  }
}
