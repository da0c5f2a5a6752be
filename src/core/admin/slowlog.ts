// SLOWLOG: the commands that took longest. https://redis.io/docs/latest/commands/slowlog-get/
import { type ByteString, partOf } from '../bytes.ts'
import { integerIn } from '../engine/arguments.ts'
import { type Argv, type Command, container, FLAG, type Row, row } from '../engine/command.ts'
import { help } from '../engine/commands/help.ts'
import type { Engine } from '../engine/engine.ts'
import { subcommandSyntax } from '../engine/errors.ts'
import { withoutSecrets } from '../engine/monitor.ts'
import type { Session } from '../engine/session.ts'
import { Newest } from './newest.ts'
import { OK, type Reply, ReplyError } from '../reply.ts'

// Of a command line, Redis keeps so many words, and of each so many bytes.
const MOST_WORDS = 32
const MOST_BYTES = 128
const SHOWN = 10
const COUNT_RANGE = new ReplyError('ERR count should be greater than or equal to -1')

interface Entry {
  readonly id: number
  /** In seconds since 1970. */
  readonly time: number
  readonly micros: number
  readonly words: ByteString[]
  readonly address: ByteString
  readonly name: ByteString
}

export class Slowlog {
  readonly #entries = new Newest<Entry>()
  #lastId = 0

  /** Notes a command that took `slowlog-log-slower-than` microseconds or longer. */
  add(session: Session, command: Command, argv: Argv, micros: number): void {
    if (command.flags & FLAG.skip_slowlog) return
    const { engine, options, name } = session
    const most = engine.config.number('slowlog-max-len')!
    const time = Math.floor(engine.clock.now() / 1000)
    const words = shortened(withoutSecrets(command, argv))
    // As Redis names who runs scripts.
    const address = options.script === true ? '?:0' : (options.peer?.address ?? '')
    this.#entries.add({ id: this.#lastId++, time, micros, words, address, name }, most)
  }

  get length(): number {
    return this.#entries.length
  }

  entries(count: number): Reply {
    return this.#entries.first(count < 0 ? Infinity : count).map(({ id, time, micros, words, address, name }) => {
      return [id, time, micros, [...words], address, name]
    })
  }

  clear(): void {
    this.#entries.clear()
  }
}

/** As long as the log keeps it. */
function shortened(argv: Argv): ByteString[] {
  const words = argv.slice(0, MOST_WORDS).map((word) => {
    return word.length > MOST_BYTES ? `${partOf(word, 0, MOST_BYTES)}... (${word.length - MOST_BYTES} more bytes)` : word
  })
  if (argv.length > MOST_WORDS) words[MOST_WORDS - 1] = `... (${argv.length - MOST_WORDS + 1} more arguments)`
  return words
}

const TIPS = 'admin loading stale request_policy:all_nodes'

export function slowlogRow(of: (engine: Engine) => Slowlog): Row {
  return container('SLOWLOG', -2, '', [
    row('SLOWLOG|GET', -2, `${TIPS} nondeterministic_output`, '', ({ engine }, argv) => {
      if (argv.length > 3) throw subcommandSyntax(argv)
      return of(engine).entries(argv.length === 2 ? SHOWN : integerIn(argv[2], -1, Infinity, COUNT_RANGE))
    }),
    row('SLOWLOG|LEN', 2, `${TIPS} response_policy:agg_sum nondeterministic_output`, '', ({ engine }) => of(engine).length),
    row('SLOWLOG|RESET', 2, `${TIPS} response_policy:all_succeeded`, '', ({ engine }) => {
      of(engine).clear()
      return OK
    }),
    help('SLOWLOG'),
  ])
}
