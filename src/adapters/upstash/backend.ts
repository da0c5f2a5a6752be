// The client's backend on Upstash. Calls of one turn go out together, in their order, in one request; a turn does not wait
// for the one before it, because on edge runtimes a request must not depend on another visitor's.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Backend, Capabilities, Listening, Stop } from '../../core/client/backend.ts'
import { isLost, RedisError, unsupported } from '../../core/client/errors.ts'
import { toResp3 } from '../../core/client/shapes.ts'
import { waits } from '../../core/client/waits.ts'
import { CLOSED, Push, type Reply, ReplyError } from '../../core/reply.ts'
import { lost } from './replies.ts'
import type { Listener, Service } from './service.ts'

/** What goes into one request at most; Upstash's smallest plan takes a megabyte. */
const MAX_COMMANDS = 10_000
const MAX_BYTES = 500_000

/** Commands that were asked for together. */
interface Job {
  readonly commands: readonly Argv[]
  readonly atomic: boolean
  readonly settle: (outcome: Reply[] | ReplyError) => void
}

export class UpstashBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #service: Service
  readonly #streams = new Set<AbortController>()
  #turn: Job[] = []
  #closed = false

  constructor(service: Service) {
    this.#service = service
    this.capabilities = {
      watch: false,
      blocking: false,
      subscribe: true,
      databases: false,
      persistence: false,
      multipleSlots: true,
      exactIntegers: service.exactIntegers,
      delivery: service.repeats ? 'at least once' : 'exactly once',
    }
  }

  call(argv: Argv): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    refuse(argv, false)
    return this.#ask([argv], false).then((outcome) => (outcome instanceof ReplyError ? outcome : outcome[0]))
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[]> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    for (const argv of commands) refuse(argv, atomic)
    const outcome = await this.#ask(commands, atomic)
    if (outcome instanceof ReplyError) throw RedisError.from(outcome, atomic ? 'EXEC' : commands[0][0])
    if (isLost(outcome[0]) && outcome.every(isLost)) throw RedisError.from(outcome[0], commands[0][0])
    return outcome
  }

  connect(): Promise<Backend> {
    return Promise.reject(unsupported('WATCH', 'use a script instead'))
  }

  async subscribe({ topic, names, onPush, onEnd }: Listening): Promise<Stop> {
    if (this.#closed) throw RedisError.from(CLOSED, 'SUBSCRIBE')
    if (topic === 'shards') throw unsupported('SSUBSCRIBE', 'use subscribe()')
    const kind = topic === 'patterns' ? 'psubscribe' : 'subscribe'
    const stream = new AbortController()
    this.#streams.add(stream)
    let confirmed = false
    const end = (error?: Error): void => {
      if (!this.#streams.delete(stream)) return
      stream.abort()
      if (confirmed) onEnd(this.#closed ? undefined : error)
    }
    try {
      await Promise.all(names.map((name) => this.#follow(kind, name, onPush, stream, end)))
    } catch (error) {
      end()
      if (this.#closed) throw RedisError.from(CLOSED, kind.toUpperCase())
      throw RedisError.from(error instanceof ReplyError ? error : lost(error), kind.toUpperCase())
    }
    confirmed = true
    return async () => {
      this.#streams.delete(stream)
      stream.abort()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const stream of this.#streams) stream.abort()
  }

  /** Resolves once the subscription is confirmed. Each has a request of its own: so Upstash has it. */
  #follow(
    kind: Listener,
    name: ByteString,
    onPush: (push: Push) => void,
    stream: AbortController,
    end: (error?: Error) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const onEvent = (words: ByteString[]): void => (words[0] === kind ? resolve() : onPush(new Push(words)))
      this.#service
        .listen(kind, name, onEvent, stream.signal)
        .then(() => Promise.reject(new Error('the event stream has ended')))
        .catch((error: unknown) => {
          reject(error)
          end(RedisError.from(error instanceof ReplyError ? error : lost(error), kind.toUpperCase()))
        })
    })
  }

  #ask(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | ReplyError> {
    return new Promise((settle) => {
      if (this.#turn.push({ commands, atomic, settle }) === 1) void Promise.resolve().then(() => this.#send()) // queueMicrotask is something that tests fake
    })
  }

  /** Sends a turn's jobs in order. */
  async #send(): Promise<void> {
    const jobs = this.#turn
    this.#turn = []
    for (let from = 0; from < jobs.length;) {
      const to = jobs[from].atomic ? from + 1 : endOfRun(jobs, from)
      const group = jobs.slice(from, to)
      const commands = group.flatMap((job) => job.commands)
      // A reply of another command's kind cannot be read; nobody is to wait for it.
      const outcome = await (group[0].atomic ? this.#transact(commands) : this.#pipe(commands)).catch(lost)
      let at = 0
      for (const { commands: own, settle } of group) settle(outcome instanceof ReplyError ? outcome : outcome.slice(at, (at += own.length)))
      from = to
    }
  }

  async #transact(commands: readonly Argv[]): Promise<Reply[] | ReplyError> {
    return shaped(commands, await this.#service.several('multi-exec', commands))
  }

  /** In as few requests as their size allows. */
  async #pipe(commands: readonly Argv[]): Promise<Reply[] | ReplyError> {
    if (commands.length === 1) return [toResp3(commands[0], await this.#service.single(commands[0]))]
    const replies: Reply[] = []
    for (let from = 0; from < commands.length;) {
      const part = commands.slice(from, endOfRequest(commands, from))
      const outcome = shaped(part, await this.#service.several('pipeline', part))
      if (outcome instanceof ReplyError && part.length === commands.length) return outcome
      replies.push(...(outcome instanceof ReplyError ? part.map(() => outcome) : outcome))
      from += part.length
    }
    return replies
  }
}

/** @throws RedisError for what a request cannot do */
function refuse(argv: Argv, atomic: boolean): void {
  if (argv[0] === 'SELECT') throw unsupported('SELECT', 'there is one database')
  // In a transaction nothing waits.
  if (!atomic && waits(argv)) throw unsupported(argv[0], 'a request cannot wait: ask again, or use redis.subscribe()')
}

function shaped(commands: readonly Argv[], outcome: Reply[] | ReplyError): Reply[] | ReplyError {
  return outcome instanceof ReplyError ? outcome : outcome.map((reply, i) => toResp3(commands[i], reply))
}

/** Where the jobs end that may be sent in one request, from the one at `from` on. */
function endOfRun(jobs: readonly Job[], from: number): number {
  let to = from + 1
  while (to < jobs.length && !jobs[to].atomic) to++
  return to
}

function endOfRequest(commands: readonly Argv[], from: number): number {
  let bytes = 0
  let to = from
  for (; to < commands.length && to - from < MAX_COMMANDS; to++) {
    for (const word of commands[to]) bytes += word.length
    if (bytes > MAX_BYTES && to > from) break
  }
  return to
}
