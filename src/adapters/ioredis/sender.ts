// The way of commands through an ioredis connection, alone or together. They are ioredis's own command objects, made here:
// `callBuffer` loses a command's name where `enableAutoPipelining` is set, and cannot be asked where the keys are.
import type { Argv } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { encodeUtf8 } from '../../core/bytes.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { type Sender as AnySender, someOf, type Word, wordOf } from '../connections/connection.ts'
import type { Command, Connection, Pipeline } from './client.ts'
import { KNOWN } from './names.ts'
import { failureOf, replyOf, said } from './replies.ts'
import { keyPlaces } from './unknown-keys.ts'

interface CommandOptions {
  readonly keyPrefix: string | undefined
  readonly replyEncoding: 'latin1' | null
  readonly readOnly?: true
}
/** What a command is to ioredis. */
interface Kind {
  readonly name: string
  readonly options: CommandOptions
  /** Where its keys are, if ioredis does not know. */
  readonly places: ReturnType<typeof keyPlaces>
}
/** ioredis's class of commands. */
interface CommandClass {
  new (name: string, words: Word[], options: CommandOptions): Command
  /** What changes arguments and replies, by the command's name in lower case. Its types hide it. */
  readonly _transformer?: { readonly argument: object; readonly reply: object }
}

export class Sender<C extends Connection = Connection> implements AnySender {
  readonly connection: C
  readonly #Command: CommandClass
  readonly #options: CommandOptions
  readonly #readOptions: CommandOptions
  readonly #exact: boolean
  /** What commands that were sent are to ioredis, by their names. */
  readonly #kinds = new Map<string, Kind>()

  /** @param keyPrefix what ioredis puts before every key */
  constructor(connection: C, keyPrefix: string | undefined = connection.options.keyPrefix) {
    this.connection = connection
    this.#Command = commandClass(connection)
    this.#exact = hasStringNumbers(connection)
    // Strings are bytes, a char each: what the client wants in the end, and less to keep than Buffers. Where integers are
    // strings too, the others have to be told from them.
    this.#options = { keyPrefix, replyEncoding: this.#exact ? null : 'latin1' }
    this.#readOptions = { ...this.#options, readOnly: true }
  }

  /** Runs one command. What ioredis rejects with is a reply too. */
  send(argv: Argv): Promise<Reply> {
    return this.reply(this.make(argv), argv)
  }

  protected reply(command: Command, argv: Argv): Promise<Reply> {
    this.connection.sendCommand(command)
    return command.promise.then((value) => replyOf(argv, value, this.#exact), failureOf)
  }

  /**
   * Runs commands together.
   * @returns null if a watched key has changed
   * @throws RedisError if none of them has run
   */
  async sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    const pipeline: Pipeline = atomic ? this.connection.multi() : this.connection.pipeline()
    for (const argv of commands) pipeline.sendCommand!(this.make(argv))
    const results = await pipeline.exec().catch(refused)
    if (results === null) return null
    // In place: pipelines are long.
    const replies = results as unknown as Reply[]
    const failed = atomic ? said : failureOf
    for (let i = 0; i < results.length; i++) {
      const result = results[i]
      replies[i] = result[0] === null ? replyOf(commands[i], result[1], this.#exact) : failed(result[0])
    }
    return someOf(replies, commands)
  }

  make(argv: Argv): Command {
    const words: Word[] = argv.slice(1) // of that very length: most commands are short, and there are many at a time
    for (let i = 0; i < words.length; i++) words[i] = wordOf(argv[i + 1])
    const kind = this.#kinds.get(argv[0]) ?? this.#kindOf(argv[0])
    if (kind.places !== null) return this.#withKeys(words, argv, kind)
    const command = new this.#Command(kind.name, words, kind.options)
    if (this.#options.keyPrefix && lacksKeys(command, argv)) return new Sender(this.connection, '').make(argv)
    return command
  }

  #withKeys(words: Word[], argv: Argv, { name, options, places }: Kind): Command {
    const prefix = encodeUtf8(options.keyPrefix ?? '')
    const keys = places!(argv).filter((i) => i < argv.length)
    for (const i of keys) words[i - 1] = wordOf(prefix + argv[i])
    // (`keys` is private to ioredis's types.)
    return Object.assign(new this.#Command(name, words, { ...options, keyPrefix: '' }), { keys: keys.map((i) => words[i - 1]) })
  }

  #kindOf(name: string): Kind {
    const known = KNOWN.get(name)
    const kind = {
      name: known === undefined || this.#changes(known.lower) ? name : known.lower,
      options: known?.readOnly ? this.#readOptions : this.#options,
      places: keyPlaces(name.toUpperCase()),
    }
    // Names that nobody knows may be any: they are not kept.
    if (known !== undefined) this.#kinds.set(name, kind)
    return kind
  }

  /** Whether ioredis, or its user, changes arguments or replies of a command by its name: as it is when it is first sent. */
  #changes(name: string): boolean {
    const { _transformer: changes } = this.#Command
    return name !== 'select' && (changes === undefined || name in changes.argument || name in changes.reply)
  }
}

export function hasStringNumbers({ options }: Connection): boolean {
  return (options.stringNumbers ?? options.redisOptions?.stringNumbers) === true
}

/** The class of commands of the user's ioredis: `callBuffer` makes one, and hands it to `sendCommand` of what it is called on. */
function commandClass(connection: Connection): CommandClass {
  const maker = { options: {}, isPipeline: true, sendCommand: (command: Command) => command }
  return (connection.callBuffer.call(maker, 'PING') as unknown as Command).constructor as CommandClass
}

/** Whether a key is missing. ioredis has put `undefined` in its place, with the prefix if there is one: the server is to say what is wrong. */
export function lacksKeys(command: Command, argv: Argv): boolean {
  return command.args.length >= argv.length
}

/** EXEC failed. The first command that could not be queued is the cause, unless the server was lost. */
function refused(error: { previousErrors?: (Error & { command?: { name: string } })[] }): never {
  const cause = error.previousErrors?.[0]
  const reply = failureOf(error)
  if (cause === undefined || reply.cause !== undefined) throw RedisError.from(reply, 'EXEC')
  throw RedisError.from(new ReplyError(reply.text, RedisError.from(failureOf(cause), (cause.command?.name ?? '').toUpperCase())), 'EXEC')
}
