// The client's backend on an engine in this process: commands are run by sessions of the engine, without a protocol.
import type { ByteString } from '../core/bytes.ts'
import {
  type Argv,
  type Backend,
  type CallOptions,
  type Capabilities,
  type Listening,
  ONE_SERVER,
  reasonOf,
  type Stop,
} from '../core/client/backend.ts'
import { connectionClosed, RedisError, unreachable } from '../core/client/errors.ts'
import type { ScriptTree } from '../core/client/script.ts'
import { waits } from '../core/client/waits.ts'
import type { Engine } from '../core/engine/engine.ts'
import { EXEC_ABORT } from '../core/engine/errors.ts'
import type { Session } from '../core/engine/session.ts'
import { CLOSED, Push, type Reply, ReplyError, Status } from '../core/reply.ts'
import { systemClock } from './host.ts'

/** The error for blocking commands and subscriptions that are dropped, by CLIENT KILL or by a fault that a test has asked for. */
const disconnected = (): ReplyError => unreachable(connectionClosed())

export const CAPABILITIES: Capabilities = { ...ONE_SERVER, exactIntegers: true, delivery: 'exactly once' }

export class EngineBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #engine: Engine
  readonly #session: Session
  /** Whether it is a further connection, made by `connect`: closing it leaves the engine as it is. */
  readonly #isFurther: boolean

  constructor(engine: Engine, db = 0, isFurther = false) {
    this.#engine = engine
    this.capabilities = engine.slots === null ? CAPABILITIES : { ...CAPABILITIES, databases: false, multipleSlots: false }
    this.#session = connect(engine, db)
    this.#isFurther = isFurther
  }

  get safe(): boolean {
    return this.#engine.effects?.waits === true
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#session.closed) return CLOSED
    if (options?.blocking) return this.#wait(argv, options)
    const reply = this.#session.execute(argv)
    return this.#engine.effects?.waits === true ? this.#whenDurable(reply) : reply
  }

  /** A reply, once the change that it reports is durable, if the journal has to be waited for. */
  #whenDurable(reply: Reply | Promise<Reply>): Reply | Promise<Reply> {
    if (reply instanceof Promise) return reply.then((value) => this.#whenDurable(value))
    const durable = this.#engine.durability.durable()
    return durable === null ? reply : durable.then((error) => error ?? reply)
  }

  /** A session of its own, so that other commands do not wait behind it. */
  async #wait(argv: Argv, { signal }: CallOptions = {}): Promise<Reply> {
    if (signal?.aborted) throw reasonOf(signal)
    let lost: Reply = null
    const session = connect(this.#engine, this.#session.db.index, () => (lost = disconnected()))
    const abort = (): void => session.close()
    signal?.addEventListener('abort', abort)
    // A signal may come from a timer that does not keep the process alive, as AbortSignal.timeout() of Node.
    const release = signal === undefined ? null : systemClock.after(Infinity, () => {}, true)
    try {
      const reply = await session.execute(argv)
      // A blocking command that was served has removed the element from its key: the caller gets it even if the signal came before the
      // promise could settle.
      if (signal?.aborted && (reply === null || reply === CLOSED)) throw reasonOf(signal)
      if (lost !== null) return lost
      if (reply === null && this.#session.closed) return CLOSED
      // WAITAOF has waited already, and has a timeout of its own.
      return await (/^waitaof$/i.test(argv[0]) ? reply : this.#whenDurable(reply))
    } finally {
      release?.()
      signal?.removeEventListener('abort', abort)
      session.close()
    }
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#session.closed) throw RedisError.from(CLOSED, commands[0][0])
    if (!atomic) {
      const replies: Reply[] = []
      for (let next = this.#goOn(commands, replies); next !== null; next = this.#goOn(commands, replies)) replies.push(await next)
      // All have run: durability is waited for once, for all of them.
      const error = this.#engine.effects?.waits === true ? await this.#engine.durability.durable() : null
      return error === null ? replies : replies.map(() => error)
    }
    const opened = this.#session.execute(['MULTI'])
    const queued = commands.map((argv) => this.#session.execute(argv) as Reply)
    const failed = queued.findIndex((reply) => reply instanceof ReplyError)
    // EXEC then fails by itself, unless CLIENT PAUSE still holds MULTI back.
    const aborted = failed >= 0 && opened instanceof Promise
    const ended = await this.#whenDurable(this.#session.execute([aborted ? 'DISCARD' : 'EXEC']))
    const replies = aborted ? EXEC_ABORT : ended
    if (replies instanceof ReplyError) {
      const cause = failed < 0 ? undefined : RedisError.from(queued[failed] as ReplyError, commands[failed][0])
      throw new RedisError(replies.text, { command: 'EXEC', cause })
    }
    return Array.isArray(replies) ? replies : null
  }

  /**
   * Runs commands from the first without a reply on.
   * @returns the promise of a reply, if one has to be waited for; null at the end
   */
  #goOn(commands: readonly Argv[], replies: Reply[]): Promise<Reply> | null {
    while (replies.length < commands.length) {
      const argv = commands[replies.length]
      const reply = this.#session.closed ? CLOSED : waits(argv) ? this.#wait(argv) : this.#session.execute(argv)
      if (reply instanceof Promise) return reply
      replies.push(reply)
    }
    return null
  }

  loadScript({ sha, body }: ScriptTree): void {
    const { scripting } = this.#engine
    if (scripting.loadTree === undefined) {
      throw new RedisError("UNSUPPORTED scripts: give createRedis { scripts } from 'isodis/scripts/engine', or { lua } from 'isodis/lua'")
    }
    scripting.loadTree(sha, body)
  }

  async connect(): Promise<Backend> {
    if (this.#session.closed) throw RedisError.from(CLOSED, 'WATCH')
    return new EngineBackend(this.#engine, this.#session.db.index, true)
  }

  async subscribe({ topic, names, onPush, onEnd }: Listening): Promise<Stop> {
    const { session, stop } = this.#listen('SUBSCRIBE', (push) => push instanceof Push && onPush(push), onEnd)
    for (const name of names) session.subscribe(topic, name)
    return stop
  }

  async monitor(onLine: (line: ByteString) => void, onEnd: (error?: Error) => void): Promise<Stop> {
    const { session, stop } = this.#listen('MONITOR', (line) => line instanceof Status && onLine(line.text), onEnd)
    await session.execute(['MONITOR'])
    return stop
  }

  /** A session of its own for what comes unasked, until it is stopped or killed, or the engine ends. */
  #listen(command: string, onPush: (push: Push | Status) => void, onEnd: (error?: Error) => void): { session: Session; stop: Stop } {
    if (this.#session.closed) throw RedisError.from(CLOSED, command)
    const { onClose } = this.#engine
    const ended = (): void => onEnd()
    onClose.add(ended)
    const onKill = (): void => {
      onClose.delete(ended)
      onEnd(RedisError.from(disconnected(), command))
    }
    const session = this.#engine.connect({ trusted: true, onPush, onKill })
    const stop: Stop = async () => {
      onClose.delete(ended)
      session.close()
    }
    return { session, stop }
  }

  async close(): Promise<void> {
    if (this.#isFurther) return this.#session.close()
    const reply = await this.#engine.close()
    if (reply instanceof ReplyError) throw RedisError.from(reply, 'SHUTDOWN')
  }
}

/** A session for code in this process. */
export function connect(engine: Engine, db: number, onKill?: () => void): Session {
  const session = engine.connect({ trusted: true, onKill })
  session.protocol = 3
  session.db = engine.database(db)
  return session
}
