// Runs a request's commands on a backend and gives their replies in RESP2's shapes. There is one connection for all
// clients and no session, so commands that belong to a connection are refused, and those that wait get one of their own.
import type { Argv, Backend, Signal } from '../client/backend.ts'
import { CONNECTION_COMMANDS } from '../client/connection-commands.ts'
import { unreachable } from '../client/errors.ts'
import { toResp2 } from '../client/shapes.ts'
import { tellsOfWrites, waits } from '../client/waits.ts'
import { type Reply, ReplyError } from '../reply.ts'
import type { Line } from './commands.ts'
import { notAvailable } from './errors.ts'
import { UpstashScripts } from './scripts.ts'

const REFUSED = new Set([
  ...Object.keys(CONNECTION_COMMANDS),
  'SELECT',
  'AUTH',
  'ASKING',
  'READONLY',
  'READWRITE',
  'REPLCONF',
  // These would end the server, replace its data, or have it connect to others.
  'SHUTDOWN',
  'REPLICAOF',
  'SLAVEOF',
  'FAILOVER',
  'MIGRATE',
  'MODULE',
  'DEBUG',
])
/** Subcommands of CLIENT that change what the connection does. */
const REFUSED_OF_CLIENT = new Set(['REPLY', 'TRACKING', 'CACHING', 'NO-EVICT', 'NO-TOUCH'])

export class RestRunner {
  readonly #backend: Backend
  readonly #scripts = new UpstashScripts()

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** @param signal the client has gone: a command that waits ends */
  run(line: Line, signal?: Signal): Reply | Promise<Reply> {
    const argv = this.#admit(line)
    if (argv instanceof ReplyError) return argv
    // A connection that is everybody's must not wait, and on another one they would tell nothing.
    if (tellsOfWrites(argv)) return notAvailable(argv)
    const reply = this.#backend.call(argv, waits(argv) ? { blocking: true, signal } : undefined)
    return reply instanceof Promise ? reply.then((settled) => toResp2(argv, settled)) : toResp2(argv, reply)
  }

  /** Runs commands in order, as many as may in one go. */
  async pipeline(lines: readonly Line[], signal?: Signal): Promise<Reply[]> {
    const admitted = lines.map((line) => this.#admit(line))
    const replies: Reply[] = []
    for (let from = 0; from < lines.length;) {
      const first = admitted[from]
      if (first instanceof ReplyError || waits(first)) {
        replies.push(await this.run(first as Line, signal))
        from++
        continue
      }
      let to = from + 1
      while (to < lines.length && isPlain(admitted[to])) to++
      const commands = admitted.slice(from, to) as Argv[]
      const answers = await this.#plain(commands, from > 0)
      for (let i = 0; i < commands.length; i++) replies.push(toResp2(commands[i], answers[i] ?? null))
      from = to
    }
    return replies
  }

  /** @param begun something before them has run already: then what has become of it is told even if these get lost */
  async #plain(commands: readonly Argv[], begun: boolean): Promise<Reply[]> {
    try {
      return (await this.#backend.batch(commands, false)) ?? []
    } catch (error) {
      if (!begun) throw error
      return commands.map(() => unreachable(error))
    }
  }

  /** Runs commands as a transaction. @returns an error if none of them has run */
  async transaction(lines: readonly Line[]): Promise<Reply[] | ReplyError> {
    const admitted = lines.map((line) => this.#admit(line))
    const wrong = admitted.find((each) => each instanceof ReplyError)
    if (wrong !== undefined) return wrong
    const commands = admitted as Argv[]
    const answers = (await this.#backend.batch(commands, true)) ?? []
    return commands.map((argv, i) => toResp2(argv, answers[i] ?? null))
  }

  #admit(line: Line): Argv | ReplyError {
    if (line instanceof ReplyError) return line
    const refused = REFUSED.has(line[0]) || (line[0] === 'CLIENT' && REFUSED_OF_CLIENT.has((line[1] ?? '').toUpperCase()))
    return refused || (!this.#backend.capabilities.blocking && waits(line)) ? notAvailable(line) : this.#scripts.translate(line)
  }
}

const isPlain = (line: Argv | ReplyError): boolean => !(line instanceof ReplyError) && !waits(line)
